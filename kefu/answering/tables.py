"""The small table or list that a question for a comparison or a choice asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.answering.evidence import Unit
from kefu.answering.sections import (
    Section,
    held_share,
    list_runs,
    list_sections,
    passage_score,
    topic_share,
)
from kefu.text import SpanKind

BEST_UNITS = 2
MOST_LINES = 14
MOST_CHARACTERS = 1600
WHOLE_BONUS = 0.45  # over the best unit alone
LEAST_OF_ALONE = 0.7  # of the question's idf in the best unit's own words
_LINES = (SpanKind.TABLE_ROW, SpanKind.LIST_ITEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    units: Sequence[Unit]
    hit_score: float

    @property
    def score(self) -> float:
        return passage_score(self.units, self.hit_score) + topic_share(self.units)


def find_table(ranked: Sequence[Unit]) -> list[Unit]:
    """The table or list beside a best unit that covers the question better, with its lead-in."""
    alone = ranked[0]
    near = [
        section
        for section in list_sections(ranked)
        if any(unit in section.units for unit in ranked[:BEST_UNITS])
    ]
    blocks = [block for section in near for block in _blocks(section)]
    best = max(blocks, key=lambda block: block.score, default=None)
    if best is None:
        return []
    is_better = best.score + WHOLE_BONUS >= alone.score + sum(alone.above.values())
    says_more = held_share(best.units) >= LEAST_OF_ALONE * sum(alone.held.values())
    return list(best.units) if is_better and says_more else []


def _blocks(section: Section) -> Iterator[_Block]:
    runs = list_runs(section.units)
    for before, run in zip([[], *runs], runs, strict=False):
        if run[0].span.kind in _LINES and _is_small(run):
            lead = [unit for unit in before[-1:] if unit.span.text.endswith((":", "：", "，"))]
            yield _Block(units=[*lead, *run], hit_score=section.hit_score)


def _is_small(lines: Sequence[Unit]) -> bool:
    size = sum(len(unit.span.text) for unit in lines)
    return 2 <= len(lines) <= MOST_LINES and size <= MOST_CHARACTERS
