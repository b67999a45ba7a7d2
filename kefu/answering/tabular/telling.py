"""The result in words: what was worked out and how, then the rows it rests on, each cited."""

import re
from collections.abc import Iterator, Sequence

from kefu.answering.citing import Citer
from kefu.answering.evidence import Unit
from kefu.answering.extract import compose
from kefu.answering.phrases import fragment, phrase
from kefu.answering.records import Sentence
from kefu.answering.tabular.columns import Column, shown
from kefu.answering.tabular.evaluating import Worked
from kefu.answering.tabular.question import Operation
from kefu.answering.tabular.request import Condition
from kefu.answering.tabular.values import write_amount
from kefu.text import Span, SpanKind, detect_language

MOST_ROWS = 20
MOST_WHOLE = 5  # rows of which every cell is given
_OWN_MARKER = re.compile(r"\[(\d{1,3})\](?!\()")


def tell(worked: Worked, citer: Citer, language: str) -> Iterator[Sentence]:
    """The pieces of the answer; of cells that are merely looked up, the rows alone."""
    if worked.request.operation is not Operation.LOOKUP:
        yield from _tell_what(worked, language)
    yield from compose([_unit(worked, row) for row in worked.chosen[:MOST_ROWS]], citer)
    if notes := list(_notes(worked, language)):
        yield Sentence(text="\n\n" + " ".join(notes), citations=())


def _tell_what(worked: Worked, language: str) -> Iterator[Sentence]:
    said = phrase(
        "from_table",
        language,
        title=worked.table.hit.title,
        scope=_tell_scope(worked, language),
        result=_tell_result(worked, language),
    )
    yield Sentence(text=_OWN_MARKER.sub(r"(\1)", said) + "\n\n", citations=())


def _tell_scope(worked: Worked, language: str) -> str:
    request, total = worked.request, str(len(worked.table.rows))
    if request.named:
        return fragment("rows_named", language, total=total)
    if not request.conditions:
        return fragment("rows_all", language, total=total)
    told = [_tell_condition(each, language) for each in request.conditions]
    return fragment(
        "rows_where",
        language,
        total=total,
        count=str(len(worked.among)),
        conditions=("、" if language == "zh" else ", ").join(told),
    )


def _tell_condition(condition: Condition, language: str) -> str:
    column = condition.column.head
    if condition.limit is not None:
        amount = condition.limit.amount
        ends = dict.fromkeys((amount.low, amount.high))
        written = "–".join(write_amount(end, [amount], language) for end in ends)
        sign = {">=": "≥", "<=": "≤", "between": ""}.get(condition.limit.sign, condition.limit.sign)
        return fragment("condition", language, column=column, value=f"{sign} {written}")
    if condition.values:
        originals = [
            next(
                c
                for c, v in zip(condition.column.cells, condition.column.values, strict=True)
                if v == value
            )
            for value in condition.values
        ]
        return fragment("condition", language, column=column, value=f"= {' / '.join(originals)}")
    name = "condition_yes" if condition.is_yes else "condition_no"
    return fragment(name, language, column=column)


def _tell_result(worked: Worked, language: str) -> str:
    request, column = worked.request, worked.request.column
    head = column.head if column else ""
    if request.operation is Operation.EXTREME and column is not None:
        name = "highest" if request.is_high else "lowest"
        value = shown(column, worked.table.rows[worked.chosen[0]])
        return fragment(
            name, language, column=head, names=_names(worked, worked.chosen, language), value=value
        )
    if request.operation is Operation.COUNT:
        counted = worked.counted.head if worked.counted else ""
        return fragment("counted", language, column=counted, value=str(worked.value))
    if column is not None and worked.value is not None:
        sign = " + " if request.operation is Operation.SUM else " − "
        cells = [shown(column, worked.table.rows[row]) for row in worked.chosen]
        working = sign.join(cells) if len(cells) <= MOST_ROWS else str(len(cells))
        value = write_amount(worked.value, worked.parts, language)
        return fragment(
            request.operation.value, language, column=head, value=value, working=working
        )
    return fragment("matching", language, count=str(len(worked.chosen)))


def _notes(worked: Worked, language: str) -> Iterator[str]:
    more = len(worked.chosen) - MOST_ROWS
    if more > 0:
        yield phrase("more_rows", language, count=str(more))
    for name, rows in (("uncounted", worked.uncounted), ("undecided", worked.undecided)):
        if rows:
            names = _names(worked, rows, language)
            yield _OWN_MARKER.sub(r"(\1)", phrase(name, language, names=names))


def _names(worked: Worked, rows: Sequence[int], language: str) -> str:
    names = dict.fromkeys(shown(worked.request.key, worked.table.rows[row]) for row in rows)
    return ("、" if language == "zh" else ", ").join(names)


def _unit(worked: Worked, place: int) -> Unit:
    row = worked.table.rows[place]
    text = "".join(_tell_row(worked, place))
    span = Span(text=text, start=row.start, end=row.end, kind=SpanKind.TABLE_ROW)
    return Unit(hit=row.hit, span=span, coverage=1.0, score=1.0)


def _tell_row(worked: Worked, place: int) -> str:
    """Each cell behind the head of its column, all of them where few rows are given."""
    row, request = worked.table.rows[place], worked.request
    is_whole = len(worked.chosen) <= MOST_WHOLE and request.operation in (
        Operation.EXTREME,
        Operation.FILTER,
    )
    pairs = list(zip(worked.table.head, row.cells, strict=True))
    if not is_whole:
        columns: list[Column | None] = [
            request.key,
            request.column,
            *request.rivals,
            *(condition.column for condition in request.conditions),
            *request.shown,
        ]
        kept = dict.fromkeys(column.index for column in columns if column is not None)
        pairs = [pairs[index] for index in kept]
    is_chinese = detect_language(" ".join((*worked.table.head, *row.cells))) == "zh"
    colon, border = ("：", "；") if is_chinese else (": ", "; ")
    return border.join(f"{head}{colon}{cell}" if head else cell for head, cell in pairs if cell)
