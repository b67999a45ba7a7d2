"""What a question asks of a table: which operation, over which columns, of which rows.

Every word must be understood. A condition that no column holds, a name that no row has, a column
that could be one of two: nothing is bound, and the question is answered in the ordinary way.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from kefu.answering.evidence import heading
from kefu.answering.tabular.columns import Column, list_columns
from kefu.answering.tabular.naming import Naming, find_naming, group_of, is_in_group
from kefu.answering.tabular.question import MASK, Extreme, Limit, Operation, Question
from kefu.answering.tabular.reading import Table
from kefu.answering.tabular.request import Condition, Request
from kefu.answering.tabular.values import MONEY
from kefu.answering.word_lists import TABLE_FORMS

LEAST_NAMED = 0.5  # of a column's name, to be what is asked for
LEAST_MARK = 0.6  # the same of a column of yes and no
MOST_NAME = 60  # characters of a row's name
FEWEST_COMPARED = 2
_NEGATION = re.compile(
    r"(?:不(?:能|可以?|支持|包含|含|带|提供|需要?|用)?|没有|没|无|未|非)\s*(?:现成)?$"
    r"|\b(?:without|no|not|\w+n't|lacks?|lacking|cannot)\s(?:\w+\s){0,2}$"
)
_PRICE = "价"
_THAN = re.compile(r"\bthan\b|比(?!较)")
_OR = re.compile(r"\bor\b|或")
_BLOCKED = re.compile("|".join(TABLE_FORMS["blocked"]))
_DENIED = re.compile(TABLE_FORMS["denied"])
_GROUPED = re.compile(TABLE_FORMS["grouped"])
_ASKS_ON = re.compile(r"[?？]\s*\w")  # a second question
_HAS = re.compile(
    r"(?:包含|支持|含|带|有|提供|可以?|能|送|附)\s*$"
    r"|\b(?:with|includ\w+|offers?|supports?|have|has|having|provides?|gets?|covers?|without|no|allows?)"
    r"\s(?:an?\s|any\s|the\s)?$"
)


def bind(question: str, table: Table) -> Request | None:
    """The question as one about this table, None where anything of it stays unclear."""
    return _Binding(question, table).bind()


class _Binding:
    """One reading of a question with one table at hand."""

    def __init__(self, question: str, table: Table) -> None:
        self.table = table
        self.columns = list_columns(table)
        self.question = Question.read(question)
        self.whole = self.question.text
        self.namings: dict[int, Naming] = {}
        self.used: set[int] = set()
        self.conditions: list[Condition] = []
        self.named_at: list[int] = []

    def bind(self) -> Request | None:
        if _ASKS_ON.search(self.whole) or _BLOCKED.search(self.whole):
            return None
        if not self.columns or self.columns[0].index or self.columns[0].is_of_amounts:
            return None
        key = self.columns[0]
        self.question.take_periods()
        named = self._take_rows(key)
        self._take_values()
        limits = self.question.take_limits()
        self.namings = {
            column.index: find_naming(column.name, self.question.text)
            for column in self.columns[1:]
        }
        operation, extreme = self._take_operation(len(named))
        if operation is None or not self._bind_limits(limits) or not self._bind_marks():
            return None
        is_choice = len(self.conditions) > 1 and _OR.search(self.question.text)
        if is_choice or _DENIED.search(self.question.text):
            return None
        request = Request(operation=operation, key=key, named=named, conditions=self.conditions)
        if not self._bind_column(request, extreme) or not self._is_asked_enough(request):
            return None
        return request if self._is_understood(request) else None

    def _take_rows(self, key: Column) -> list[int]:
        """Rows by their names, longest first, so that a name inside another is not taken."""
        places: list[tuple[int, int]] = []
        names = {value for value in key.values if value and len(value) <= MOST_NAME}
        heads = {column.name for column in self.columns}
        for name in sorted(names - heads, key=len, reverse=True):
            place = self.question.take_phrase(name)
            if place is not None:
                places += [(place, row) for row, value in enumerate(key.values) if value == name]
        self.named_at = sorted(place for place, _ in places)
        return [row for _, row in sorted(places)]

    def _take_values(self) -> None:
        """Conditions by the words of a column, as a district."""
        for column in self.columns[1:]:
            if not column.is_of_kinds:
                continue
            found = []
            for value in sorted(set(column.values), key=len, reverse=True):
                is_word = 1 < len(value) <= MOST_NAME and value != column.name
                if is_word and self.question.take_phrase(value) is not None:
                    found.append(value)
            if found:
                self.conditions.append(Condition(column=column, values=tuple(found)))
                self.used.add(column.index)

    def _take_operation(self, named_count: int) -> tuple[Operation | None, Extreme | None]:
        """The operation asked for; None where two are."""
        question = self.question
        is_difference = question.take_operation(Operation.DIFFERENCE) is not None
        is_sum = question.take_operation(Operation.SUM) is not None
        extremes = question.take_extremes()
        is_count = question.take_operation(Operation.COUNT) is not None
        is_filter = question.take_operation(Operation.FILTER) is not None
        is_lookup = question.take_operation(Operation.LOOKUP) is not None
        if len(extremes) > 1 or is_difference + is_sum + bool(extremes) > 1:
            return None, None
        if is_difference:
            return Operation.DIFFERENCE, None
        if extremes:
            return (None if is_count else Operation.EXTREME), extremes[0]
        if is_sum and not (is_count and not self._names_amounts()):
            return Operation.SUM, None
        if is_count:
            return Operation.COUNT, None
        if named_count >= FEWEST_COMPARED and (is_lookup or is_filter):
            return Operation.LOOKUP, None
        return (Operation.FILTER if is_filter else None), None

    def _names_rows(self, key: Column) -> bool:
        """Whether it says what kind of thing it asks for, as the table or its document does."""
        if find_naming(key.name, self.whole).share >= LEAST_NAMED:
            return True
        rest = Question(self.question.text)
        return len(rest.leftover(heading(self.table.hit), _never)) < len(rest.leftover("", _never))

    def _names_amounts(self) -> bool:
        return any(
            column.is_of_amounts and self.namings[column.index].share >= LEAST_NAMED
            for column in self.columns[1:]
        )

    def _bind_limits(self, limits: Sequence[Limit]) -> bool:
        """Give every comparison the column it is about."""
        for limit in limits:
            fitting = [column for column in self.columns[1:] if _can_hold(column, limit)]
            column = self._choose(fitting, near=limit.start)
            is_bare = limit.amount.dimension is None
            sign = limit.sign
            if column is None or (is_bare and self.namings[column.index].share < LEAST_NAMED):
                return False
            if limit.is_reach and not _is_spent(column):
                return False
            if sign == "=" and limit.has_modal:
                if not _is_capacity(column):
                    return False
                sign = ">="
            self.conditions.append(Condition(column=column, limit=replace(limit, sign=sign)))
            self.used.add(column.index)
        return True

    def _choose(self, columns: Sequence[Column], *, near: int | None = None) -> Column | None:
        """The column that the question names best; None where two are named alike."""
        if len(columns) <= 1:
            return columns[0] if columns else None
        first = self._named_best(columns)
        best = self.namings[first[0].index].share
        if best == 0.0:
            return None
        if len(first) > 1 and near is not None:
            starts = {column.index: self.namings[column.index].start for column in first}
            first = sorted(first, key=lambda column: abs(starts[column.index] - near))
            is_tie = starts[first[0].index] == starts[first[1].index]
            return None if is_tie or best < 1 else first[0]
        return first[0] if len(first) == 1 else None

    def _named_best(self, columns: Sequence[Column]) -> list[Column]:
        """Those that the question names alike and best, of these those by the period it names."""
        best = max(self.namings[column.index].share for column in columns)
        first = [column for column in columns if self.namings[column.index].share == best]
        groups = [group_of(period) for period in self.question.periods]
        fitting = [
            column for column in first if any(_names_period(column, group) for group in groups)
        ]
        return fitting or first

    def _bind_marks(self) -> bool:
        """Conditions on columns of yes and no."""
        for column in self.columns[1:]:
            naming = self.namings[column.index]
            if column.index in self.used or naming.share < LEAST_MARK or naming.start < 0:
                continue
            before = self.question.text[: naming.start]
            negation = _NEGATION.search(before)
            is_yes = negation is None
            is_optional = not column.is_of_marks and column.has_plain_no
            if column.is_of_marks or (is_optional and _HAS.search(before)):
                if negation is not None:
                    self.question.take(*negation.span())
                self.conditions.append(Condition(column=column, is_yes=is_yes))
                self.used.add(column.index)
            elif not is_yes:
                return False
        return True

    def _bind_column(self, request: Request, extreme: Extreme | None) -> bool:
        """The column to work out, where the operation needs one."""
        operation = request.operation
        if operation in (Operation.DIFFERENCE, Operation.SUM, Operation.EXTREME):
            columns = self._find_columns(extreme)
            if len(columns) > 1 and operation is not Operation.EXTREME:
                return False
            if not columns:
                return False
            request.column, *request.rivals = columns
            request.is_high = extreme is not None and extreme.is_high
            self.used.update(column.index for column in columns)
        for column in self.columns[1:]:
            if column.index not in self.used and self.namings[column.index].share >= LEAST_NAMED:
                request.shown.append(column)
        return True

    def _find_columns(self, extreme: Extreme | None) -> list[Column]:
        """The column that is meant; several where it could be any of them."""
        amounts = [column for column in self.columns[1:] if column.is_of_amounts]
        free = [column for column in amounts if not self._is_limited(column)]
        if extreme is not None and extreme.group:
            fitting = [column for column in amounts if is_in_group(column.name, extreme.group)]
            fitting = fitting or _of_money(amounts, extreme.group)
            return self._named_best(fitting) if fitting else []
        named = [column for column in free if self.namings[column.index].share > 0]
        if not named and extreme is None and find_naming(_PRICE, self.whole).share:
            named = _of_money(free, group_of(_PRICE))
        if extreme is not None and len(named) > 1:
            beside = [column for column in named if self._is_beside(column, extreme)]
            named = beside or named
        return self._named_best(named) if named else []

    def _is_limited(self, column: Column) -> bool:
        return any(each.column is column and each.limit for each in self.conditions)

    def _is_beside(self, column: Column, extreme: Extreme) -> bool:
        """Whether nothing but articles and the like stands between the two."""
        start = self.namings[column.index].start
        if start < 0:
            return False
        behind = self.whole[extreme.end : start] if start >= extreme.end else None
        before = self.whole[start : extreme.start] if start < extreme.start else None
        if behind is not None:
            return bool(re.fullmatch(r"\s*(?:的|of|the)?\s*", behind))
        return before is not None and len(before) <= len(column.name) + 1

    def _is_asked_enough(self, request: Request) -> bool:
        """Whether there is what the operation works on."""
        count = len(request.named)
        if count and not self._compares_named():
            return False
        if request.operation is Operation.DIFFERENCE:
            return count == FEWEST_COMPARED and not request.conditions
        if request.operation is Operation.LOOKUP:
            return count >= FEWEST_COMPARED and bool(request.shown) and not request.conditions
        if count == 1 or (count and request.conditions):
            return False
        return self._takes_rows(request) if not count else self._takes_named(request)

    def _takes_named(self, request: Request) -> bool:
        return request.operation in (Operation.EXTREME, Operation.SUM) and not self._is_grouped(
            request
        )

    def _takes_rows(self, request: Request) -> bool:
        """Whether it says of what kind of rows, and filters or counts what can be."""
        is_counted = request.operation is Operation.COUNT and self._counts_rows(request)
        if not is_counted and not self._names_rows(request.key):
            return False
        if request.operation is Operation.FILTER:
            return bool(request.conditions)
        if request.operation is Operation.COUNT and any(
            column.is_of_amounts for column in request.shown
        ):
            return False
        return not self._is_grouped(request)

    def _is_grouped(self, request: Request) -> bool:
        """Whether it counts or adds for each of something."""
        is_gathering = request.operation in (Operation.COUNT, Operation.SUM)
        return bool(is_gathering and request.shown and _GROUPED.search(self.question.text))

    def _compares_named(self) -> bool:
        """Whether "than" stands between two rows, not before what others are compared with."""
        than = _THAN.search(self.whole)
        return than is None or (
            len(self.named_at) == FEWEST_COMPARED
            and self.named_at[0] < than.start() < self.named_at[1]
        )

    def _counts_rows(self, request: Request) -> bool:
        """Whether a column is named of which the different cells are counted."""
        for column in request.shown:
            before = self.question.text[: max(self.namings[column.index].start, 0)].rstrip()
            if before.endswith(MASK) and not column.is_of_marks:
                request.counted = column
        if request.counted is None and find_naming(request.key.name, self.whole).share == 1:
            request.counted = request.key
        return request.counted is not None

    def _is_understood(self, request: Request) -> bool:
        hit = self.table.hit
        context = f"{heading(hit)} {request.key.head}"
        bound = [*self.used, *(column.index for column in request.shown)]
        words = frozenset().union(
            *(self.namings[index].words for index in bound if index in self.namings)
        )
        heads = " ".join(column.head for column in self.columns if column.index in bound)
        left = self.question.leftover(f"{context} {heads}", lambda word: word in words)
        return not left and self._fits_periods(request)

    def _fits_periods(self, request: Request) -> bool:
        """Whether "per month" is what the columns count by."""
        bound = [column for column in self.columns if column.index in self.used]
        for period in self.question.periods:
            group = group_of(period)
            if not any(
                _names_period(column, group) or any(a and a.per == period for a in column.amounts)
                for column in [*bound, *request.shown]
            ):
                return False
        return True


def _never(_word: str) -> bool:
    return False


def _is_capacity(column: Column) -> bool:
    """Whether its amounts say how much something holds at most."""
    return is_in_group(column.name, group_of("上限")) or is_in_group(column.name, group_of("载重"))


def _is_spent(column: Column) -> bool:
    """Whether less is what a customer means by "up to": money and time."""
    measures = {each.dimension for each in column.amounts if each and each.dimension}
    return (
        all(each.startswith((MONEY, "time", "calendar")) for each in measures) and measures != set()
    )


def _names_period(column: Column, group: frozenset[str]) -> bool:
    return is_in_group(column.name, group) or any(
        word in column.name for word in group if not word.isascii()
    )


def _of_money(columns: Sequence[Column], group: frozenset[str]) -> list[Column]:
    """The columns of prices, where prices are asked for."""
    if group != group_of(_PRICE):
        return []
    return [column for column in columns if any(a and a.is_money for a in column.amounts)]


def _can_hold(column: Column, limit: Limit) -> bool:
    """Whether a limit can be about the amounts of a column."""
    if not column.is_of_amounts:
        return False
    wanted = limit.amount.dimension
    held = {each.dimension for each in column.amounts if each is not None}
    if wanted is None:
        return True
    return wanted in held or ({wanted} | held <= {"time", "calendar"})
