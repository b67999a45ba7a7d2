"""The first page of those who look after Kefu."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from kefu.accounts import require
from kefu.overview.matters import Matter, list_matters
from kefu.viewer import Viewer
from kefu.web import OpenResources, render_page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """What needs attention; the rest of the page leads to the others."""

    matters: Sequence[Matter]


@router.get("/admin")
async def show_overview(
    request: Request,
    resources: OpenResources,
    viewer: Annotated[Viewer, Depends(require("traces.read"))],
) -> Response:
    """What needs attention, and every page that the viewer may open."""
    async with resources.database.connection() as conn:
        matters = await list_matters(conn, resources, viewer=viewer)
    return render_page(request, "overview/overview.html", OverviewPage(matters=matters))
