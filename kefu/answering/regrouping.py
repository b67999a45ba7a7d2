"""Statements that were cut up or put together: one sentence as two, a list as a sentence, a row.

A run of what a document no longer says stands, where a run of what it says now asserts the same
as a whole, and each figure and denial is still said of what it was said of.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kefu.answering.assertions import LEAST_SHARED, Assertion, value
from kefu.answering.facts import Fact
from kefu.answering.loaded_words import marks
from kefu.answering.statements import Place, Statement
from kefu.text import SpanKind

LONGEST_BEFORE = 6
LONGEST_AFTER = 8
"""Statements of a run; longer ones are another text."""

MOST_CHANGED = 150
"""Statements of a document; where more were changed it was written anew."""

BOUND = frozenset({"free of charge", "immediate", "automatic", "by hand", "in full", "unlimited"})
"""Marks that belong to the words beside them, as sides of opposites do."""

_END = re.compile(r"[.。;；,，!！?？:：]\s*$")
_CLAUSE_END = re.compile(
    r"(?:(?<!\d)[,.]|[,.](?!\d)|[;；。，、!！?？])\s*|\s+(?:and|but|while|whereas)\s+|而(?!且)|但是?",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"不(?![仅但同论超少低高多足])|没|(?<!有)无(?!论)|未(?!来)|勿|禁止|除外|\bnot?\b|n't\b|\bnever\b"
    r"|\bcannot\b|\bwithout\b|\bexcept\b",
    re.IGNORECASE,
)
"""What denies and is no word of content, as to cancel and to stop are."""

_LEAD_IN = re.compile(r"(?:要求|规定|限制|说明|事项|如下|以下|requirements|rules)\s*[:：]")


@dataclass(frozen=True)
class Run:
    """Statements that follow each other in a document."""

    statements: tuple[Statement, ...]

    @cached_property
    def facts(self) -> tuple[tuple[str, ...], ...]:
        """What they hold, in any order and without bounds."""
        return tuple(sorted(value(fact)[:3] for each in self.statements for fact in each.facts))

    @cached_property
    def terms(self) -> frozenset[str]:
        """Their content words."""
        return frozenset().union(*(each.asserted.telling_terms for each in self.statements))

    @cached_property
    def asserted(self) -> Assertion:
        """All of them as one."""
        texts = [_END.sub("", each.text) for each in self.statements]
        is_chinese = any("\u3400" <= letter <= "\u9fff" for letter in texts[0])
        return Assertion(_LEAD_IN.sub("", ("。" if is_chinese else ". ").join(texts)))


def find_regrouped(
    before: Sequence[Statement], after: Sequence[Statement]
) -> frozenset[tuple[Place, str]]:
    """Place and key of the statements that stand in another cut, of all that were dropped."""
    left, known = {each.key for each in after}, {each.key for each in before}
    added: dict[tuple[tuple[str, ...], ...], list[Run]] = defaultdict(list)
    for run in _list_runs(after, known, LONGEST_AFTER):
        added[run.facts].append(run)
    found: set[tuple[Place, str]] = set()
    for run in _list_runs(before, left, LONGEST_BEFORE) if added else ():
        keys = {(each.place, each.key) for each in run.statements}
        if not keys <= found and any(_says(other, run) for other in added.get(run.facts, ())):
            found |= keys
    return frozenset(found)


def _list_runs(statements: Sequence[Statement], known: set[str], longest: int) -> Iterator[Run]:
    """All runs of what the other side has not, the shorter ones first."""
    is_new = [each.key not in known and each.kind is not SpanKind.CODE for each in statements]
    if sum(is_new) > MOST_CHANGED:
        return
    for length in range(1, longest + 1):
        for start in range(len(statements) - length + 1):
            if all(is_new[start : start + length]):
                run = tuple(statements[start : start + length])
                if length == 1 or _is_joinable(run):
                    yield Run(run)


def _is_joinable(run: Sequence[Statement]) -> bool:
    """Whether they stand under one heading, and are neither rows nor steps whose order counts."""
    return len({each.place for each in run}) == 1 and not any(
        each.is_step or each.kind is SpanKind.TABLE_ROW for each in run
    )


def _says(new: Run, old: Run) -> bool:
    if len(new.statements) == len(old.statements) == 1:
        kinds = {each.kind for run in (new, old) for each in run.statements}
        if len(kinds) == 1:
            return False
    return _is_near(old, new) and new.asserted.covers(old.asserted) and keeps_bindings(old, new)


def _is_near(old: Run, new: Run) -> bool:
    least = LEAST_SHARED * max(len(old.terms), len(new.terms))
    return len(old.terms & new.terms) >= least - 2


def keeps_bindings(old: Run, new: Run) -> bool:
    """Whether figures and denials stand beside the words beside which they stood.

    Each part of a sentence that holds any is looked up by its words in the other run; of a row of a
    table only the cells count that hold some, too.
    """
    sides = (old, new), (new, old)
    return all(_is_bound(_read_clauses(one), _read_clauses(other)) for one, other in sides)


@dataclass(frozen=True)
class _Clause:
    text: str

    @cached_property
    def asserted(self) -> Assertion:
        return Assertion(self.text)

    @cached_property
    def weights(self) -> frozenset[tuple[str, ...]]:
        facts: list[Fact] = self.asserted.facts
        denial = [("denial",)] if _DENIAL.search(self.text) else []
        turning = ((each,) for each in marks(self.text) if each in BOUND or each[0].isdigit())
        return frozenset([*(value(fact)[:2] for fact in facts), *denial, *turning])


def _read_clauses(run: Run) -> list[_Clause]:
    parts = _CLAUSE_END.split(run.asserted.text)
    clauses = [_Clause(part) for part in parts if part and part.strip()]
    is_row = any(each.kind is SpanKind.TABLE_ROW for each in run.statements)
    return [each for each in clauses if each.weights or not is_row]


def _is_bound(ones: Sequence[_Clause], others: Sequence[_Clause]) -> bool:
    return all(_finds_its_weights(each, others) for each in ones if each.weights)


def _finds_its_weights(clause: _Clause, others: Sequence[_Clause]) -> bool:
    terms = clause.asserted.telling_terms
    shared = [len(terms & each.asserted.telling_terms) for each in others]
    most = max(shared, default=0)
    if not most:
        return True
    best = [
        each
        for each, count in zip(others, shared, strict=True)
        if count == most or not each.asserted.telling_terms
    ]
    return clause.weights <= frozenset().union(*(each.weights for each in best))
