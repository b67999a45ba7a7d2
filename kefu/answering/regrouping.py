"""Statements that were cut up or put together: one sentence as two, a list as a sentence, a row.

A run of what a document no longer says stands, where a run of what it says now asserts the same
as a whole, and each figure and denial is still said of what it was said of.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kefu.answering.assertions import LEAST_SHARED, Assertion
from kefu.answering.bindings import keeps_bindings
from kefu.answering.facts import fact_value
from kefu.answering.statements import Place, Statement
from kefu.text import SpanKind

LONGEST_BEFORE = 6
LONGEST_AFTER = 8
"""Statements of a run; longer ones are another text."""

MOST_CHANGED = 150
"""Statements of a document; where more were changed it was written anew."""

_END = re.compile(r"[.。;；,，!！?？:：]\s*$")
_LEAD_IN = re.compile(
    r"(?:要求|规定|限制|说明|事项|如下|以下|requirements|rules)\s*[:：]"
    r"|[需须应]?(?:同时)?(?:满足|符合|具备)?(?:以下|下列)[\u4e00-\u9fff]{1,4}\s*[:：]"
    r"|(?:meet |fulfil |satisfy )?the following \w+(?: apply)?\s*:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Run:
    """Statements that follow each other in a document."""

    statements: tuple[Statement, ...]

    @cached_property
    def facts(self) -> tuple[tuple[str, ...], ...]:
        """What they hold, in any order and without bounds."""
        return tuple(
            sorted(fact_value(fact)[:3] for each in self.statements for fact in each.facts)
        )

    @cached_property
    def terms(self) -> frozenset[str]:
        """Their content words."""
        return frozenset().union(*(each.asserted.telling_terms for each in self.statements))

    @cached_property
    def asserted(self) -> Assertion:
        """All of them as one."""
        texts = [_END.sub("", _LEAD_IN.sub("", each.text)) for each in self.statements]
        is_chinese = any("\u3400" <= letter <= "\u9fff" for letter in texts[0])
        return Assertion(("。" if is_chinese else ". ").join(texts))


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
    kinds = {each.kind for run in (new, old) for each in run.statements}
    if len(new.statements) == len(old.statements) == len(kinds) == 1:
        return False  # compared as they are
    is_row = SpanKind.TABLE_ROW in kinds
    says_so = _is_near(old, new) and new.asserted.covers(old.asserted)
    is_anew = not is_row and new.asserted.rephrases(old.asserted)
    texts = (old.asserted.text, new.asserted.text)
    return (says_so or is_anew) and keeps_bindings(*texts, is_row=is_row)


def _is_near(old: Run, new: Run) -> bool:
    least = LEAST_SHARED * max(len(old.terms), len(new.terms))
    return len(old.terms & new.terms) >= least - 2
