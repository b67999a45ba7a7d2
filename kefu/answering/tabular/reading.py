"""Whole tables, however many chunks they were cut into, from the chunks that were found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kefu.answering.orders import without_loud_titles, without_orders
from kefu.knowledge import Base
from kefu.resources import Resources
from kefu.retrieval import Hit, read_places
from kefu.text import Grid, GridRow, find_grids
from kefu.viewer import Viewer

REACHES = (12, 150)  # chunks of a document read before and behind what was found, then if need be
FEWEST_COLUMNS = 2
FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row with the chunk it stands in, from `start` to `end`."""

    cells: tuple[str, ...]
    hit: Hit
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All rows of a table."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def hit(self) -> Hit:
        """The chunk it begins in."""
        return self.rows[0].hit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A table as far as it stands in one chunk."""

    grid: Grid
    hit: Hit

    @property
    def is_first_in_chunk(self) -> bool:
        return not self.hit.text[: self.grid.start].strip()

    @property
    def is_last_in_chunk(self) -> bool:
        return not self.hit.text[self.grid.end :].strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chain:
    """The parts of a table in neighbouring chunks.

    Attributes:
        is_read: the reading did not end in it.
        is_alone: no row of it stands elsewhere.
    """

    parts: Sequence[_Part]
    is_read: bool
    is_alone: bool

    @property
    def is_whole(self) -> bool:
        return self.is_read and self.is_alone


async def read_tables(
    resources: Resources, hits: Sequence[Hit], *, viewer: Viewer, base: Base
) -> list[Table]:
    """The tables of which something was found, those of the best hits first.

    Left out is a table that cannot be read whole, or in which something addresses a model.
    """
    found = {hit.chunk_id: hit for hit in hits if find_grids(hit.text)}
    statuses = {hit.document_id: hit.status for hit in found.values()}
    tables: list[Table] = []
    for reach in REACHES if found else ():
        places = [
            (hit.document_id, hit.position - reach, hit.position + reach) for hit in found.values()
        ]
        chunks = await read_places(resources, places, viewer=viewer, base=base)
        known = [
            found.get(chunk.chunk_id, replace(chunk, status=statuses[chunk.document_id]))
            for chunk in without_loud_titles(chunks)
        ]
        chains = [chain for section in _sections(known) for chain in _chains(section, places)]
        tables = [table for chain in chains if chain.is_whole if (table := _table(chain.parts))]
        if all(chain.is_read for chain in chains):
            break
    order = list(found)
    placed = [(min(_found_at(table, order)), table) for table in tables if _found_at(table, order)]
    return [table for _, table in sorted(placed, key=lambda pair: pair[0])]


def _found_at(table: Table, order: Sequence[int]) -> list[int]:
    chunks = {row.hit.chunk_id for row in table.rows}
    return [place for place, chunk in enumerate(order) if chunk in chunks]


def _sections(chunks: Sequence[Hit]) -> list[list[Hit]]:
    """Neighbouring chunks under the same headings."""
    ordered = sorted(chunks, key=lambda hit: (hit.document_id, hit.position))
    groups = groupby(
        enumerate(ordered),
        key=lambda pair: (
            pair[1].document_id,
            pair[1].heading_path,
            pair[1].position - pair[0],
        ),
    )
    return [[hit for _, hit in group] for _, group in groups]


def _chains(section: Sequence[Hit], places: Sequence[tuple[int, int, int]]) -> list[_Chain]:
    """The tables of a section, part by part."""
    parts = [_Part(grid=grid, hit=hit) for hit in section for grid in find_grids(hit.text)]
    chains: list[list[_Part]] = []
    for part in parts:
        if chains and _goes_on(chains[-1][-1], part):
            chains[-1].append(part)
        else:
            chains.append([part])
    heads = [chain[0].grid.head for chain in chains]
    edges = {(document, place) for document, *ends in places for place in ends}
    return [
        _Chain(
            parts=chain,
            is_read=not any((part.hit.document_id, part.hit.position) in edges for part in chain),
            is_alone=heads.count(chain[0].grid.head) == 1 and not _is_labelled(chain, section),
        )
        for chain in chains
    ]


def _goes_on(before: _Part, part: _Part) -> bool:
    if before.grid.head != part.grid.head:
        return False
    if before.hit is part.hit:
        return not part.hit.text[before.grid.end : part.grid.start].strip()
    is_next = part.hit.position == before.hit.position + 1
    return is_next and before.is_last_in_chunk and part.is_first_in_chunk


def _is_labelled(chain: Sequence[_Part], section: Sequence[Hit]) -> bool:
    """Whether a row that was too long for a chunk stands as text, cell by cell."""
    label = f"{chain[0].grid.head[0]}: "
    lines = (line for hit in section for line in hit.text.split("\n"))
    return len(label) > len(": ") and any(line.startswith(label) for line in lines)


def _table(chain: Sequence[_Part]) -> Table | None:
    head = chain[0].grid.head
    rows = [
        Row(cells=_padded(row, len(head)), hit=part.hit, start=row.start, end=row.end)
        for part in chain
        for row in part.grid.rows
    ]
    is_addressing = any(without_orders(part.hit.text) != part.hit.text for part in chain)
    if is_addressing or len(head) < FEWEST_COLUMNS or len(rows) < FEWEST_ROWS:
        return None
    return Table(head=head, rows=tuple(rows))


def _padded(row: GridRow, width: int) -> tuple[str, ...]:
    return (*row.cells, *[""] * (width - len(row.cells)))[:width]
