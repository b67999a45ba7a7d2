"""Which cases a change of the knowledge touches: by what they name, cited, found and find now."""

from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from kefu.evaluation.evaluators.evaluator import names
from kefu.evaluation.records import Case, DatasetVersion, Found, Reply, Split

Find = Callable[[Case], Awaitable[Sequence[Found]]]
"""The documents that a case's question finds, best first."""


class Reason(StrEnum):
    """Why a case is asked again."""

    NAMED = "named"
    CITED = "cited"
    FOUND = "found"
    FINDS = "finds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A case of the latest version of a dataset."""

    version: DatasetVersion
    case: Case

    def __str__(self) -> str:
        return f"{self.version}/{self.case.id}"

    @property
    def is_sealed(self) -> bool:
        """Whether it counts and is not seen."""
        return self.case.split is Split.TEST and self.version.unsealed_by is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A case that answers differently, if any does."""

    posed: Posed
    reason: Reason


async def find_affected(
    posed: Posed, changed: Set[Found], *, reply: Reply | None, before: Find | None, after: Find
) -> Affected | None:
    """Whether documents that were changed have to do with a case.

    The case names one, its answer before the change cites one or found one, or its question finds
    one now. Without a reply the question is put to the knowledge `before`, where that is left.
    """
    reason = (
        _find_in_past(posed.case, changed, reply)
        or await _find_in(posed.case, changed, before if reply is None else None, Reason.FOUND)
        or await _find_in(posed.case, changed, after, Reason.FINDS)
    )
    return Affected(posed=posed, reason=reason) if reason else None


def _find_in_past(case: Case, changed: Set[Found], reply: Reply | None) -> Reason | None:
    wanted = [name for group in case.citations for name in group]
    if any(names(name, document) for name in wanted for document in changed):
        return Reason.NAMED
    if reply is None:
        return None
    if any(Found(uri=each.uri, id=each.id) in changed for each in reply.citations):
        return Reason.CITED
    return Reason.FOUND if changed & set(reply.found) else None


async def _find_in(
    case: Case, changed: Set[Found], find: Find | None, reason: Reason
) -> Reason | None:
    return reason if find is not None and changed & set(await find(case)) else None
