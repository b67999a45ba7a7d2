"""What a change of the knowledge did to the cases it touches: asked before and after, and compared.

Nothing else is asked, so that a small edit takes seconds.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from opentelemetry import trace

from kefu.answering import count_facts
from kefu.db import Connection
from kefu.evaluation.affected import Affected, Find, Posed, find_affected
from kefu.evaluation.asking import ask, find_documents
from kefu.evaluation.candidates import Setup
from kefu.evaluation.clearing import Cleared, Readings, read_nothing
from kefu.evaluation.datasets import read_version
from kefu.evaluation.evaluators import grade
from kefu.evaluation.gates import KnowledgeLimits
from kefu.evaluation.question_vectors import keep_questions
from kefu.evaluation.records import Behaviour, Case, Found, Grades, Reply
from kefu.evaluation.replies import Replies
from kefu.evaluation.store.datasets import list_cases, list_datasets
from kefu.evaluation.store.replies import KeptReply
from kefu.evaluation.unproven import Doubtful, Unproven
from kefu.evaluation.working import work_through
from kefu.knowledge import DocumentChange

AT_ONCE = 4
OnChecked = Callable[[int, int], None]
Read = Callable[[Sequence[Doubtful]], Awaitable[Readings]]

tracer = trace.get_tracer("kefu.evaluation")


class Held(StrEnum):
    """What becomes of a case that did not become worse, as far as anybody knows."""

    SAME = "same"
    BETTER = "better"
    UNKNOWN = "unknown"


class Loss(StrEnum):
    """How a case became worse."""

    UNSAFE = "unsafe"
    ABSTAINED = "abstained"
    WRONG = "wrong"
    UNCITED = "uncited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worse:
    """A case that the change made worse.

    Attributes:
        why: in a sentence.
        counts: whether it belongs to a slice that is protected.
    """

    affected: Affected
    loss: Loss
    why: str
    before: Reply
    after: Reply
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeCheck:
    """A change of a base, held against the cases it touches.

    Attributes:
        case_count: of the latest versions of the datasets about the base.
        better_count: cases that are right now and were not.
        unknown_count: affected cases of which nobody knows how they were answered before.
        most_losses: cases that count and may become worse.
        unproven: what changes although no case asks it, as far as the knowledge before is known.
        most_unproven: so much of it may change.
        cleared: what a model that was tried takes for the same in other words.
        notes: why no model read something.
        before: replies to the cases that were asked, or not touched, as they were; `after` as they
            would be.
    """

    base: str
    changes: Sequence[DocumentChange]
    case_count: int
    affected: Sequence[Affected]
    worse: Sequence[Worse]
    better_count: int
    unknown_count: int
    most_losses: int
    unproven: Sequence[Unproven]
    most_unproven: int
    cleared: Sequence[Cleared] = ()
    notes: Sequence[str] = ()
    before: Replies
    after: Replies
    seconds: float

    @property
    def loss_count(self) -> int:
        """Cases that count and became worse, sealed ones too."""
        return sum(each.counts for each in self.worse)

    @property
    def shown(self) -> Sequence[Worse]:
        """The cases that may be seen one by one."""
        return [each for each in self.worse if not each.affected.posed.is_sealed]

    @property
    def holds(self) -> bool:
        """Whether no more cases became worse than may."""
        return self.loss_count <= self.most_losses

    @property
    def is_proven(self) -> bool:
        """Whether no more changes than may without a case that asks it."""
        return len(self.unproven) <= self.most_unproven

    @property
    def is_passed(self) -> bool:
        """Whether the change may go live without anybody's word."""
        return self.holds and self.is_proven


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The knowledge before and after, and what lies between.

    Attributes:
        before: where it can still be asked; else the last replies are all that is known.
        replies: to cases before the change.
        names: that the changed documents have or had.
        doubtful: statements that differ; not known without the knowledge before.
    """

    documents: Sequence[DocumentChange]
    names: frozenset[Found]
    before: Setup | None
    after: Setup
    replies: Replies
    doubtful: Sequence[Doubtful] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An affected case, and whether it is right after the change."""

    case: Case
    verdict: Worse | Held
    is_right: bool = False
    before: Reply | None = None
    after: Reply | None = None


async def load_posed(conn: Connection, base: str) -> list[Posed]:
    """The cases of the latest version of every dataset about a base."""
    posed = []
    for dataset in await list_datasets(conn):
        if dataset.base == base and dataset.version_count:
            version = await read_version(conn, dataset.name)
            cases = await list_cases(conn, version.id)
            posed += [Posed(version=version, case=case) for case in cases]
    return posed


