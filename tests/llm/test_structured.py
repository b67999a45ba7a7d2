"""Answers as JSON of a schema, from endpoints that answer with more, less, or something else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import Call, Endpoints, open_endpoints
from kefu.llm.structured import find_object
from kefu.settings import EndpointSettings, Settings
from kefu.viewer import DataClass
from tests.llm.misbehaving import Behaviour, Request, Server, break_after, respond, serve, stream


class Reason(BaseModel):
    """Why a customer writes."""

    topic: Literal["refund", "delivery"]
    urgency: int


FINE = json.dumps({"topic": "refund", "urgency": 3})
REASON = Reason(topic="refund", urgency=3)


@asynccontextmanager
async def opened(*servers: Server, **changes: object) -> AsyncIterator[Endpoints]:
    endpoints = tuple(
        EndpointSettings.model_validate(
            {"name": f"e{number}", "url": server.url, "model": "m"} | changes
        )
        for number, server in enumerate(servers)
    )
    async with open_endpoints(Settings(endpoints=endpoints)) as registry:
        yield registry


async def complete(registry: Endpoints, calls: list[Call] | None = None) -> Reason:
    return await registry.complete(
        Reason,
        instructions="Classify.",
        prompt="Where is my money?",
        max_tokens=100,
        data_class=DataClass.PUBLIC,
        on_call=(calls if calls is not None else []).append,
    )


def one_after_another(*answers: Behaviour) -> Behaviour:
    left = list(answers)

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        await left.pop(0)(request, writer)

    return behaviour


@pytest.mark.parametrize(
    "said",
    [
        FINE,
        f"Certainly! Here it is:\n```json\n{FINE}\n```\nAnything else?",
        f"<think>{{hm}} is it a refund?</think>{FINE}",
        f"In braces {{like these}} stands nothing. {FINE} And {{}} is shorter.",
    ],
)
async def test_the_object_is_found_in_what_stands_around_it(said: str) -> None:
    async with serve(stream(*said)) as server, opened(server) as registry:
        assert await complete(registry) == REASON
    (request,) = server.requests
    form = request.body["response_format"]
    assert isinstance(form, dict)
    assert form["type"] == "json_schema"
    assert form["json_schema"]["schema"] == Reason.model_json_schema()
    system = json.dumps(request.body["messages"])
    assert "Classify." in system
    assert "urgency" in system


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("I would say it is about a refund.", "no complete JSON object"),
        (FINE[:-4], "no complete JSON object"),
        ('{"topic": "refund", "urgency": "very"}', "urgency: Input should be a valid integer"),
        ('{"topic": "weather", "urgency": 1}', "topic: Input should be 'refund' or 'delivery'"),
        ('{"urgency": 1}', "topic: Field required"),
        ('["refund", 3]', "no complete JSON object"),
    ],
)
async def test_what_does_not_fit_is_mended_once(said: str, problem: str) -> None:
    calls: list[Call] = []
    async with (
        serve(one_after_another(stream(said), stream(FINE))) as server,
        opened(server) as registry,
    ):
        assert await complete(registry, calls) == REASON
    assert len(calls) == 2
    asked = json.dumps(server.requests[1].body["messages"], ensure_ascii=False)
    assert problem in asked
    assert "Where is my money?" in asked
    assert json.dumps(said, ensure_ascii=False)[1:-1] in asked


async def test_what_cannot_be_mended_is_given_up() -> None:
    async with serve(stream("No.")) as server, opened(server) as registry:
        with pytest.raises(ModelUnavailable, match="no complete JSON object"):
            await complete(registry)
        assert len(server.requests) == 2


async def test_a_server_that_takes_no_schema_is_asked_in_words_from_then_on() -> None:
    async def picky(request: Request, writer: asyncio.StreamWriter) -> None:
        is_refused = "response_format" in request.body
        await (respond("{}", status=400) if is_refused else stream(FINE))(request, writer)

    async with serve(picky) as server, opened(server) as registry:
        assert await complete(registry) == REASON
        assert await complete(registry) == REASON
    assert ["response_format" in each.body for each in server.requests] == [True, False, False]


async def test_an_answer_that_breaks_is_asked_of_the_next() -> None:
    async with (
        serve(break_after(FINE[:8])) as bad,
        serve(stream(FINE)) as good,
        opened(bad, good) as registry,
    ):
        assert await complete(registry) == REASON


async def test_nothing_above_its_class_is_sent() -> None:
    async with serve(stream(FINE)) as server, opened(server, data_class="public") as registry:
        with pytest.raises(ModelForbidden):
            await registry.complete(Reason, instructions="", prompt="?", max_tokens=10)
        assert not server.requests


@given(
    before=st.text(),
    held=st.dictionaries(st.text(), st.integers() | st.text(), min_size=1),
    after=st.text().filter(lambda text: "{" not in text),
)
def test_an_object_is_found_whatever_stands_around_it(
    before: str, held: dict[str, object], after: str
) -> None:
    before = before.replace("{", "(")
    assert find_object(before + json.dumps(held) + after) == held


def test_nesting_does_no_harm() -> None:
    with pytest.raises(ValueError, match="no complete JSON object"):
        find_object('{"a": ' * 2000)
