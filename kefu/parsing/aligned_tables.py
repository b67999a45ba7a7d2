"""Tables on a PDF page without rules: lines whose parts stand below each other."""

from collections.abc import Iterator

from kefu.parsing.page_layout import Fragment, Line, Table

_MIN_ROWS = 3
_MIN_ROWS_OF_MANY = 2
_MANY = 3
_MAX_ROW_GAP = 2.2
_MAX_CELL_LETTERS = 40
_MIN_COLUMNS_SHARE = 0.7


def with_aligned_tables(content: list[Line | Table]) -> Iterator[Line | Table]:
    """The lines and tables, with runs of lines that are a table turned into one."""
    run: list[Line] = []
    for each in content:
        if isinstance(each, Line) and len(each.fragments) > 1:
            if run and not _follows(run[-1], each):
                yield from _table_or_lines(run)
                run = []
            run.append(each)
            continue
        yield from _table_or_lines(run)
        run = []
        yield each
    yield from _table_or_lines(run)


def _follows(above: Line, line: Line) -> bool:
    gap = line.top - above.bottom
    return 0 <= gap + above.size <= _MAX_ROW_GAP * max(above.bottom - above.top, above.size)


def _table_or_lines(run: list[Line]) -> Iterator[Line | Table]:
    most = max((len(line.fragments) for line in run), default=0)
    needed = _MIN_ROWS_OF_MANY if most >= _MANY else _MIN_ROWS
    columns = _columns(run) if len(run) >= needed else []
    letters = [len(fragment.text) for line in run for fragment in line.fragments]
    is_text = sum(letters) > _MAX_CELL_LETTERS * len(letters)
    if len(columns) < 2 or len(columns) < _MIN_COLUMNS_SHARE * most or is_text:
        yield from run
        return
    yield Table(
        left=columns[0][0],
        top=run[0].top,
        right=columns[-1][1],
        bottom=run[-1].bottom,
        cells=tuple(
            (row, column, 1, 1, _text(line, columns[column]))
            for row, line in enumerate(run)
            for column in range(len(columns))
        ),
        fragments=tuple(fragment for line in run for fragment in line.fragments),
    )


def _columns(run: list[Line]) -> list[tuple[float, float]]:
    """The stretches across the page on which something stands in any line."""
    stretches = sorted((each.left, each.right) for line in run for each in line.fragments)
    columns: list[tuple[float, float]] = []
    for left, right in stretches:
        if columns and left <= columns[-1][1]:
            columns[-1] = columns[-1][0], max(right, columns[-1][1])
        else:
            columns.append((left, right))
    return columns


def _text(line: Line, column: tuple[float, float]) -> str:
    return " ".join(each.text for each in line.fragments if _stands_in(each, column))


def _stands_in(fragment: Fragment, column: tuple[float, float]) -> bool:
    return column[0] <= fragment.left <= column[1]
