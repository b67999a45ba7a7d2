"""Streams of events, work for clients that leave, and the gate before both."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Message

from kefu.errors import Unavailable
from kefu.web import EventStream, Gate, finish_unless_gone, format_event


class Client:
    """The other end of a connection.

    Attributes:
        has_left: set it to hang up.
        got: messages received so far.
    """

    def __init__(self) -> None:
        self.has_left = asyncio.Event()
        self.got: list[Message] = []
        self.has_got_body = asyncio.Event()
        self.has_been_pinged = asyncio.Event()

    async def receive(self) -> Message:
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.got.append(message)
        if message.get("body"):
            self.has_got_body.set()
        if self.body.count(b": ping\n\n") == 2:
            self.has_been_pinged.set()

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.got)


async def two_events() -> AsyncGenerator[bytes, None]:
    yield format_event("progress", {"stage": "searching"})
    yield format_event("answer", {"answer": "退款\n三天"})


async def endless(was_closed: asyncio.Event) -> AsyncGenerator[bytes, None]:
    try:
        yield format_event("progress", {})
        await asyncio.Event().wait()
    finally:
        was_closed.set()


async def test_events_go_out_as_they_are_and_the_stream_ends() -> None:
    client = Client()
    await EventStream(two_events())({}, client.receive, client.send)
    assert client.body.decode() == (
        'event: progress\ndata: {"stage": "searching"}\n\n'
        'event: answer\ndata: {"answer": "退款\\n三天"}\n\n'
    )
    assert client.got[-1]["more_body"] is False


async def test_proxies_are_told_not_to_hold_events_back() -> None:
    headers = EventStream(two_events()).headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["x-accel-buffering"] == "no"
    assert "no-transform" in headers["cache-control"]
    assert "content-length" not in headers


async def test_silence_is_filled_with_comments() -> None:
    client, was_closed = Client(), asyncio.Event()
    stream = EventStream(endless(was_closed), ping_seconds=0.001)
    running = asyncio.create_task(stream({}, client.receive, client.send))
    await client.has_been_pinged.wait()
    client.has_left.set()
    await running
    assert b"\n\n: ping\n\n: ping\n\n" in client.body


async def test_the_work_ends_when_the_client_leaves_a_stream() -> None:
    client, was_closed = Client(), asyncio.Event()
    running = asyncio.create_task(EventStream(endless(was_closed))({}, client.receive, client.send))
    await client.has_got_body.wait()
    client.has_left.set()
    await running
    assert was_closed.is_set()


async def test_a_client_that_leaves_before_the_start_leaves_nothing_running() -> None:
    client, was_closed = Client(), asyncio.Event()
    client.has_left.set()
    await EventStream(endless(was_closed))({}, client.receive, client.send)
    assert len(client.got) <= 2


async def test_work_for_a_client_that_leaves_is_cancelled() -> None:
    client = Client()
    was_cancelled = asyncio.Event()

    async def work() -> None:
        try:
            client.has_left.set()
            await asyncio.Event().wait()
        finally:
            was_cancelled.set()

    request = Request({"type": "http"}, client.receive)
    with pytest.raises(ClientDisconnect):
        await finish_unless_gone(request, work())
    assert was_cancelled.is_set()


async def test_work_that_is_done_hands_on_its_result_or_its_error() -> None:
    async def fail() -> None:
        raise Unavailable("no")

    request = Request({"type": "http"}, Client().receive)
    assert await finish_unless_gone(request, asyncio.sleep(0, result="done")) == "done"
    with pytest.raises(Unavailable):
        await finish_unless_gone(request, fail())


async def test_the_gate_turns_away_who_would_wait_too_long_and_opens_again() -> None:
    gate = Gate(1, wait_seconds=0.001)
    async with gate.enter():
        with pytest.raises(Unavailable, match="try again"):
            async with gate.enter():
                pass
    async with gate.enter():
        pass


async def test_the_gate_lets_the_next_in_when_a_place_becomes_free() -> None:
    gate = Gate(1, wait_seconds=60)
    has_entered = asyncio.Event()

    async def enter() -> None:
        async with gate.enter():
            has_entered.set()

    async with gate.enter():
        waiting = asyncio.create_task(enter())
        await asyncio.sleep(0)
        assert not has_entered.is_set()
    await waiting
    assert has_entered.is_set()
