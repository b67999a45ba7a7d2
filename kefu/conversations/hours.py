"""When a queue is open: spans of a week in its own time zone, but for holidays."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kefu.conversations.records import NewQueue
from kefu.errors import BadInput

CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
LOOK_AHEAD_DAYS = 60


def is_open(queue: NewQueue, at: datetime) -> bool:
    """Whether people work on the queue at that time."""
    if not queue.hours and not queue.holidays:
        return True
    day = at.astimezone(ZoneInfo(queue.timezone)).date()
    return any(begin <= at < end for begin, end in _list_spans(queue, day))


def find_opening(queue: NewQueue, after: datetime) -> datetime | None:
    """When the queue opens next; None: not in the next two months, or it is open."""
    if is_open(queue, after):
        return None
    today = after.astimezone(ZoneInfo(queue.timezone)).date()
    for days in range(LOOK_AHEAD_DAYS):
        begins = [begin for begin, _ in _list_spans(queue, today + timedelta(days=days))]
        later = [begin for begin in begins if begin > after]
        if later:
            return min(later)
    return None


def require_hours(queue: NewQueue) -> None:
    """Refuse spans of no length and clocks that no watch shows.

    Raises:
        BadInput: saying which.
    """
    try:
        ZoneInfo(queue.timezone)
    except (ValueError, OSError, KeyError) as error:
        raise BadInput("There is no time zone %(name)s.", name=queue.timezone) from error
    for span in queue.hours:
        if not (CLOCK.fullmatch(span.opens) and CLOCK.fullmatch(span.closes)):
            raise BadInput("Opening hours are written as 09:00 and 18:00.")
        if not 0 <= span.weekday <= 6:
            raise BadInput("Weekdays are 0 (Monday) to 6 (Sunday).")
        if span.opens >= span.closes:
            raise BadInput("Opening hours end after they begin; over midnight they are two spans.")


def _list_spans(queue: NewQueue, day: date) -> Iterator[tuple[datetime, datetime]]:
    if day in queue.holidays:
        return
    if not queue.hours:
        yield _at(queue, day, "00:00"), _at(queue, day, "24:00")
    for span in queue.hours:
        if span.weekday == day.weekday():
            yield _at(queue, day, span.opens), _at(queue, day, span.closes)


def _at(queue: NewQueue, day: date, clock: str) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    local = datetime.combine(day, time.fromisoformat(clock), tzinfo=ZoneInfo(queue.timezone))
    return local.astimezone(UTC)
