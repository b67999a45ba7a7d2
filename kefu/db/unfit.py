"""Values that PostgreSQL does not hold, told as what they are: bad input."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from kefu.errors import BadInput

UNFIT = frozenset({None, "22003", "22021", "22P05"})
"""States of PostgreSQL: psycopg refused a NUL, a number out of range, letters it does not hold."""


@contextmanager
def refuse_unfit() -> Iterator[None]:
    """What no column can hold is the fault of whoever gave it."""
    try:
        yield
    except psycopg.DataError as error:
        if error.sqlstate not in UNFIT:
            raise
        raise BadInput(
            "What was given cannot be kept: it holds a NUL character, or a number that is too"
            " large."
        ) from error
