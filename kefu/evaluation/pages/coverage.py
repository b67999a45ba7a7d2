"""The page of what no case asks: documents with their statements, each of which becomes a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.errors import NotFound
from kefu.evaluation.coverage import DocumentCoverage, measure_coverage
from kefu.evaluation.proposing import propose_statement
from kefu.knowledge import DEFAULT_BASE, get_base, list_document_ids
from kefu.web import OpenResources, read_form, render_page

PATH = "/admin/evaluation/coverage"
SHOWN_DOCUMENTS = 40

router = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    dependencies=[Depends(require("evaluation.read"))],
)

BaseName = Annotated[str, Query(max_length=80)]
First = Annotated[int, Query(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveragePage:
    """Some of the documents of a base.

    Attributes:
        first: how many stand before them.
        count: of all.
    """

    base: str
    documents: Sequence[DocumentCoverage]
    first: int
    count: int
    most: int = SHOWN_DOCUMENTS


@router.get("")
async def show_coverage(
    request: Request, resources: OpenResources, base: BaseName = DEFAULT_BASE, first: First = 0
) -> Response:
    """What cases ask of the documents, and what none does."""
    async with resources.database.connection() as conn:
        found = await get_base(conn, base)
        page = CoveragePage(
            base=base,
            documents=await measure_coverage(conn, found, first=first, most=SHOWN_DOCUMENTS),
            first=first,
            count=len(await list_document_ids(conn, found)),
        )
    return render_page(request, "evaluation/coverage.html", page)


@router.post("", dependencies=[Depends(require("evaluation.write"))])
async def propose(
    request: Request, resources: OpenResources, base: BaseName = DEFAULT_BASE, first: First = 0
) -> Response:
    """Have a case of one of the statements wait for a review."""
    form = await read_form(request)
    async with resources.database.transaction() as conn:
        found = await get_base(conn, base)
        for document in await measure_coverage(conn, found, first=first, most=SHOWN_DOCUMENTS):
            for statement in document.find_unasked(form.get("uri", ""), form.get("text", "")):
                dataset = await propose_statement(conn, document, statement, base=base)
                address = f"/admin/evaluation/proposals?dataset={quote(dataset, safe='')}"
                return RedirectResponse(address, status_code=303)
    raise NotFound("No document says this any more.")
