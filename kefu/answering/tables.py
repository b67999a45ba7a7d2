"""The small table or list that a question for a comparison or a choice asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.answering.evidence import Unit
from kefu.answering.sections import list_runs, list_sections, passage_score, topic_share
from kefu.text import SpanKind

MOST_LINES = 14
MOST_CHARACTERS = 1600
WHOLE_BONUS = 0.25  # over the best unit alone
BESIDE_BONUS = 0.45  # where that stands under the same headings
_LINES = (SpanKind.TABLE_ROW, SpanKind.LIST_ITEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    units: Sequence[Unit]
    hit_score: float

    @property
    def score(self) -> float:
        return passage_score(self.units, self.hit_score) + topic_share(self.units)


def find_table(ranked: Sequence[Unit]) -> list[Unit]:
    """The table or list that covers the question better than any single unit, with its lead-in."""
    best = max(_blocks(ranked), key=lambda block: block.score, default=None)
    if best is None:
        return []
    alone = ranked[0]
    bonus = BESIDE_BONUS if _is_beside(best.units[0], alone) else WHOLE_BONUS
    is_better = best.score + bonus >= alone.score + sum(alone.above.values())
    return list(best.units) if is_better else []


def _blocks(ranked: Sequence[Unit]) -> Iterator[_Block]:
    for section in list_sections(ranked):
        runs = list_runs(section.units)
        for before, run in zip([[], *runs], runs, strict=False):
            if run[0].span.kind in _LINES and _is_small(run):
                lead = [unit for unit in before[-1:] if unit.span.text.endswith((":", "：", "，"))]
                yield _Block(units=[*lead, *run], hit_score=section.hit_score)


def _is_beside(one: Unit, other: Unit) -> bool:
    return (
        one.hit.document_id == other.hit.document_id
        and one.hit.heading_path == other.hit.heading_path
    )


def _is_small(lines: Sequence[Unit]) -> bool:
    size = sum(len(unit.span.text) for unit in lines)
    return 2 <= len(lines) <= MOST_LINES and size <= MOST_CHARACTERS
