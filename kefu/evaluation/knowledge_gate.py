"""Knowledge is gated: a change goes live when the cases it touches hold, or by somebody's word."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from kefu.audit import record_audit, this_operator
from kefu.db import Connection, Database
from kefu.errors import BadInput, GateClosed
from kefu.evaluation.candidates import require_whole_index, set_up
from kefu.evaluation.clearing import read_doubts
from kefu.evaluation.gates import KnowledgeLimits, load_gates
from kefu.evaluation.knowledge_check import (
    Change,
    KnowledgeCheck,
    OnChecked,
    check_change,
    load_posed,
)
from kefu.evaluation.records import Candidate, Found
from kefu.evaluation.replies import keep_replies, list_replies
from kefu.evaluation.store.experiments import find_last_start, list_last_replies
from kefu.evaluation.store.replies import KeptReply
from kefu.evaluation.summaries import list_losses, list_unproven, tell_unproven
from kefu.evaluation.unproven import find_doubtful
from kefu.knowledge import (
    Base,
    DocumentChange,
    Judge,
    digest_base,
    get_base,
    ingest,
    list_changes,
    list_names,
)
from kefu.resources import Resources

LONGEST_REASON = 500
MOST_RECORDED = 50  # statements that the audit log keeps

OnCheck = Callable[[KnowledgeCheck], None]


class _Tried(Exception):
    """A change was looked at, and is not to stay."""


def choose_judge(
    resources: Resources,
    *,
    is_asked: bool,
    override: str | None = None,
    acknowledge: str | None = None,
    on_check: OnCheck = lambda _check: None,
) -> Judge | None:
    """What holds changes of the knowledge against gates.toml; None where nobody asks for it.

    Raises:
        BadInput: gates.toml cannot be used, or a reason is none.
    """
    limits = load_gates().knowledge
    reasons = (override, acknowledge)
    if not (is_asked or limits.gated or any(each is not None for each in reasons)):
        return None
    return build_judge(
        resources, limits, override=override, acknowledge=acknowledge, on_check=on_check
    )


def build_judge(
    resources: Resources,
    limits: KnowledgeLimits,
    *,
    override: str | None = None,
    acknowledge: str | None = None,
    on_check: OnCheck = lambda _check: None,
) -> Judge:
    """What lets a change of the knowledge pass or not.

    Who acknowledges it vouches for what no case asks; who overrides it, for everything.

    Raises:
        BadInput: a reason is none.
    """
    for reason in (override, acknowledge):
        if reason is not None and not 0 < len(reason.strip()) <= LONGEST_REASON:
            raise BadInput("Say why, in at most %(count)s characters.", count=LONGEST_REASON)

    async def judge(candidate: Database, base: Base) -> None:
        check = await check_candidate(resources, candidate, base, limits)
        on_check(check)
        is_vouched = check.holds and acknowledge is not None
        if not (check.is_passed or override is not None or is_vouched):
            raise GateClosed(
                "%(base)s stays as it was: %(losses)s",
                base=base.name,
                losses="\n".join([*list_losses(check), *list_unproven(check)]),
            )
        async with candidate.connection() as conn:
            await _record(conn, check, override=override, acknowledge=acknowledge)

    return judge


async def check_candidate(
    resources: Resources,
    candidate: Database,
    base: Base,
    limits: KnowledgeLimits,
    *,
    on_progress: OnChecked = lambda _done, _count: None,
) -> KnowledgeCheck:
    """Hold a base as it would be against the base as it is."""
    before = await set_up(resources, Candidate(), base_name=base.name)
    after = replace(before, resources=replace(before.resources, database=candidate))
    async with candidate.connection() as conn:
        await require_whole_index(conn, after, with_vectors=False)
        documents = await list_changes(conn, base)
    async with resources.database.connection() as conn:
        posed = await load_posed(conn, base.name)
        replies = await list_replies(conn, before, posed)
        names = await _list_names(conn, documents)
        async with candidate.connection() as changed:
            doubtful = await find_doubtful(conn, changed, base, documents) if posed else []
    change = Change(
        documents=documents,
        names=names,
        doubtful=doubtful,
        before=before,
        after=after,
        replies=replies,
    )
    read = partial(read_doubts, resources, most_read=limits.most_read)
    check = await check_change(posed, change, limits, on_progress=on_progress, read=read)
    async with resources.database.transaction() as conn:
        await keep_replies(conn, before, before.knowledge_digest, check.before)
    async with candidate.connection() as changed:
        digest = await digest_base(changed, await get_base(changed, base.name))
        await keep_replies(changed, before, digest, check.after)
    return check


async def check_since(
    resources: Resources,
    base_name: str,
    limits: KnowledgeLimits,
    *,
    since: datetime | None = None,
    on_progress: OnChecked = lambda _done, _count: None,
) -> KnowledgeCheck:
    """Hold a base as it is against the last replies from before what was changed since.

    Without a moment: since the last experiment about the base began.

    Raises:
        NotFound: there is no such base.
        BadInput: there is no moment to begin with.
    """
    after = await set_up(resources, Candidate(), base_name=base_name)
    async with resources.database.connection() as conn:
        base = await get_base(conn, base_name)
        moment = since or await find_last_start(conn, base_name)
        if moment is None:
            raise BadInput(
                "No experiment was run about %(base)s, so nobody knows how its cases were answered "
                "before: see kefu evaluation run.",
                base=repr(base_name),
            )
        documents = await list_changes(conn, base, since=moment)
        posed = await load_posed(conn, base_name)
        replies = await list_last_replies(
            conn,
            [each.case.asked_digest for each in posed],
            base=base_name,
            fingerprint=after.fingerprint,
            until=min((each.changed_at for each in documents), default=moment),
        )
        names = await _list_names(conn, documents)
    change = Change(
        documents=documents,
        names=names,
        before=None,
        after=after,
        replies={digest: KeptReply(reply=reply) for digest, reply in replies.items()},
    )
    return await check_change(posed, change, limits, on_progress=on_progress)


async def try_change(
    resources: Resources, paths: Sequence[Path], base_name: str, limits: KnowledgeLimits
) -> KnowledgeCheck:
    """What taking in these files would do; nothing of it stays.

    Raises:
        BadInput, Conflict: as `kefu.knowledge.ingest`.
    """
    found: list[KnowledgeCheck] = []

    async def look(candidate: Database, base: Base) -> None:
        found.append(await check_candidate(resources, candidate, base, limits))
        raise _Tried

    with suppress(_Tried):
        await ingest(resources, paths, base_name=base_name, judge=look)
    return found[0]


async def _list_names(conn: Connection, documents: Sequence[DocumentChange]) -> frozenset[Found]:
    """What the documents are called, and were before where that can still be read."""
    earlier = await list_names(conn, [each.document_id for each in documents])
    return frozenset(
        [
            *(Found(uri=each.uri, id=each.id) for each in documents),
            *(Found(uri=uri, id=id) for uri, id in earlier),
        ]
    )


async def _record(
    conn: Connection, check: KnowledgeCheck, *, override: str | None, acknowledge: str | None
) -> None:
    """Write down by whose word the change goes in, as far as it took one."""
    if check.cleared:
        await _tell(conn, check, "doubts_cleared", _describe_cleared(check))
    if check.is_passed:
        return
    if override is not None:
        told = _describe_override(check)
        await _tell(conn, check, "gate_overridden", {"reason": override.strip(), **told})
    elif acknowledge is not None:
        told = _describe_acknowledged(check)
        await _tell(conn, check, "unproven_acknowledged", {"reason": acknowledge.strip(), **told})


async def _tell(
    conn: Connection, check: KnowledgeCheck, what: str, details: Mapping[str, str | int | list[str]]
) -> None:
    await record_audit(
        conn,
        actor=this_operator(),
        action=f"knowledge.{what}",
        subject=check.base,
        details=details,
    )


def _describe_override(check: KnowledgeCheck) -> dict[str, int | list[str]]:
    return {
        "documents": len(check.changes),
        "worse": check.loss_count,
        "cases": [f"{each.affected.posed.case.id}: {each.loss}" for each in check.shown],
        "unproven": len(check.unproven),
    }


def _describe_acknowledged(check: KnowledgeCheck) -> dict[str, int | list[str]]:
    return {
        "documents": len(check.changes),
        "unproven": len(check.unproven),
        "statements": [tell_unproven(each) for each in check.unproven[:MOST_RECORDED]],
    }


def _describe_cleared(check: KnowledgeCheck) -> dict[str, int | list[str]]:
    return {
        "cleared": len(check.cleared),
        "statements": [
            f"{each.unproven.uri}: {each.texts[0]} -> {each.texts[1]}"
            f" (by {each.reader}, trial {each.trial_id})"
            for each in check.cleared[:MOST_RECORDED]
        ],
    }
