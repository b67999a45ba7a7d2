"""When a queue is open."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kefu.conversations import NewQueue, Opening
from kefu.conversations.hours import find_opening, is_open, require_hours
from kefu.errors import BadInput

WEEK = tuple(Opening(weekday=day, opens="09:00", closes="18:00") for day in range(5))
SHANGHAI = NewQueue(name="x", timezone="Asia/Shanghai", hours=WEEK, holidays=(date(2026, 10, 1),))
FRIDAY_9 = datetime(2026, 11, 20, 1, tzinfo=UTC)  # nine in Shanghai


def test_hours_are_those_of_the_place() -> None:
    assert is_open(SHANGHAI, FRIDAY_9)
    assert not is_open(SHANGHAI, FRIDAY_9 - timedelta(seconds=1))
    assert is_open(SHANGHAI, FRIDAY_9 + timedelta(hours=9, seconds=-1))
    assert not is_open(SHANGHAI, FRIDAY_9 + timedelta(hours=9))


def test_the_next_opening_is_after_the_weekend_and_after_holidays() -> None:
    evening = FRIDAY_9 + timedelta(hours=9)
    assert find_opening(SHANGHAI, FRIDAY_9) is None
    assert find_opening(SHANGHAI, evening) == FRIDAY_9 + timedelta(days=3)
    holiday = datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert not is_open(SHANGHAI, holiday)
    assert find_opening(SHANGHAI, holiday) == datetime(2026, 10, 2, 1, tzinfo=UTC)


def test_the_clock_follows_summer_time() -> None:
    berlin = NewQueue(name="x", timezone="Europe/Berlin", hours=WEEK)
    assert find_opening(berlin, datetime(2026, 3, 27, 20, tzinfo=UTC)) == datetime(
        2026, 3, 30, 7, tzinfo=UTC
    )
    assert find_opening(berlin, datetime(2026, 3, 26, 20, tzinfo=UTC)) == datetime(
        2026, 3, 27, 8, tzinfo=UTC
    )


def test_without_hours_it_is_always_open_but_on_holidays() -> None:
    assert is_open(NewQueue(name="x"), FRIDAY_9)
    closed = NewQueue(name="x", holidays=(FRIDAY_9.date(),))
    assert not is_open(closed, FRIDAY_9)
    assert find_opening(closed, FRIDAY_9) == datetime(2026, 11, 21, tzinfo=UTC)
    assert find_opening(NewQueue(name="x", hours=WEEK[:0]), FRIDAY_9) is None


def test_a_day_ends_at_twenty_four() -> None:
    night = NewQueue(name="x", hours=(Opening(weekday=4, opens="20:00", closes="24:00"),))
    assert is_open(night, datetime(2026, 11, 20, 23, 59, tzinfo=UTC))
    assert not is_open(night, datetime(2026, 11, 21, 0, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "wrong",
    [
        Opening(weekday=7, opens="09:00", closes="10:00"),
        Opening(weekday=0, opens="9", closes="10:00"),
        Opening(weekday=0, opens="10:00", closes="09:00"),
        Opening(weekday=0, opens="10:00", closes="25:00"),
    ],
)
def test_hours_that_no_clock_shows_are_refused(wrong: Opening) -> None:
    with pytest.raises(BadInput):
        require_hours(NewQueue(name="x", hours=(wrong,)))
