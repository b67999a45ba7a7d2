"""The pages of proposed cases: what waits, and the form in which one is completed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.conversations import Message, find_message
from kefu.db import Connection
from kefu.errors import BadInput, KefuError
from kefu.evaluation.cases import LONGEST_NOTE, LONGEST_QUESTION
from kefu.evaluation.proposing import propose_answer
from kefu.evaluation.records import Behaviour, Case, Dataset, Origin, Proposal, Split
from kefu.evaluation.reviewing import Completion, accept, reject, write_groups
from kefu.evaluation.store.datasets import get_dataset, list_datasets
from kefu.evaluation.store.proposals import get_proposal, list_proposals
from kefu.safety import mask_personal_data
from kefu.viewer import Viewer
from kefu.web import OpenResources, RowId, read_form, render_page

PATH = "/admin/evaluation/proposals"
SHOWN_PROPOSALS = 200
FROM_ANSWERS = frozenset({Origin.CONVERSATION, Origin.FEEDBACK})

router = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    dependencies=[Depends(require("evaluation.read"))],
)

Reviewer = Annotated[Viewer, Depends(require("evaluation.write"))]
Name = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsPage:
    """What waits for a review.

    Attributes:
        count: of all that wait; the first ones are shown.
        dataset: empty for all.
    """

    proposals: Sequence[Proposal]
    count: int
    dataset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPage:
    """One proposal.

    Attributes:
        answer: the message it was made of, personal data masked; None where it is of none.
        datasets: that it may become a case of.
        given: what stands in the fields.
        dataset: the one that is chosen.
        problem: why it was refused.
    """

    proposal: Proposal
    answer: Message | None
    datasets: Sequence[Dataset]
    given: Completion
    dataset: str
    problem: KefuError | None = None
    behaviours: Sequence[str] = tuple(Behaviour)
    splits: Sequence[str] = tuple(Split)
    longest_question: int = LONGEST_QUESTION
    longest_note: int = LONGEST_NOTE


@router.get("")
async def show_proposals(
    request: Request, resources: OpenResources, dataset: Name = ""
) -> Response:
    """Cases that wait, the earliest first."""
    async with resources.database.connection() as conn:
        if dataset:
            await get_dataset(conn, dataset)
        waiting = await list_proposals(conn, dataset or None)
    page = ProposalsPage(proposals=waiting[:SHOWN_PROPOSALS], count=len(waiting), dataset=dataset)
    return render_page(request, "evaluation/proposals.html", page)


@router.post("")
async def add(request: Request, resources: OpenResources, reviewer: Reviewer) -> Response:
    """Make a case of one answer, to be completed."""
    form = await read_form(request)
    try:
        message_id = UUID(form.get("message", ""))
    except ValueError as error:
        raise BadInput("Name the answer by its message.") from error
    async with resources.database.transaction() as conn:
        proposal = await propose_answer(conn, message_id, author=reviewer.name)
    return RedirectResponse(f"{PATH}/{proposal.id}", status_code=303)


@router.get("/{number}")
async def show_proposal(request: Request, number: RowId, resources: OpenResources) -> Response:
    """One proposal with the answer it was made of."""
    async with resources.database.connection() as conn:
        page = await _build_page(conn, await get_proposal(conn, number))
    return render_page(request, "evaluation/proposal.html", page)


@router.post("/{number}")
async def settle(
    request: Request, number: RowId, resources: OpenResources, reviewer: Reviewer
) -> Response:
    """Accept what was entered, or reject the proposal; show the form again with what is wrong."""
    form = await read_form(request)
    if form.get("action") not in {"accept", "reject"}:
        raise BadInput("A proposal is accepted or rejected.")
    try:
        async with resources.database.transaction() as conn:
            if form["action"] == "reject":
                await reject(conn, number, reviewer=reviewer.name)
            else:
                await accept(
                    conn,
                    number,
                    _read_completion(form),
                    dataset=form.get("dataset", ""),
                    reviewer=reviewer.name,
                )
    except KefuError as error:
        async with resources.database.connection() as conn:
            page = await _build_page(conn, await get_proposal(conn, number))
        entered = replace(
            page,
            given=_read_completion(form),
            dataset=form.get("dataset", page.dataset),
            problem=error,
        )
        return render_page(request, "evaluation/proposal.html", entered, status=error.status)
    return RedirectResponse(f"{PATH}/{number}", status_code=303)


async def _build_page(conn: Connection, proposal: Proposal) -> ProposalPage:
    answer = None
    if proposal.origin in FROM_ANSWERS:
        answer = await find_message(conn, UUID(proposal.origin_key))
    if answer is not None:
        answer = replace(answer, text=mask_personal_data(answer.text))
    return ProposalPage(
        proposal=proposal,
        answer=answer,
        datasets=[each for each in await list_datasets(conn) if each.base == proposal.base],
        given=_write_completion(proposal.case),
        dataset=proposal.dataset,
    )


def _write_completion(case: Case) -> Completion:
    return Completion(
        question=case.question,
        behaviour=case.behaviour,
        facts=write_groups(case.facts),
        citations=write_groups(case.citations),
        tags=" ".join(case.tags),
        split=case.split,
        note=case.note,
        keeps_history=bool(case.history),
    )


def _read_completion(form: Mapping[str, str]) -> Completion:
    return Completion(
        question=form.get("question", ""),
        behaviour=form.get("behaviour", ""),
        facts=form.get("facts", ""),
        citations=form.get("citations", ""),
        tags=form.get("tags", ""),
        split=form.get("split", ""),
        note=form.get("note", ""),
        keeps_history=bool(form.get("history")),
    )
