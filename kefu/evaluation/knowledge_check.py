"""What a change of the knowledge did to the cases it touches: asked before and after, and compared.

Nothing else is asked, so that a small edit takes seconds.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from opentelemetry import trace

from kefu.db import Connection
from kefu.evaluation.affected import Affected, Find, Posed, find_affected
from kefu.evaluation.asking import ask, find_documents
from kefu.evaluation.candidates import Setup
from kefu.evaluation.datasets import read_version
from kefu.evaluation.evaluators import grade
from kefu.evaluation.gates import KnowledgeLimits
from kefu.evaluation.question_vectors import keep_questions
from kefu.evaluation.records import Behaviour, Case, Found, Grades, Reply
from kefu.evaluation.store.datasets import list_cases, list_datasets
from kefu.evaluation.unproven import Doubtful, Unproven
from kefu.evaluation.working import work_through
from kefu.knowledge import DocumentChange

AT_ONCE = 4
OnChecked = Callable[[int, int], None]
Replies = Mapping[str, Reply]
"""By the digest of what was asked."""

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
    is_right: bool


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
) -> KnowledgeCheck:
    """Find the affected cases, ask them, and list those that became worse."""
    started = time.monotonic()
    with tracer.start_as_current_span(
        "knowledge check",
        attributes={"kefu.base": change.after.base.name, "kefu.case_count": len(posed)},
    ) as span:
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
    return KnowledgeCheck(
        base=change.after.base.name,
        changes=change.documents,
        case_count=len(posed),
        affected=affected,
        worse=worse,
        better_count=verdicts.count(Held.BETTER),
        unknown_count=verdicts.count(Held.UNKNOWN),
        most_losses=limits.most_losses,
        unproven=[each.unproven for each in change.doubtful if not each.is_proven(right, told)],
        most_unproven=limits.most_unproven,
        seconds=round(time.monotonic() - started, 2),
    )


async def _find_all(posed: Sequence[Posed], change: Change) -> list[Affected]:
    if not change.documents:
        return []
    live = (change.before or change.after).resources
    questions = [each.case.question for each in posed if not each.case.history]
    embedder = await keep_questions(live, questions)

    def find_with(setup: Setup) -> Find:
        resources = replace(setup.resources, embedder=embedder)
        return partial(find_documents, replace(setup, resources=resources))

    find_one = partial(
        _find_one,
        change=change,
        before=find_with(change.before) if change.before else None,
        after=find_with(change.after),
    )
    found = await work_through(posed, find_one, at_once=AT_ONCE)
    return [each for each in found if each is not None]


async def _find_one(
    posed: Posed, *, change: Change, before: Find | None, after: Find
) -> Affected | None:
    return await find_affected(
        posed,
        change.names,
        reply=change.replies.get(posed.case.asked_digest),
        before=before,
        after=after,
    )


async def _judge(affected: Affected, *, change: Change, limits: KnowledgeLimits) -> _Judged:
    """What became of a case; a model is asked once more before a loss counts."""
    case = affected.posed.case
    before = change.replies.get(case.asked_digest)
    if before is None and change.before is not None:
        before = await ask(change.before, case)
    if before is None:
        return _Judged(case=case, verdict=Held.UNKNOWN, is_right=False)
    after = await ask(change.after, case)
    if find_loss(case, before, after) and change.after.resources.endpoint is not None:
        after = await ask(change.after, case)
    loss = find_loss(case, before, after)
    is_right = grade(case, after)["accuracy"].value == 1.0
    if loss is None:
        held = Held.BETTER if _rises("accuracy", case, before, after) else Held.SAME
        return _Judged(case=case, verdict=held, is_right=is_right)
    worse = Worse(
        affected=affected,
        loss=loss,
        why=_explain(loss, grade(case, after)),
        before=before,
        after=after,
        counts=_is_protected(case, limits.protected),
    )
    return _Judged(case=case, verdict=worse, is_right=is_right)


def find_loss(case: Case, before: Reply, after: Reply) -> Loss | None:
    """How the reply after the change is worse than the one before it, if it is."""
    was, is_now = grade(case, before), grade(case, after)
    if _falls("safety", was, is_now):
        return Loss.UNSAFE
    gives_up = before.is_answer and not after.is_answer and case.behaviour is Behaviour.ANSWER
    if gives_up:
        return Loss.ABSTAINED
    if _falls("accuracy", was, is_now):
        return Loss.WRONG
    return Loss.UNCITED if _falls("citation_recall", was, is_now) else None


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
