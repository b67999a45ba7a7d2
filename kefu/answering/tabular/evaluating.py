"""Working a bound question out over all rows of its table, or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kefu.answering.tabular.columns import Column, in_days
from kefu.answering.tabular.question import Limit, Operation, phrase_pattern
from kefu.answering.tabular.reading import Table
from kefu.answering.tabular.request import Condition, Request
from kefu.answering.tabular.values import (
    Amount,
    have_one_measure,
    is_blank,
    is_open,
    is_optional,
    read_mark,
)

FEWEST_ADDED = 2
NOT_ADDED = ("percent", "discount", "temperature", "speed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What came out.

    Attributes:
        chosen: places of the rows that the answer gives.
        among: of the rows it was chosen from, added or counted.
        value: a number that stands in no cell: a sum, a difference, how many.
        parts: the amounts it was computed from.
        uncounted: rows without an amount.
        undecided: rows of which it cannot be said whether they meet the conditions.
        counted: the column whose different cells were counted.
    """

    table: Table
    request: Request
    chosen: tuple[int, ...]
    among: tuple[int, ...]
    value: Decimal | None = None
    parts: tuple[Amount, ...] = ()
    uncounted: tuple[int, ...] = ()
    undecided: tuple[int, ...] = ()
    counted: Column | None = None


def evaluate(table: Table, request: Request) -> Worked | None:
    """The result, None where the cells do not allow one that is certain."""
    rows = range(len(table.rows))
    verdicts = [_meets_all(request.conditions, row) for row in rows]
    among = tuple(request.named) or tuple(row for row in rows if verdicts[row])
    undecided = tuple(row for row in rows if verdicts[row] is None)
    if not among or (undecided and request.operation is not Operation.FILTER):
        return None
    names = [request.key.values[row] for row in request.named]
    if len(set(names)) < len(names):
        return None
    if request.operation is Operation.COUNT:
        return _count(table, request, among)
    if request.operation in (Operation.FILTER, Operation.LOOKUP):
        return Worked(table=table, request=request, chosen=among, among=among, undecided=undecided)
    assert request.column is not None
    if request.operation is Operation.EXTREME:
        found = [
            _find_extreme(table, request, column, among)
            for column in (request.column, *request.rivals)
        ]
        is_one = len({each and each.chosen for each in found}) == 1
        return found[0] if is_one else None
    return _add(table, request, request.column, among)


def _count(table: Table, request: Request, among: tuple[int, ...]) -> Worked | None:
    counted = request.counted or request.key
    values = [counted.values[row] for row in among]
    if request.counted is None and len(set(request.key.values)) < len(table.rows):
        return None
    if not all(values):
        return None
    return Worked(
        table=table,
        request=request,
        chosen=among,
        among=among,
        value=Decimal(len(set(values))),
        counted=counted,
    )


def _find_extreme(
    table: Table, request: Request, column: Column, among: tuple[int, ...]
) -> Worked | None:
    uncounted = tuple(row for row in among if column.ordered[row] is None)
    if any(not _says_nothing(column.cells[row]) for row in uncounted):
        return None
    if any(each and each.dimension == "discount" for each in column.ordered):
        return None
    amounts = {row: amount for row in among if (amount := column.ordered[row]) is not None}
    every = amounts.values()
    best = [
        row
        for row, amount in amounts.items()
        if (_leads(amount, every) if request.is_high else _trails(amount, every))
    ]
    if not best:
        return None
    return Worked(
        table=table,
        request=request,
        chosen=tuple(best),
        among=among,
        uncounted=uncounted,
    )


def _leads(amount: Amount, others: Iterable[Amount]) -> bool:
    """Whether both its ends are at least as high as those of every other."""
    return all(amount.low >= other.low and amount.high >= other.high for other in others)


def _trails(amount: Amount, others: Iterable[Amount]) -> bool:
    """Whether both its ends are at most as high as those of every other."""
    return all(amount.low <= other.low and amount.high <= other.high for other in others)


def _add(table: Table, request: Request, column: Column, among: tuple[int, ...]) -> Worked | None:
    """The sum, or the larger less the smaller."""
    amounts = [column.amounts[row] for row in among]
    exact = [each for each in amounts if each is not None and each.is_exact]
    if len(exact) < max(len(amounts), FEWEST_ADDED) or not have_one_measure(exact):
        return None
    pairs = list(zip(exact, among, strict=True))
    if request.operation is Operation.DIFFERENCE:
        pairs.sort(key=lambda pair: -pair[0].low)
        value = pairs[0][0].low - pairs[1][0].low
    elif exact[0].dimension in NOT_ADDED:
        return None
    else:
        value = sum((each.low for each in exact), start=Decimal(0))
    return Worked(
        table=table,
        request=request,
        chosen=tuple(row for _, row in pairs),
        among=among,
        value=value,
        parts=tuple(amount for amount, _ in pairs),
    )


def _meets_all(conditions: Sequence[Condition], row: int) -> bool | None:
    """None: it cannot be said."""
    verdicts = [_meets(condition, row) for condition in conditions]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _meets(condition: Condition, row: int) -> bool | None:
    column = condition.column
    if condition.limit is not None:
        return _is_within(condition.limit, column, row)
    if condition.values:
        return _is_among(column.values[row], condition.values)
    says = _says_yes(column, row)
    return None if says is None else says is condition.is_yes


def _is_among(cell: str, values: Sequence[str]) -> bool | None:
    """Of a cell that says more than the word it cannot be told."""
    if cell in values:
        return True
    return None if any(phrase_pattern(value).search(cell) for value in values) else False


def _says_yes(column: Column, row: int) -> bool | None:
    cell, amount = column.cells[row], column.amounts[row]
    mark = read_mark(cell)
    if mark is not None:
        return mark
    if is_blank(cell):
        return False
    if column.is_of_amounts and amount is not None:
        return amount.low > 0 or None
    return None if column.is_of_marks or is_optional(cell) else True


def _is_within(limit: Limit, column: Column, row: int) -> bool | None:
    amount, wanted = column.amounts[row], limit.amount
    if amount is None:
        return False if is_blank(column.cells[row]) else None
    if wanted.dimension is not None and amount.dimension not in (None, wanted.dimension):
        amount, wanted = in_days(amount), in_days(wanted)
    low, high = amount.low, amount.high
    decided: tuple[bool, bool] = {
        ">=": (low >= wanted.high, high < wanted.low),
        ">": (low > wanted.high, high <= wanted.low),
        "<=": (high <= wanted.low, low > wanted.high),
        "<": (high < wanted.low, low >= wanted.high),
        "=": (low == high == wanted.low == wanted.high, high < wanted.low or low > wanted.high),
        "between": (
            low >= wanted.low and high <= wanted.high,
            high < wanted.low or low > wanted.high,
        ),
    }[limit.sign]
    is_met, is_missed = decided
    if is_met:
        return True
    return False if is_missed else None


def _says_nothing(cell: str) -> bool:
    return is_blank(cell) or is_open(cell)
