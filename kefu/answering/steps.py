"""The whole list of steps that a question asks for, with what stands between and in its steps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kefu.answering.evidence import Unit
from kefu.answering.sections import (
    Section,
    held_share,
    list_sections,
    passage_score,
    topic_share,
)
from kefu.text import SpanKind

MOST_CHARACTERS = 7000  # of steps quoted; a procedure cut there says where it goes on
TOPIC_WEIGHT = 1.0
LEAST_TOPIC = 0.4  # of the question's idf in the headings of steps that the best unit is not in
NEARLY = 0.9  # of the best unit's coverage, where that is less
LEAST_OF_BEST = 0.8  # of the best unit's own words, for such steps
LEAST_HIT = 0.6  # of the best hit's score, for such steps
SELF_SUFFICIENT = 0.8  # of what a list holds of the question's idf
SHORT_SECTION = 1000  # characters: short enough to be quoted whole

_NUMBERED = re.compile(r"(?P<indent>[\s>]*)\(?(?P<number>\d{1,3})[.)、]\s*")
_MARKER = re.compile(r"[\s>]*(?:[-*+•]|\(?\d{1,3}[.)、]|[①-⑳])\s*")
_STEP_HEADING = re.compile(
    r"\W*(?:步骤|第)\s*[一二三四五六七八九十\d]+\s*步?|\W*step\s*\d+", re.IGNORECASE
)
_NESTED = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """A list of steps that was found.

    Attributes:
        units: from the sentence that leads in to the last line of the last step.
    """

    units: Sequence[Unit]
    hit_score: float

    @property
    def score(self) -> float:
        """What lists of steps are ranked by."""
        return passage_score(self.units, self.hit_score) + TOPIC_WEIGHT * topic_share(self.units)


def find_steps(ranked: Sequence[Unit]) -> list[Unit]:
    """The steps that belong to the question; nothing where none do."""
    best = ranked[0]
    sections = list_sections(ranked)
    candidates = [steps for part in _parts(sections) if (steps := _steps_in(part, best))]
    fitting = [steps for steps in candidates if _fits(steps, best, ranked)]
    chosen = max(fitting, key=lambda steps: steps.score, default=None)
    if chosen is None or not any(map(_number, chosen.units)):
        whole = _short_section(sections, best)
        return whole or (lay_out(chosen.units) if chosen else [])
    return lay_out(chosen.units)


def _parts(sections: Sequence[Section]) -> list[Section]:
    """The sections, those headed "Step 1", "Step 2" of a document made into one."""
    parts: list[Section] = []
    for section in sections:
        before = parts[-1] if parts else None
        if before and _are_steps(before, section):
            parts[-1] = Section(
                units=[*before.units, *section.units],
                hit_score=max(before.hit_score, section.hit_score),
            )
        else:
            parts.append(section)
    return parts


def _are_steps(one: Section, other: Section) -> bool:
    if one.document_id != other.document_id:
        return False
    paths = one.heading_path, other.heading_path
    return all(path and _STEP_HEADING.match(path[-1]) for path in paths)


def _steps_in(section: Section, best: Unit) -> _Steps | None:
    units = list(section.units)
    numbered = [at for at, unit in enumerate(units) if _number(unit)]
    is_best_here = best in units
    if len(numbered) < 2 and is_best_here and not _says_it_all(best, units):
        numbered = _list_at(units, units.index(best))
    if len(numbered) < 2:
        return None
    last = _end_of_step(units, numbered[-1])
    first = numbered[0]
    leads_in = first > 0 and units[first - 1].span.text.rstrip().endswith((":", "："))
    chosen = units[first - leads_in : last + 1]
    if is_best_here and units.index(best) < first - leads_in:
        chosen = [best, *chosen]
    return _Steps(units=chosen, hit_score=section.hit_score)


def _says_it_all(best: Unit, units: Sequence[Unit]) -> bool:
    """Whether an item of a list answers on its own, so that the others are about something else."""
    is_item = best.span.kind is SpanKind.LIST_ITEM
    return is_item and sum(best.held.values()) >= SELF_SUFFICIENT * held_share(units)


def _list_at(units: Sequence[Unit], at: int) -> list[int]:
    """The items of the list that the unit stands in, or just before."""
    items = [n for n, unit in enumerate(units) if unit.span.kind is SpanKind.LIST_ITEM]
    if at in items:
        return items
    return [n for n in items if n > at] if units[at].span.kind is SpanKind.SENTENCE else []


def _end_of_step(units: Sequence[Unit], at: int) -> int:
    """The place of the last unit that still belongs to the last numbered item."""
    last = at
    for place in range(at + 1, len(units)):
        unit = units[place]
        is_inside = _indent(unit) or unit.span.kind in (SpanKind.CODE, SpanKind.TABLE_ROW)
        is_sentence_of_item = _is_same_line(units[place - 1], unit)
        is_item = unit.span.kind is SpanKind.LIST_ITEM
        if not (is_inside or is_sentence_of_item or is_item):
            break
        last = place
    return last


def _fits(steps: _Steps, best: Unit, ranked: Sequence[Unit]) -> bool:
    """Whether they are asked for: the best unit's own steps, or under headings that say so."""
    first = steps.units[0]
    if best in steps.units:
        return True
    is_same_section = (
        first.hit.document_id == best.hit.document_id
        and first.hit.heading_path == best.hit.heading_path
    )
    if is_same_section:
        return held_share(steps.units) > 0
    best_hit = max(unit.hit.score for unit in ranked)
    covered = held_share(steps.units, with_headings=True)
    return (
        topic_share(steps.units) >= min(LEAST_TOPIC, NEARLY * best.coverage)
        and covered >= LEAST_OF_BEST * sum(best.held.values())
        and steps.hit_score >= LEAST_HIT * best_hit
    )