async def check_change(
    posed: Sequence[Posed],
    change: Change,
    limits: KnowledgeLimits,
    *,
    on_progress: OnChecked = lambda _done, _count: None,
    read: Read = read_nothing,
) -> KnowledgeCheck:
    """Find the affected cases, ask them, and list those that became worse."""
    started = time.monotonic()
    with tracer.start_as_current_span(
        "knowledge check",
        attributes={"kefu.base": change.after.base.name, "kefu.case_count": len(posed)},
    ) as span:
        change = await _know_questions(posed, change)
        affected = await _find_all(posed, change)
        span.set_attribute("kefu.affected_count", len(affected))
        judged = await work_through(
            affected,
            partial(_judge, change=change, limits=limits),
            at_once=AT_ONCE,
            on_done=lambda count: on_progress(count, len(affected)),
        )
    verdicts = [each.verdict for each in judged]
    worse = [each for each in verdicts if isinstance(each, Worse)]
    told = [each.affected.posed.case for each in worse]
    right = [each.case for each in judged if each.is_right]
    asked = {each.case.asked_digest: each for each in judged}
    left = {digest: kept for digest, kept in change.replies.items() if digest not in asked}
    readings = await read([each for each in change.doubtful if not each.is_proven(right, told)])
    return KnowledgeCheck(
        base=change.after.base.name,
        changes=change.documents,
        case_count=len(posed),
        affected=affected,
        worse=worse,
        better_count=verdicts.count(Held.BETTER),
        unknown_count=verdicts.count(Held.UNKNOWN),
        most_losses=limits.most_losses,
        unproven=readings.unproven,
        most_unproven=limits.most_unproven,
        cleared=readings.cleared,
        notes=readings.notes,
        before=left | {of: KeptReply(reply=it.before) for of, it in asked.items() if it.before},
        after={of: replace(it, is_carried=True) for of, it in left.items()}
        | {of: KeptReply(reply=it.after) for of, it in asked.items() if it.after},
        seconds=round(time.monotonic() - started, 2),
    )


async def _know_questions(posed: Sequence[Posed], change: Change) -> Change:
    """The change with an embedder that knows the questions."""
    if not change.documents:
        return change
    live = (change.before or change.after).resources
    questions = [each.case.question for each in posed if not each.case.history]
    embedder = await keep_questions(live, questions)

    def know(setup: Setup) -> Setup:
        return replace(setup, resources=replace(setup.resources, embedder=embedder))

    before = know(change.before) if change.before else None
    return replace(change, before=before, after=know(change.after))


async def _find_all(posed: Sequence[Posed], change: Change) -> list[Affected]:
    if not change.documents:
        return []
    find_one = partial(
        _find_one,
        change=change,
        before=partial(find_documents, change.before) if change.before else None,
        after=partial(find_documents, change.after),
    )
    found = await work_through(posed, find_one, at_once=AT_ONCE)
    return [each for each in found if each is not None]


async def _find_one(
    posed: Posed, *, change: Change, before: Find | None, after: Find
) -> Affected | None:
    kept = change.replies.get(posed.case.asked_digest)
    return await find_affected(
        posed,
        change.names,
        reply=kept.reply if kept else None,
        before=before,
        after=after,
    )


async def _judge(affected: Affected, *, change: Change, limits: KnowledgeLimits) -> _Judged:
    """What became of a case; before a loss counts, a model is asked once more."""
    case = affected.posed.case
    kept = change.replies.get(case.asked_digest)
    before = kept.reply if kept else await _ask_before(change, case)
    if before is None:
        return _Judged(case=case, verdict=Held.UNKNOWN)
    after = await ask(change.after, case, is_compared=False)
    loss = find_loss(case, before, after)
    if loss and kept is not None and kept.is_carried:
        before = await _ask_before(change, case) or before
    if loss and change.after.resources.endpoint is not None:
        after = await ask(change.after, case, is_compared=False)
    loss = find_loss(case, before, after)
    grades = grade(case, after)
    verdict: Worse | Held = Held.BETTER if _rises("accuracy", case, before, after) else Held.SAME
    if loss is not None:
        verdict = Worse(
            affected=affected,
            loss=loss,
            why=_explain(loss, grades),
            before=before,
            after=after,
            counts=_is_protected(case, limits.protected),
        )
    is_right = grades["accuracy"].value == 1.0
    return _Judged(case=case, verdict=verdict, is_right=is_right, before=before, after=after)


async def _ask_before(change: Change, case: Case) -> Reply | None:
    if change.before is None:
        return None
    return await ask(change.before, case, is_compared=False)


def find_loss(case: Case, before: Reply, after: Reply) -> Loss | None:
    """How the reply after the change is worse than the one before it, if it is.

    Only what was right can be lost. A right answer from another document than those named is none
    less, as long as that document says so too.
    """
    was, is_now = grade(case, before), grade(case, after)
    if _falls("safety", was, is_now):
        return Loss.UNSAFE
    gives_up = before.is_answer and not after.is_answer and case.behaviour is Behaviour.ANSWER
    if gives_up and _is_of_use(was):
        return Loss.ABSTAINED
    if _falls("accuracy", was, is_now):
        return Loss.WRONG
    is_uncited = was["accuracy"].value == 1.0 and _falls("citation_recall", was, is_now)
    return Loss.UNCITED if is_uncited and not _is_shown(case, after) else None


def _is_of_use(grades: Grades) -> bool:
    """Whether a reply stated anything that was asked for."""
    return (
        grades["accuracy"].value > 0
        or "fact_coverage" not in grades
        or grades["fact_coverage"].value > 0
    )


def _is_shown(case: Case, reply: Reply) -> bool:
    """Whether other documents than those named say all that the case asks, and are cited."""
    cited = "\n".join(each.text for each in reply.citations)
    return bool(case.facts) and count_facts(case.facts, cited) == len(case.facts)


def _falls(name: str, before: Grades, after: Grades) -> bool:
    return name in before and name in after and after[name].value < before[name].value


def _rises(name: str, case: Case, before: Reply, after: Reply) -> bool:
    return _falls(name, grade(case, after), grade(case, before))


def _explain(loss: Loss, grades: Grades) -> str:
    told_by = {Loss.UNSAFE: "safety", Loss.UNCITED: "citation_recall"}
    return str(grades[told_by.get(loss, "accuracy")])


def _is_protected(case: Case, protected: Sequence[str]) -> bool:
    slices = {f"split:{case.split}", f"language:{case.language}", *(f"tag:{t}" for t in case.tags)}
    return not protected or bool(slices & set(protected))
