"""Who asks, for programs."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request

from kefu.accounts.access import CurrentSession, CurrentViewer, read_csrf_token

router = APIRouter(prefix="/api", tags=["accounts"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """Whoever asks, and what they may do and read."""

    name: str
    staff_id: int | None
    customer_id: str | None
    permissions: Sequence[str]
    audiences: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """Who is signed in with this browser, and what its forms must carry."""

    staff_id: int
    name: str
    csrf_token: str


@router.get("/me")
async def show_self(viewer: CurrentViewer) -> Self:
    """Tell whom Kefu takes the sender of this request for."""
    return Self(
        name=viewer.name,
        staff_id=viewer.staff_id,
        customer_id=viewer.customer_id,
        permissions=sorted(viewer.permissions),
        audiences=sorted(viewer.audiences),
    )


@router.get("/session")
async def show_session(request: Request, signed_in: CurrentSession) -> BrowserSession:
    """Tell a page whether its session goes on, or another one has begun."""
    return BrowserSession(
        staff_id=signed_in.staff.id,
        name=signed_in.staff.name,
        csrf_token=read_csrf_token(request),
    )