def _short_section(sections: Sequence[Section], best: Unit) -> list[Unit]:
    """The section of the best unit where it is short: a way to do something told in prose."""
    section = next(section for section in sections if best in section.units)
    size = sum(len(unit.span.text) for unit in section.units)
    is_topical = topic_share(section.units) >= LEAST_TOPIC
    if len(section.units) < 2 or size > SHORT_SECTION or not is_topical:
        return []
    return lay_out(section.units)


def lay_out(units: Sequence[Unit]) -> list[Unit]:
    """Neighbouring units with their indent and number in the document, as many as fit."""
    laid_out: list[Unit] = []
    depth = _Depth()
    size = 0
    before: Unit | None = None
    for unit in units:
        size += len(unit.span.text)
        if size > MOST_CHARACTERS and laid_out and _starts_step(unit):
            laid_out[-1] = replace(laid_out[-1], goes_on=True)
            break
        laid_out.append(replace(unit, prefix=_prefix(before, unit, depth)))
        before = unit
    return laid_out


def _prefix(before: Unit | None, unit: Unit, depth: "_Depth") -> str:
    if before is not None and _is_same_line(before, unit):
        return " "
    indent = depth.indent(unit)
    marker = _line_start(unit).strip().replace("*", "-").replace("+", "-").replace("•", "-")
    if unit.span.kind is SpanKind.TABLE_ROW:
        marker = "-"
    start = f"{indent}{marker} " if marker else indent
    heading = unit.hit.heading_path
    if before is None:
        return start
    if before.hit.heading_path != heading:
        return f"\n\n**{heading[-1]}**\n\n{start}" if heading else f"\n\n{start}"
    is_list = marker and before.span.kind in (SpanKind.LIST_ITEM, SpanKind.TABLE_ROW)
    return f"\n{start}" if is_list else f"\n\n{start}"


class _Depth:
    """Keeps apart the numbers of steps and those of steps within them, whose indent was lost."""

    def __init__(self) -> None:
        self._expected = 1
        self._is_inside = False

    def indent(self, unit: Unit) -> str:
        """The white space before a line."""
        own = _NESTED * (_indent(unit) // 2 if _indent(unit) < 4 else _indent(unit) // 4)
        number = _number(unit)
        if number and not own:
            if number == self._expected or number > self._expected:
                self._is_inside = False
                self._expected = number + 1
            else:
                self._is_inside = True
        return own + _NESTED if self._is_inside and (own or number) else own


def _starts_step(unit: Unit) -> bool:
    return bool(_number(unit)) and not _indent(unit)


def _number(unit: Unit) -> int | None:
    if unit.span.kind is not SpanKind.LIST_ITEM:
        return None
    numbered = _NUMBERED.fullmatch(_line_start(unit))
    return int(numbered["number"]) if numbered else None


def _line_start(unit: Unit) -> str:
    """What stands before a list item on its line; nothing for what is none."""
    if unit.span.kind is not SpanKind.LIST_ITEM:
        return ""
    before = unit.hit.text[: unit.span.start].rpartition("\n")[2]
    return before if _MARKER.fullmatch(before) else ""


def _indent(unit: Unit) -> int:
    """Spaces before the line that a unit starts on, or starts."""
    text = unit.hit.text
    start = text.rfind("\n", 0, unit.span.start) + 1
    line = text[start : unit.span.end]
    return len(line) - len(line.lstrip(" "))


def _is_same_line(before: Unit, unit: Unit) -> bool:
    """Whether a unit is the next sentence of the same paragraph or item."""
    if before.hit.chunk_id != unit.hit.chunk_id or before.span.kind is not unit.span.kind:
        return False
    if unit.span.kind not in (SpanKind.SENTENCE, SpanKind.LIST_ITEM) or _line_start(unit):
        return False
    return not unit.hit.text[before.span.end : unit.span.start].strip(" \t\n") and (
        "\n\n" not in unit.hit.text[before.span.end : unit.span.start]
    )
