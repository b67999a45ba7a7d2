"""Whether an answer is whole: its markers lead somewhere and its markup is closed."""

import re
from collections.abc import Iterator

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _

_MARKER = re.compile(r"\[(\d{1,3})\]")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)
_TAG = re.compile(r"</?(?:script|style|iframe|img|div|span|table|a|p|br)\b[^>]*>", re.IGNORECASE)
_PLACE = re.compile(r"\{\{?\w+\}?\}|\$\{\w+\}")
_ROW = re.compile(r"^\s*\|.*\|\s*$")


def grade(_case: Case, reply: Reply) -> Grade | None:
    """One when nothing is broken."""
    if reply.error is not None:
        return None
    problems = list(dict.fromkeys(find_problems(reply)))
    if not problems:
        return Grade(value=1.0, reason=_("Markers and markup are whole."))
    reason = _("Broken: %(problems)s.")
    return Grade(value=0.0, reason=reason, values={"problems": ", ".join(problems)})


def find_problems(reply: Reply) -> Iterator[str]:
    """What is broken, by its look."""
    if not reply.answer.strip():
        yield "–"
    known = {each.marker for each in reply.citations}
    bare = _CODE.sub("", reply.answer)
    if reply.is_answer:
        used = {int(number) for number in _MARKER.findall(bare)}
        yield from (f"[{number}]" for number in sorted(used - known))
        if not used:
            yield "[ ]"
    if len(_FENCE.findall(reply.answer)) % 2:
        yield "```"
    if bare.count("**") % 2:
        yield "**"
    yield from (tag[0] for tag in _TAG.finditer(bare))
    yield from (place[0] for place in _PLACE.finditer(bare))
    yield from _find_torn_rows(bare)


def _find_torn_rows(text: str) -> Iterator[str]:
    """The first row of a table that has other cells than the row before it."""
    before = 0
    for line in text.splitlines():
        cells = line.replace(r"\|", "").count("|") if _ROW.match(line) else 0
        if cells and before and cells != before:
            yield line.strip()[:40]
            return
        before = cells


FORMAT = Evaluator(name="format", grade=grade)
