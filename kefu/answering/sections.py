"""Sections of documents as far as they were read, and how much of a question they cover."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from kefu.answering import weighing
from kefu.answering.evidence import Unit

NEIGHBOUR_SHARE = 0.85  # of a document's best hit, for its sections without one


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Neighbouring units under the same headings of a document, in reading order.

    Attributes:
        hit_score: of the best hit in it, or else most of the best hit's in the document.
    """

    units: Sequence[Unit]
    hit_score: float

    @property
    def document_id(self) -> int:
        """Of the document it is a part of."""
        return self.units[0].hit.document_id

    @property
    def heading_path(self) -> list[str]:
        """Headings above it, the outermost first."""
        return self.units[0].hit.heading_path


def list_sections(units: Iterable[Unit]) -> list[Section]:
    """The sections that units come from, by document and place.

    Where a chunk between was not read a section ends.
    """
    ordered = sorted(units, key=_place)
    best: dict[int, float] = {}
    for unit in ordered:
        document = unit.hit.document_id
        best[document] = max(best.get(document, 0.0), unit.hit.score)
    runs: list[list[Unit]] = []
    for unit in ordered:
        if runs and _goes_on(runs[-1][-1], unit):
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return [
        Section(
            units=run,
            hit_score=max(
                NEIGHBOUR_SHARE * best[run[0].hit.document_id], *(unit.hit.score for unit in run)
            ),
        )
        for run in runs
    ]


def topic_share(units: Sequence[Unit]) -> float:
    """Share of the question's idf in title and headings of the first unit."""
    return sum(units[0].above.values()) if units else 0.0


def held_share(units: Iterable[Unit], *, with_headings: bool = False) -> float:
    """Share of the question's idf in the units' words."""
    held: dict[str, float] = {}
    for unit in units:
        held.update(unit.held)
        if with_headings:
            held.update(unit.above)
    return sum(held.values())


def passage_score(units: Sequence[Unit], hit_score: float) -> float:
    """What passages are ranked by, on the scale of the score of a unit."""
    held: dict[str, float] = {}
    meant: dict[int, float] = {}
    for unit in units:
        held.update(unit.held)
        meant.update(unit.meant)
    by_words = weighing.words_score(held, units[0].above, meant, units[0].meant_above)
    nearness = weighing.list_nearness(unit.hit for unit in units)
    return weighing.hit_score(hit_score, max(nearness.values(), default=0.0)) + by_words


def list_runs(units: Sequence[Unit]) -> list[list[Unit]]:
    """Neighbouring units of the same kind."""
    return [list(run) for _, run in groupby(units, key=lambda unit: unit.span.kind)]


def _place(unit: Unit) -> tuple[int, int, int]:
    return unit.hit.document_id, unit.hit.position, unit.span.start


def _goes_on(before: Unit, unit: Unit) -> bool:
    return (
        before.hit.document_id == unit.hit.document_id
        and before.hit.heading_path == unit.hit.heading_path
        and unit.hit.position - before.hit.position <= 1
    )
