"""When a message that was not taken is sent again: as planned, a little later, or as asked for."""

from datetime import UTC, datetime

import pytest
from hooked import Hooked

from kefu.chatbot.webhooks.delivering import JITTER, WAITS_SECONDS, next_wait
from kefu.safety.posting import read_retry_after
from tests.llm.misbehaving import respond, serve


async def test_who_asks_for_time_gets_it(hooked: Hooked) -> None:
    async with serve(respond("{}", status=429, header="Retry-After: 900")) as server:
        await hooked.add(server, kinds=["started"])
        await hooked.talk()
        await hooked.send()
    (failed,) = await hooked.deliveries()
    wait = (failed.next_attempt_at - failed.created_at).total_seconds()
    assert 900 <= wait < 900 * (1 + JITTER) + 60


@pytest.mark.parametrize(
    ("attempt", "asked", "least"),
    [
        (1, None, WAITS_SECONDS[0]),
        (1, 1.0, WAITS_SECONDS[0]),
        (1, 7200.0, 7200),
        (4, 60.0, WAITS_SECONDS[3]),
        (1, 1e9, 86_400),
    ],
)
def test_waits_differ_and_are_none_shorter_than_planned_or_asked(
    attempt: int, asked: float | None, least: float
) -> None:
    waits = [next_wait(attempt, asked_seconds=asked) or 0.0 for _ in range(50)]
    assert least <= min(waits) < max(waits) <= least * (1 + JITTER)


def test_waits_end() -> None:
    assert next_wait(len(WAITS_SECONDS) + 1, asked_seconds=5.0) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sat, 21 Nov 2026 12:10:00 GMT", 600.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("９", None),
    ],
)
def test_a_time_to_come_again_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert read_retry_after(header, now=now) == seconds
