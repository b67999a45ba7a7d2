"""The desk's figures: against a plain count of simulated logs, and from what people really did."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from desk_people import CUSTOMER, ask, ask_for_person, says, seat
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_logs import BEGIN, DAY, TARGETS, Told, count_naively, simulate

from kefu.conversations import (
    EventKind,
    HandOver,
    Metrics,
    Transfer,
    get_conversation,
    hand_over,
    list_queues,
    rate,
    read_metrics,
    record_answer,
    reopen,
    resolve,
    send_as_customer,
    send_as_staff,
    snooze,
    transfer,
)
from kefu.conversations.facts import collect_facts
from kefu.conversations.metrics import build_metrics, find_p90
from kefu.db import Connection, Database

NOW = BEGIN + 20 * DAY


def measure(logs: list[Told], *, now: datetime = NOW) -> Metrics:
    facts = collect_facts(
        [told.conversation for told in logs],
        [event for told in logs for event in told.events],
        now=now,
    )
    return build_metrics(facts, targets=TARGETS, repeat_days=7, now=now)


@settings(max_examples=150, deadline=None)
@given(random=st.randoms(use_true_random=False), count=st.integers(0, 6))
def test_figures_are_those_of_a_plain_count(random: Random, count: int) -> None:
    logs = [simulate(random, number=number) for number in range(count)]
    now = max([NOW, *(told.events[-1].created_at for told in logs)])
    figures = measure(logs, now=now)
    for name, expected in count_naively(logs, now=now).items():
        assert getattr(figures, name) == (
            expected if expected is None else pytest.approx(expected)
        ), name


def test_nothing_to_divide_by_gives_none() -> None:
    figures = measure([])
    assert figures.started_count == figures.waiting_count == 0
    assert {
        figures.first_response_median_seconds,
        figures.first_response_p90_seconds,
        figures.service_level,
        figures.average_handle_seconds,
        figures.first_contact_resolution,
        figures.containment,
        figures.hand_over_rate,
        figures.oldest_wait_seconds,
        figures.rating_mean,
        figures.rating_response_rate,
    } == {None}


def test_nine_of_ten_do_not_exceed_p90() -> None:
    assert find_p90([float(each) for each in range(10, 0, -1)]) == 9.0
    assert find_p90([4.0]) == 4.0


def test_time_put_aside_is_not_handling() -> None:
    told = simulate(Random(0), number=0)
    told.events.clear()
    steps: list[tuple[EventKind, int]] = [
        ("started", 0), ("assigned", 10), ("snoozed", 40), ("snoozed", 50), ("woken", 100),
        ("resolved", 130),
    ]  # fmt: skip
    for kind, second in steps:
        told.tell(kind, BEGIN + timedelta(seconds=second), assignee_id=1)
    assert measure([told]).average_handle_seconds == 60.0


async def serve(conn: Connection) -> None:
    """Lin answers and resolves one, which is rated 5 and comes back; another customer waits."""
    lin = await seat(conn)
    id = await ask_for_person(conn)
    await record_answer(conn, "Soon.", conversation_id=id, answer={})
    await send_as_staff(conn, id, says("It comes today."), viewer=lin)
    await resolve(conn, id, viewer=lin, disposition="Late delivery")
    await rate(conn, id, 5, viewer=CUSTOMER)
    await send_as_customer(conn, id, says("It did not."), viewer=CUSTOMER, reopen_days=7)
    other = await ask(conn, customer_id="4712")
    await hand_over(conn, other.id, HandOver(reason="failed"))


async def test_figures_of_what_people_did(conn: Connection) -> None:
    begun_at = datetime.now(UTC) - timedelta(minutes=1)
    await serve(conn)
    await conn.execute("set constraints all immediate")  # events are numbered at the commit
    report = await read_metrics(conn, since=begun_at, by="staff")
    figures = report.total
    assert (figures.started_count, figures.resolved_count, figures.reopened_count) == (2, 1, 1)
    assert (figures.handed_over_count, figures.waiting_count) == (2, 1)
    assert figures.hand_over_rates == pytest.approx({"asked": 1 / 3, "failed": 1 / 3})
    assert figures.service_level == 1.0
    assert figures.first_response_median_seconds is not None
    assert 0 < figures.first_response_median_seconds < 60
    assert figures.average_handle_seconds is not None
    assert (figures.rating_mean, figures.rating_response_rate) == (5.0, 1.0)
    assert figures.first_contact_resolution is None  # too young to say
    assert [each.group for each in report.groups] == ["Lin", None]
    assert [each.handed_over_count for each in report.groups] == [1, 1]

    later = datetime.now(UTC) + timedelta(days=8)
    figures = (await read_metrics(conn, since=begun_at, now=later)).total
    assert figures.first_contact_resolution == 0.0  # the customer came again
    assert figures.service_level == 0.5  # the other still waits
    assert figures.oldest_wait_seconds == pytest.approx(8 * 86400, abs=120)
    assert figures.containment == 0.0
    later_only = (await read_metrics(conn, since=later)).total
    assert (later_only.started_count, later_only.waiting_count) == (0, 1)


async def test_who_waits_by_the_events_waits_by_the_conversation(conn: Connection) -> None:
    lin, wei = await seat(conn), await seat(conn, "Wei")
    id = await ask_for_person(conn)
    queue_id = (await list_queues(conn))[0].id

    async def require_agreement() -> None:
        await conn.execute("set constraints all immediate")
        total = (await read_metrics(conn, since=BEGIN)).total
        waiting_since = (await get_conversation(conn, id)).waiting_since
        assert total.waiting_count == (waiting_since is not None)

    await require_agreement()
    await send_as_staff(conn, id, says("Yes?"), viewer=lin)
    await require_agreement()
    await send_as_customer(conn, id, says("Well."), viewer=CUSTOMER, reopen_days=7)
    await require_agreement()
    await snooze(conn, id, until=None, viewer=lin)
    await require_agreement()
    await transfer(conn, id, Transfer(expected=lin.staff_id, queue_id=queue_id), viewer=lin)
    await require_agreement()
    await send_as_staff(conn, id, says("Hello."), viewer=wei)
    await resolve(conn, id, viewer=wei)
    await require_agreement()
    await reopen(conn, id, viewer=wei)
    await require_agreement()


async def test_commands_show_the_figures(committed_database: Database, command: Any) -> None:
    async with committed_database.transaction() as conn:
        await serve(conn)
    await asyncio.to_thread(check_commands, command)


def check_commands(command: Any) -> None:
    report = command("conversations", "metrics", "--by", "queue", "--json")
    assert report["total"]["started_count"] == 2
    assert [each["group"] for each in report["groups"]] == ["General"]
    shown = command("conversations", "metrics", "--since", "1")
    rows = {line.split("  ")[0].strip(): line.split()[-1] for line in shown.splitlines()}
    assert rows["started count"] == "2"
    assert rows["first contact resolution"] == "-"
    assert rows["service level"] == "100.0%"
    [first, second] = command("conversations", "list", "--json")
    assert first["conversation"]["status"] == second["conversation"]["status"] == "open"
    id = second["conversation"]["id"]
    assert id in command("conversations", "list")
    assert "It comes today." in command("conversations", "show", id)
    messages = command("conversations", "show", id, "--json")["messages"]
    assert [each["role"] for each in messages] == ["customer", "chatbot", "staff", "customer"]
