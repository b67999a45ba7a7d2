"""Delimited text (.csv, .tsv) as one table."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kefu.errors import BadInput
from kefu.parsing.encoding import read_text
from kefu.parsing.grid import render_table
from kefu.parsing.limits import ParseLimits, shown
from kefu.parsing.records import ParsedDocument

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_MAX_FIELD = 16 * 1024 * 1024


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:  # noqa: ARG001
    """One delimited file; the first row is the head."""
    text = read_text(path).replace("\f", " ")
    csv.field_size_limit(_MAX_FIELD)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=find_delimiter(text)))
    except csv.Error as error:
        raise BadInput(
            f"{shown(path)} is not delimited text: {error}; check its quotes."
        ) from error
    yield ParsedDocument(
        title=path.stem, markdown=render_table(rows), format=path.suffix.lower().removeprefix(".")
    )


def find_delimiter(text: str) -> str:
    """The delimiter that cuts the most lines into the same number of cells, and into many."""
    sample = text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
    return max(_DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(lines: list[str], delimiter: str) -> tuple[float, int]:
    reader = csv.reader(lines, delimiter=delimiter)
    widths = Counter(len(row) for row in reader if row)
    several = Counter({width: count for width, count in widths.items() if width > 1})
    if not several:
        return 0.0, 0
    width, count = several.most_common(1)[0]
    return count / widths.total(), width
