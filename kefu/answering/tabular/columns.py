"""What the columns of a table hold, read from all of their cells."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kefu.answering.tabular.reading import Row, Table
from kefu.answering.tabular.values import (
    Amount,
    adopt_unit,
    have_one_measure,
    is_blank,
    is_open,
    plain_cell,
    read_amount,
    read_mark,
    read_per,
)
from kefu.answering.word_lists import UNITS, Unit
from kefu.text import fold_text

LEAST_AMOUNTS = 0.6  # of the cells that say something, for a column of amounts
LEAST_MARKS = 0.5  # of the cells, for a column of yes and no
_UNIT_IN_HEAD = re.compile(r"^(?P<name>.+?)\s*[(\[,/]\s*(?P<unit>[^()\[\]]+?)\s*[)\]]?$")
_PER = re.compile(r"\s*(?:/|per\b|每|a\b)\s*")
_ALL = re.compile(r"全部|所有|通用|不限|各|(?:all|any|every|both)\b")
_TOTAL = re.compile(r"合计|总计|小计|累计|(?:grand )?total|sub-?total|sum|average|平均|均值")
_MONTH_DAYS, _DAY_SECONDS = (28, 31), 86400


@dataclass(frozen=True)
class Column:
    """A column: its place, the name in its head, and its cells from the first row on."""

    index: int
    head: str
    cells: tuple[str, ...]

    @cached_property
    def name(self) -> str:
        """The head folded, without its unit."""
        return self._parts[0]

    @cached_property
    def _parts(self) -> tuple[str, Unit | None, str]:
        folded = fold_text(self.head)
        found = _UNIT_IN_HEAD.match(folded)
        if found:
            unit, *rest = _PER.split(found["unit"], maxsplit=1)
            per = read_per(rest[0].strip()) if rest else ""
            if unit.strip() in UNITS:
                return found["name"], UNITS[unit.strip()], per
            if not unit.strip() and per:
                return found["name"], None, per
        return folded, None, ""

    @cached_property
    def amounts(self) -> tuple[Amount | None, ...]:
        """By row, measured as the column says; None where a cell is no amount."""
        _, unit, per = self._parts
        read = [read_amount(cell) for cell in self.cells]
        if unit is None:
            unit = next((each.unit for each in read if each and each.dimension), None)
            per = per or next((each.per for each in read if each and each.per), "")
        return tuple(adopt_unit(each, unit, per) if each else None for each in read)

    @cached_property
    def ordered(self) -> tuple[Amount | None, ...]:
        """The amounts so that they can be compared: months as days where others are days."""
        measures = {each.dimension for each in self.amounts if each is not None}
        if not {"time", "calendar"} <= measures:
            return self.amounts
        return tuple(in_days(each) if each else None for each in self.amounts)

    @cached_property
    def marks(self) -> tuple[bool | None, ...]:
        """By row, yes or no."""
        return tuple(map(read_mark, self.cells))

    @cached_property
    def is_of_amounts(self) -> bool:
        """Whether its cells are amounts of one measure, but for those that say nothing."""
        telling = [cell for cell in self.cells if not is_blank(cell) and not is_open(cell)]
        amounts = [each for each in self.ordered if each is not None]
        is_mostly = len(amounts) >= max(LEAST_AMOUNTS * len(telling), 1)
        return is_mostly and have_one_measure(amounts)

    @cached_property
    def is_of_marks(self) -> bool:
        """Whether it says yes and no: some cells do, and no other cell is empty of meaning."""
        telling = sum(mark is not None for mark in self.marks)
        is_mostly = telling >= LEAST_MARKS * sum(map(bool, self.cells))
        return not self.is_of_amounts and telling > 0 and (is_mostly or True in self.marks)

    @cached_property
    def has_plain_no(self) -> bool:
        """Whether a cell says no, so that what others say means yes."""
        return any(mark is False for mark in self.marks)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The cells folded, to be named by."""
        return tuple(map(plain_cell, self.cells))

    @cached_property
    def is_of_kinds(self) -> bool:
        """Whether rows can be told apart by its words, none of which stands for all of them."""
        return not (self.is_of_amounts or self.is_of_marks or any(map(_ALL.match, self.values)))


def list_columns(table: Table) -> list[Column]:
    """All columns of a table that have a head."""
    return [
        Column(index, head, tuple(row.cells[index] for row in table.rows))
        for index, head in enumerate(table.head)
        if head
    ]


def without_total(table: Table) -> Table:
    """The table without a last row that adds the others up."""
    columns = list_columns(table)
    if not columns or columns[0].index or not _TOTAL.match(columns[0].values[-1]):
        return table
    is_added = any(_adds_up(column) for column in columns if column.is_of_amounts)
    return Table(head=table.head, rows=table.rows[:-1]) if is_added else table


def _adds_up(column: Column) -> bool:
    *others, last = [each.low if each else Decimal(0) for each in column.amounts]
    added = sum(others, start=Decimal(0))
    return last > 0 and last in (added, added / max(len(others), 1))


def shown(column: Column, row: Row) -> str:
    """The cell as it stands in the row."""
    return row.cells[column.index]


def in_days(amount: Amount) -> Amount:
    """Months and years as the range of days that they may have; others as they are."""
    if amount.dimension != "calendar":
        return amount
    shortest, longest = (Decimal(days * _DAY_SECONDS) for days in _MONTH_DAYS)
    return Amount(
        low=amount.low * shortest, high=amount.high * longest, dimension="time", per=amount.per
    )
