"""What people make of proposed cases: completed, accepted into a dataset, or rejected."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.evaluation.cases import BadLine, as_line, read_case
from kefu.evaluation.datasets import save_version
from kefu.evaluation.records import Case, DatasetVersion, Proposal, ProposalStatus
from kefu.evaluation.store.datasets import (
    find_dataset,
    get_dataset,
    get_version,
    list_cases,
    lock_dataset,
)
from kefu.evaluation.store.proposals import (
    get_proposal,
    list_proposals,
    update_content,
    update_proposals,
)
from kefu.safety import mask_personal_data

ALTERNATIVES = "|"
"""Between the wordings of one fact, and the documents of which any one will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A case as a reviewer writes it.

    Attributes:
        facts: one a line; `citations` as well.
        tags: with spaces between them.
        keeps_history: whether what was said before belongs to the case.
    """

    question: str
    behaviour: str
    facts: str
    citations: str
    tags: str
    split: str
    note: str
    keeps_history: bool


async def review(
    conn: Connection,
    dataset: str,
    *,
    accepted: Sequence[int],
    rejected: Sequence[int],
    reviewer: str,
) -> DatasetVersion | None:
    """Make a version with the accepted cases; None when none was.

    Raises:
        NotFound: there is no such dataset.
        BadInput: a number is no proposal of the dataset that waits.
    """
    await get_dataset(conn, dataset)
    waiting = {each.id: each for each in await list_proposals(conn, dataset)}
    for number in (*accepted, *rejected):
        if number not in waiting:
            raise BadInput(
                "The dataset %(dataset)s has no proposal %(number)s that waits.",
                dataset=dataset,
                number=number,
            )
    both = sorted(set(accepted) & set(rejected))
    if both:
        raise BadInput("Proposal %(number)s is either accepted or rejected.", number=both[0])
    await update_proposals(conn, rejected, status=ProposalStatus.REJECTED, reviewer=reviewer)
    await update_proposals(conn, accepted, status=ProposalStatus.ACCEPTED, reviewer=reviewer)
    version = None
    if accepted:
        version = await _add(conn, dataset, [waiting[each].case for each in accepted], reviewer)
    await _record(conn, dataset, reviewer, accepted=len(accepted), rejected=len(rejected))
    return version


async def accept(
    conn: Connection, number: int, completion: Completion, *, dataset: str, reviewer: str
) -> DatasetVersion:
    """Make a version of this dataset with the completed case.

    Raises:
        NotFound: there is no such proposal, or no such dataset.
        Conflict: it was reviewed already, or the dataset asks the same.
        BadInput: what was entered is no case, or the dataset is about another base.
    """
    proposal = await _get_waiting(conn, number)
    case = complete(proposal.case, completion)
    found = await find_dataset(conn, dataset)
    if found is None or found.base != proposal.base:
        raise BadInput(
            "The case belongs into a dataset about the base %(base)s.", base=proposal.base
        )
    await lock_dataset(conn, dataset, base=found.base)
    asked = await _list_latest(conn, dataset)
    for each in asked:
        if each.asked_digest == case.asked_digest:
            raise Conflict(
                "The dataset %(dataset)s asks this already: case %(case)s.",
                dataset=dataset,
                case=each.id,
            )
    if not await update_content(conn, number, case, dataset_id=found.id):
        raise Conflict("The dataset %(dataset)s has the same proposal.", dataset=dataset)
    await update_proposals(conn, [number], status=ProposalStatus.ACCEPTED, reviewer=reviewer)
    version = await _add(conn, dataset, [case], reviewer)
    await _record(conn, dataset, reviewer, accepted=1, rejected=0)
    return version


async def reject(conn: Connection, number: int, *, reviewer: str) -> None:
    """Keep a proposal out of the datasets.

    Raises:
        NotFound: there is no such proposal.
        Conflict: it was reviewed already.
    """
    proposal = await _get_waiting(conn, number)
    await update_proposals(conn, [number], status=ProposalStatus.REJECTED, reviewer=reviewer)
    await _record(conn, proposal.dataset, reviewer, accepted=0, rejected=1)


def complete(case: Case, completion: Completion) -> Case:
    """The case as the reviewer wants it; personal data that was typed is masked.

    Raises:
        BadInput: it is no case.
    """
    changed = {
        "question": mask_personal_data(completion.question),
        "history": as_line(case).get("history", []) if completion.keeps_history else [],
        "behaviour": completion.behaviour,
        "facts": _read_groups(completion.facts),
        "citations": _read_groups(completion.citations),
        "tags": completion.tags.split(),
        "note": mask_personal_data(completion.note),
    }
    line = as_line(case) | changed
    line.pop("split")
    line.pop("id")
    line.pop("language")
    if completion.split:
        line["split"] = completion.split
    try:
        return read_case(json.dumps(line, ensure_ascii=False))
    except BadLine as error:
        raise BadInput("This is no case yet: it %(problem)s", problem=error) from None


def write_groups(groups: Sequence[Sequence[str]]) -> str:
    """One group a line, as `complete` reads them."""
    return "\n".join(f" {ALTERNATIVES} ".join(group) for group in groups)


def _read_groups(text: str) -> list[list[str]]:
    lines = [line.split(ALTERNATIVES) for line in text.splitlines()]
    groups = [[part.strip() for part in line if part.strip()] for line in lines]
    return [group for group in groups if group]


async def _get_waiting(conn: Connection, number: int) -> Proposal:
    proposal = await get_proposal(conn, number, locks=True)
    if proposal.status is not ProposalStatus.PROPOSED:
        raise Conflict(
            "Proposal %(number)s was reviewed by %(reviewer)s.",
            number=number,
            reviewer=proposal.reviewed_by,
        )
    return proposal


async def _add(
    conn: Connection, dataset: str, cases: Sequence[Case], reviewer: str
) -> DatasetVersion:
    before = await _list_latest(conn, dataset)
    known = {case.asked_digest for case in before}
    fresh = [case for case in cases if case.asked_digest not in known]
    note = f"{len(fresh)} reviewed cases added."
    return await save_version(conn, dataset, [*before, *fresh], author=reviewer, note=note)


async def _list_latest(conn: Connection, dataset: str) -> Sequence[Case]:
    found = await find_dataset(conn, dataset)
    if found is None or not found.version_count:
        return ()
    return await list_cases(conn, (await get_version(conn, dataset)).id)


async def _record(
    conn: Connection, dataset: str, reviewer: str, *, accepted: int, rejected: int
) -> None:
    await record_audit(
        conn,
        actor=reviewer,
        action="evaluation.reviewed",
        subject=dataset,
        details={"accepted": accepted, "rejected": rejected},
    )
