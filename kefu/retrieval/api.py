"""GET /api/search."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from kefu.accounts import require
from kefu.knowledge import choose_base, get_base
from kefu.resources import Resources
from kefu.retrieval.corrections import correct
from kefu.retrieval.records import Hit
from kefu.retrieval.search import MAX_QUERY_CHARACTERS, ask_corrected, search_base
from kefu.viewer import Viewer
from kefu.web import list_problems

router = APIRouter(prefix="/api", tags=["search"])


@router.get("/search", summary="Find chunks", responses=list_problems(400, 404))
async def search_route(
    request: Request,
    viewer: Annotated[Viewer, Depends(require("search"))],
    q: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARACTERS)],
    top_k: Annotated[int | None, Query(ge=1, le=100)] = None,
    base: Annotated[
        str | None,
        Query(max_length=200, description="Else `main`, or the only base that may be read."),
    ] = None,
) -> list[Hit]:
    """The hits that the viewer may read, best first: what is public, and more with an API key.

    Typing errors are read as what the base holds.
    """
    resources: Resources = request.app.state.resources
    async with resources.database.connection() as conn:
        found = await get_base(conn, base or await choose_base(conn, viewer))
    corrected = await correct(resources, q, viewer=viewer, base=found)
    query, carried = ask_corrected(q, corrected)
    return await search_base(resources, found, query, viewer=viewer, top_k=top_k, carried=carried)
