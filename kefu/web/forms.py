"""HTML forms without files."""

import re
from datetime import UTC, date, datetime, time
from urllib.parse import parse_qsl

from fastapi import Request

from kefu.errors import BadInput

MAX_FIELDS = 40
LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


async def read_form(request: Request) -> dict[str, str]:
    """Read an urlencoded body; of a field given twice the last value counts.

    Raises:
        BadInput: the body is no such form.
    """
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise BadInput("The form could not be read.") from error
    return dict(pairs)


def local_path(given: str | None) -> str:
    """A page of this site that a form names, else the first page; never another site."""
    if given and LOCAL_PATH.fullmatch(given):
        return given
    return "/"


def read_day(given: str) -> datetime | None:
    """The beginning of a day in UTC; nothing when none was typed.

    Raises:
        BadInput: this is no day.
    """
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise BadInput("%(text)r is no day. Write it as in 2026-11-21.", text=given[:20]) from error
    if not 1970 <= day.year <= 9998:
        raise BadInput("The day lies outside of the years 1970 to 9998.")
    return datetime.combine(day, time(), UTC)
