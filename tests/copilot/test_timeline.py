"""What happened in a conversation stands between its messages, in the viewer's language."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from psycopg import AsyncConnection
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in

from kefu.accounts import Staff
from kefu.chatbot.examples import CITATION_EXAMPLE
from kefu.conversations import (
    Conversation,
    Event,
    EventKind,
    HandOver,
    Message,
    hand_over,
    rate,
    record_question,
    start_conversation,
)
from kefu.copilot.timeline import Moment, build_timeline
from kefu.db import Database
from kefu.knowledge import ensure_base
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import Viewer

BEGAN = datetime(2026, 11, 20, 9, tzinfo=UTC)
ID = uuid4()
CUSTOMER = Viewer(name="customer", customer_id="4711")


def say(minute: int) -> Message:
    return Message(
        id=uuid4(),
        conversation_id=ID,
        position=minute,
        role="customer",
        text="Hello?",
        answer=None,
        created_at=BEGAN + timedelta(minutes=minute),
    )


def note(minute: int, kind: EventKind = "woken", reason: str = "") -> Event:
    return Event(
        number=minute,
        conversation_id=ID,
        kind=kind,
        staff_id=None,
        data={"reason": reason},
        created_at=BEGAN + timedelta(minutes=minute),
    )


def outline(moments: list[Moment]) -> list[object]:
    return [
        each.message.position
        if each.message
        else ([event.number for event in each.folded], [event.number for event in each.shown])
        for each in moments
    ]


def test_events_stand_between_messages_and_many_are_folded() -> None:
    events = [note(minute) for minute in (1, 3, 4, 5, 6, 8)]
    moments = build_timeline([say(0), say(2), say(7)], events)
    assert outline([*moments]) == [0, ([], [1]), 2, ([3, 4], [5, 6]), 7, ([], [8])]
    assert [each.key for each in moments[:4]] == ["message-0", "event-1", "message-2", "event-3"]


def test_taking_it_from_the_chatbot_is_told_once() -> None:
    events = [note(1, "handed_over", "taken"), note(2, "assigned")]
    assert outline([*build_timeline([say(0)], events)]) == [0, ([], [2])]


@pytest.fixture
def resources(settings: Settings, database: Database) -> Resources:
    """Without knowledge, in the transaction that is rolled back."""
    return Resources(settings=settings, database=database, embedder=FakeEmbedder())


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app)
    headers = {"accept": "text/html", "accept-language": "en"}
    async with AsyncClient(transport=transport, base_url="http://kefu", headers=headers) as client:
        yield client


@pytest.fixture
async def waiting(conn: AsyncConnection, resources: Resources) -> Conversation:
    await ensure_base(resources, "main")
    conversation = await start_conversation(conn, "Where is it?", base="main", customer_id="4711")
    await record_question(conn, "Where is it?", conversation_id=conversation.id)
    return await hand_over(conn, conversation.id, HandOver(reason="asked"))


async def read_lines(client: AsyncClient, waiting: Conversation, language: str) -> list[str]:
    response = await client.get(f"/desk/{waiting.id}", headers={"accept-language": language})
    lines = LexborHTMLParser(response.text).css(".event")
    for line in lines:
        for time in line.css("time"):
            time.decompose()
    return [" ".join(line.text().split()).removesuffix(" ·") for line in lines]


async def test_all_that_staff_do_is_told(
    client: AsyncClient, conn: AsyncConnection, database: Database, waiting: Conversation
) -> None:
    ben: Staff = await sign_in(client, database, "editor")
    await sign_in(client, database, "staff")
    for form in (
        {"action": "take", "expected": ""},
        {"action": "sort", "priority": "high", "labels": "late, gift"},
        {"action": "sort", "priority": "high", "labels": "gift, late"},
        {"action": "send", "text": "I look."},
        {"action": "snooze", "span": "day"},
        {"action": "wake"},
        {"action": "snooze", "span": "reply"},
        {"action": "transfer", "to": f"staff:{ben.id}", "note": "Ben knows.", "expected": "mine"},
        {"action": "resolve", "disposition": "<b>delivery</b>"},
        {"action": "reopen"},
        {"action": "release", "expected": "mine"},
        {"action": "take", "expected": ""},
        {"action": "resolve"},
    ):
        taken = await conn.execute(
            "select assignee_id from conversations where id = %s", [waiting.id]
        )
        (assignee,) = await taken.fetchone() or (None,)
        sent = {name: str(assignee) if value == "mine" else value for name, value in form.items()}
        assert (await client.post(f"/desk/{waiting.id}", data=sent)).status_code == 303, form
    await rate(conn, waiting.id, 4, viewer=CUSTOMER)
    await conn.execute("set constraints all immediate")  # which number the events
    told = await read_lines(client, waiting, "en")
    assert told == [
        "The chatbot handed it over to General: the customer asked for a person",
        "Staff took it",
        "Staff changed the priority from Normal to High",
        "Staff set the labels: gift, late",
        "Staff snoozed it until",
        "Staff went on with it",
        "Staff put it aside until the customer writes",
        "Staff handed it on to Editor",
        "Staff resolved it: <b>delivery</b>",
        "Staff reopened it",
        "Staff gave it back to the queue",
        "Staff took it",
        "Staff resolved it",
        "The customer rated it 4 of 5",
    ]
    assert "客户评分 4 / 5" in await read_lines(client, waiting, "zh-CN")


def test_a_message_names_each_source_once_and_what_is_in_another_form_not_at_all() -> None:
    cited = [{**CITATION_EXAMPLE, "marker": marker} for marker in (1, 2)]
    answered = replace(say(1), role="chatbot", answer={"citations": cited})
    [moment] = build_timeline([answered], [])
    assert [each.numbers for each in moment.sources] == ["1–2"]
    [other] = build_timeline([replace(answered, answer={"citations": ["退款政策"]})], [])
    assert other.sources == []
