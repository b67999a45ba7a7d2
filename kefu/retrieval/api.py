"""GET /api/search."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from kefu.knowledge import DEFAULT_BASE
from kefu.resources import Resources
from kefu.retrieval.records import Hit
from kefu.retrieval.search import MAX_QUERY_CHARACTERS, search
from kefu.viewer import ANONYMOUS

router = APIRouter(prefix="/api", tags=["search"])


@router.get("/search", summary="Find chunks")
async def search_route(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARACTERS)],
    top_k: Annotated[int | None, Query(ge=1, le=100)] = None,
    base: str = DEFAULT_BASE,
) -> list[Hit]:
    """The hits that an anonymous customer may read, best first."""
    resources: Resources = request.app.state.resources
    return await search(resources, q, viewer=ANONYMOUS, base_name=base, top_k=top_k)
