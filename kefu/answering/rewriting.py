"""What was written anew in a document, as somebody would read it before and after.

Words alone often cannot tell whether it still says the same. What they can tell holds whoever reads
it: figures, names, denials, sides of pairs, and text that addresses a model.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher

from kefu.answering.assertions import Assertion
from kefu.answering.facts import has_same_facts
from kefu.answering.sides import changes_sides
from kefu.answering.statements import LEAST_ALIKE, Lost, Statement
from kefu.safety import find_signs
from kefu.text import SpanKind

MOST_STATEMENTS = 3
"""Of either text; in longer ones a single word is overlooked."""

NOT_READ = {SpanKind.CODE, SpanKind.TABLE_ROW}
"""Each sign counts, and what it means stands elsewhere."""

Rewriting = tuple[str, str]
"""A text before and after."""


def find_rewriting(
    lost: Lost, before: Sequence[Statement], after: Sequence[Statement]
) -> Rewriting | None:
    """What was lost with what changed beside it, and what stands there instead.

    None where nothing does, where it moved below another heading, and for code, rows of tables and
    steps in another order.
    """
    old = [each for each in before if each.place == lost.statement.place]
    new = [each for each in after if each.place == lost.statement.place]
    keys = [each.key for each in old]
    moved = {each.key for each in new}
    if lost.statement.kind in NOT_READ or lost.statement.key in moved:
        return None
    at = keys.index(lost.statement.key)
    matcher = SequenceMatcher(None, keys, [each.key for each in new], autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        is_short = max(end - start, last - first) <= MOST_STATEMENTS
        if tag == "replace" and start <= at < end and is_short:
            return _join(old[start:end]), _join(new[first:last])
    if lost.successor is not None and lost.successor in new:
        return lost.statement.text, lost.successor.text
    return None


def keeps_facts(one: str, other: str) -> bool:
    """Whether two texts hold the same figures, names and denials, and are alike.

    Nor may either address a model. It takes more for them to say the same.
    """
    mine, theirs = Assertion(one), Assertion(other)
    return (
        has_same_facts(mine.facts, theirs.facts, with_bounds=False)
        and mine.shares_names(theirs)
        and mine.denial_count == theirs.denial_count
        and not changes_sides(mine.text, theirs.text)
        and min(mine.share(theirs), theirs.share(mine)) >= LEAST_ALIKE
        and not (find_signs(one) or find_signs(other))
    )


def _join(statements: Sequence[Statement]) -> str:
    return "\n".join(each.text for each in statements)
