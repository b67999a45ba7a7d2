"""Who asks, for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from kefu.accounts.access import CurrentViewer
from kefu.web import ProblemBody

router = APIRouter(prefix="/api", tags=["accounts"])
REFUSED: dict[int | str, dict[str, Any]] = {status: {"model": ProblemBody} for status in (401, 403)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """Whoever asks, and what they may do and read."""

    name: str
    staff_id: int | None
    customer_id: str | None
    permissions: Sequence[str]
    audiences: Sequence[str]


@router.get("/me", responses=REFUSED)
async def show_self(viewer: CurrentViewer) -> Self:
    """Tell whom Kefu takes the sender of this request for."""
    return Self(
        name=viewer.name,
        staff_id=viewer.staff_id,
        customer_id=viewer.customer_id,
        permissions=sorted(viewer.permissions),
        audiences=sorted(viewer.audiences),
    )
