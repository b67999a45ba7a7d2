"""A model that fails in every way it can: POST /api/chat answers from the base all the same."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from filling import fill
from httpx import ASGITransport, AsyncClient
from test_chat_api import ask, ask_for_events

from kefu.answering import EXTRACTIVE
from kefu.db import Database
from kefu.llm import FakeEmbedder, open_endpoints
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import AnsweringSettings, EndpointSettings, Settings
from tests.llm.misbehaving import (
    SSE,
    Behaviour,
    Request,
    Server,
    begin_stream,
    break_after,
    chunk,
    hang,
    hang_after,
    respond,
    serve,
    stream,
)

QUESTION = "How long does a refund of the pro plan take?"
FACT = "A refund of the pro plan takes 7 days."
TIME_OUT_SECONDS = 0.5
ALLOWED_SECONDS = TIME_OUT_SECONDS + 5


async def hang_up(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def talk_for_ever(request: Request, writer: asyncio.StreamWriter) -> None:
    begin_stream(writer)
    while not request.gone.is_set():
        writer.write(chunk("word " * 50))
        await writer.drain()
        await asyncio.sleep(0)


async def send_one_endless_line(request: Request, writer: asyncio.StreamWriter) -> None:
    begin_stream(writer)
    while not request.gone.is_set():
        writer.write(b"x" * 4096)
        await writer.drain()
        await asyncio.sleep(0)


def shown(answer: dict[str, object]) -> str:
    return str(answer["answer"])


FAULTS: dict[str, Behaviour] = {
    "refuses the key": respond("{}", status=401),
    "refuses the request": respond("{}", status=400),
    "too many requests": respond('{"error": {"message": "slow down"}}', status=429),
    "fails": respond("{}", status=500),
    "is overloaded": respond("<html>", status=503, content_type="text/html"),
    "redirects": respond("", status=307),
    "hangs": hang,
    "hangs after the head": hang_after(),
    "hangs in the middle": hang_after("A refund of the"),
    "hangs up": hang_up,
    "breaks in the middle": break_after("A refund of the"),
    "ends in the middle": stream("A refund of the", finish=None),
    "says nothing": stream(),
    "talks for ever": talk_for_ever,
    "sends one endless line": send_one_endless_line,
    "sends garbage": respond(b"\xff\xfe\x00\x01" * 50, content_type=SSE),
    "sends broken JSON": respond("data: {not json}\n\n", content_type=SSE),
    "sends JSON of something else": respond("data: [1, 2]\n\n", content_type=SSE),
    "sends HTML": respond("<html>Welcome</html>", content_type="text/html"),
    "sends a file": respond(b"\x89PNG\r\n", content_type="application/octet-stream"),
    "reports an error": respond('data: {"error": {"message": "no memory"}}\n\n', content_type=SSE),
}


@pytest.fixture
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    async with serve(request.param) as server:
        yield server


@pytest.fixture
async def resources(committed_database: Database, server: Server) -> AsyncIterator[Resources]:
    """A base that holds the answer, and the model that fails."""
    endpoint = EndpointSettings(
        name="failing",
        url=server.url,
        model="m",
        first_token_seconds=TIME_OUT_SECONDS,
        between_tokens_seconds=TIME_OUT_SECONDS,
    )
    settings = Settings(answering=AnsweringSettings(min_confidence=0), endpoints=(endpoint,))
    resources = Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())
    await fill(resources, {"Pro plan": FACT})
    async with open_endpoints(settings, connect=committed_database.connection) as endpoints:
        yield replace(resources, endpoint=endpoints, endpoints=endpoints)


@pytest.fixture
def app(built_app: FastAPI, resources: Resources) -> FastAPI:
    """With the answerer that customers get."""
    attach(built_app, resources)
    return built_app


@pytest.mark.parametrize("server", FAULTS.values(), ids=FAULTS.keys(), indirect=True)
async def test_an_answer_comes_and_no_connection_stays(client: AsyncClient, server: Server) -> None:
    async with asyncio.timeout(ALLOWED_SECONDS):
        answer = await ask(client, QUESTION)
    assert answer["mode"] == EXTRACTIVE
    assert FACT in shown(answer)
    assert server.requests
    await server.wait_until_idle()


@pytest.mark.parametrize("server", FAULTS.values(), ids=FAULTS.keys(), indirect=True)
async def test_a_stream_of_events_ends_with_an_answer(client: AsyncClient, server: Server) -> None:
    async with asyncio.timeout(ALLOWED_SECONDS):
        events = await ask_for_events(client, QUESTION)
    name, answer = events[-1]
    assert name == "answer"
    assert FACT in shown(answer)
    await server.wait_until_idle()


@pytest.mark.parametrize("server", [hang_after(f"{FACT} [1]", finish="stop")], indirect=True)
async def test_a_server_that_does_not_end_its_stream_delays_no_answer(
    client: AsyncClient, server: Server
) -> None:
    async with asyncio.timeout(ALLOWED_SECONDS):
        answer = await ask(client, QUESTION)
    assert answer["mode"] != EXTRACTIVE
    await server.wait_until_idle()


@pytest.mark.parametrize("server", [hang], indirect=True)
async def test_without_a_connection_the_answer_comes_too(resources: Resources) -> None:
    async with serve(hang) as gone:
        nowhere = gone.url
    endpoint = resources.settings.endpoints[0].model_copy(update={"url": nowhere})
    settings = resources.settings.model_copy(update={"endpoints": (endpoint,)})
    async with open_endpoints(settings) as endpoints:
        app = create_app(settings)
        attach(app, replace(resources, endpoint=endpoints, endpoints=endpoints))
        async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
            async with asyncio.timeout(ALLOWED_SECONDS):
                answer = await ask(client, QUESTION)
    assert FACT in shown(answer)
