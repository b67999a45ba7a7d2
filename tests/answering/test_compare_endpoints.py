"""Several endpoints on the same questions, on real HTTP servers and a real database."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from filling import fill
from typer.testing import CliRunner

from kefu.answering.cases import Case
from kefu.answering.compare import Comparison, compare, contend_by_endpoints, sum_up
from kefu.cli import app
from kefu.db import Database
from kefu.errors import BadInput, NotFound
from kefu.knowledge.store.files import change_data_class, list_sources
from kefu.llm import BuiltInEmbedder, FakeEmbedder, open_endpoints
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, EndpointSettings, Settings
from kefu.viewer import OPERATOR, DataClass
from tests.llm.misbehaving import (
    Behaviour,
    Request,
    Server,
    begin_stream,
    chunk,
    respond,
    serve,
    stream,
)

QUESTION = "How long does a refund of the pro plan take?"
TEXT = "A refund of the pro plan takes 7 days."
FACTS = ("7 days",)
CASE = Case(question=QUESTION, facts=FACTS)
USAGE = {"prompt_tokens": 200, "completion_tokens": 10, "total_tokens": 210}


async def right(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Answers and tells its tokens."""
    begin_stream(writer)
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    usage = json.dumps(head | {"choices": [], "usage": USAGE})
    end = f"data: {usage}\n\ndata: [DONE]\n\n".encode()
    writer.write(chunk(f"{TEXT} [1]") + chunk({}, finish="stop") + end)


WRONG = stream("A refund of the pro plan takes 90 days. [1]")
ILL = respond("{}", status=401)


def entry(name: str, url: str, **changes: object) -> EndpointSettings:
    return EndpointSettings.model_validate({"name": name, "url": url, "model": "m"} | changes)


@asynccontextmanager
async def contending(
    database: Database, behaviours: dict[str, Behaviour], **changes: dict[str, object]
) -> AsyncIterator[tuple[Resources, dict[str, Server]]]:
    """Resources with one endpoint a behaviour; `changes` are settings of one of them."""
    async with AsyncExitStack() as stack:
        servers = {
            name: await stack.enter_async_context(serve(behaviour))
            for name, behaviour in behaviours.items()
        }
        given = tuple(
            entry(name, server.url, **changes.get(name, {})) for name, server in servers.items()
        )
        settings = Settings(endpoints=given, answering=AnsweringSettings(min_confidence=0))
        endpoints = await stack.enter_async_context(open_endpoints(settings))
        yield (
            Resources(
                settings=settings,
                database=database,
                embedder=FakeEmbedder(),
                endpoint=endpoints,
                endpoints=endpoints,
            ),
            servers,
        )


async def run(resources: Resources, *names: str, cases: int = 1) -> Comparison:
    assert resources.endpoints is not None
    contenders = await contend_by_endpoints(resources.endpoints, names)
    asked = [CASE] * cases
    return sum_up(
        contenders, [each async for each in compare(resources, contenders, asked, viewer=OPERATOR)]
    )


async def test_each_endpoint_answers_for_itself(database: Database) -> None:
    behaviours = {"right": right, "wrong": WRONG, "ill": ILL}
    prices = {"input_price": 10, "output_price": 100, "currency": "CNY"}
    async with contending(database, behaviours, right=prices) as (resources, servers):
        await fill(resources, {"Pro plan": TEXT})
        comparison = await run(resources)
    assert comparison.names == ["right", "wrong", "ill"]
    good, bad, ill = comparison.results
    (case,) = comparison.cases
    assert (good.shown_count, good.right_count, good.written_right_count) == (1, 1, 1)
    assert (good.input_tokens, good.output_tokens) == (200, 10)
    assert (good.cost_micros, good.currency) == (3000, "CNY")
    assert 0 < (good.first_token_seconds or 0) <= good.seconds
    # What is wrong is not shown; the knowledge answers in its place.
    assert (bad.shown_count, bad.right_count, bad.written_right_count) == (0, 1, 0)
    assert "90 days" in case.sides[1].written
    assert "90 days" not in case.sides[1].shown
    # Nobody stands in for the one that fails.
    assert (ill.shown_count, ill.failed_count, ill.first_token_seconds) == (0, 1, None)
    assert "refuses the key" in case.sides[2].problem
    assert [len(server.requests) for server in servers.values()] == [1, 1, 1]
    sent = {str(server.requests[0].body["messages"]).count(TEXT) for server in servers.values()}
    assert sent == {1}


async def test_what_an_endpoint_may_not_see_is_not_sent_and_the_reason_is_shown(
    database: Database,
) -> None:
    behaviours = {"cloud": right, "own": right}
    async with contending(database, behaviours, cloud={"data_class": "internal"}) as (
        resources,
        servers,
    ):
        base = await fill(resources, {"Pro plan": TEXT})
        async with database.connection() as conn:
            (source,) = await list_sources(conn, base.id)
            await change_data_class(conn, source.id, DataClass.CONFIDENTIAL)
        comparison = await run(resources)
        assert not servers["cloud"].requests
        assert len(servers["own"].requests) == 1
    cloud, own = comparison.results
    assert (cloud.forbidden_count, cloud.failed_count, cloud.shown_count) == (1, 0, 0)
    assert (cloud.input_tokens, cloud.output_tokens, cloud.cost_micros) == (0, 0, 0)
    problem = comparison.cases[0].sides[0].problem
    assert "may see confidential data" in problem
    assert "cloud (internal)" in problem
    assert "own" not in problem
    assert (own.forbidden_count, own.shown_count) == (0, 1)


async def test_only_those_named_are_asked_and_each_begins_in_turn(database: Database) -> None:
    order: list[str] = []

    def noting(name: str) -> Behaviour:
        async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
            order.append(name)
            await right(request, writer)

        return behaviour

    behaviours = {name: noting(name) for name in ("a", "b", "c")}
    async with contending(database, behaviours) as (resources, _):
        await fill(resources, {"Pro plan": TEXT})
        comparison = await run(resources, "c", "a", "c", cases=2)
    assert comparison.names == ["c", "a"]
    assert order == ["c", "a", "a", "c"]
    assert [each.right_count for each in comparison.results] == [2, 2]


async def test_a_question_that_is_not_answered_costs_nothing(database: Database) -> None:
    async with contending(database, {"a": right}) as (resources, servers):
        await fill(resources, {})
        comparison = await run(resources)
        assert not servers["a"].requests
    (result,) = comparison.results
    assert (result.cost_micros, result.input_tokens, result.failed_count) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "said"), [("nobody", "no chat endpoint nobody. There are: a"), ("ranks", "ranks")]
)
async def test_a_name_that_does_not_write_is_refused(
    database: Database, name: str, said: str
) -> None:
    given = (
        entry("a", "http://127.0.0.1:9/v1"),
        entry("ranks", "http://127.0.0.1:9/v1", purpose="rerank"),
    )
    async with open_endpoints(Settings(endpoints=given)) as endpoints:
        with pytest.raises(NotFound, match=said):
            await contend_by_endpoints(endpoints, [name])
    async with open_endpoints(Settings(endpoints=given[1:])) as endpoints:
        with pytest.raises(BadInput, match="No language model"):
            await contend_by_endpoints(endpoints, [])


async def test_the_command_line_shows_a_table_and_gives_json(
    committed_database: Database,
    migrated_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    line = {"question": QUESTION, "facts": [["7 days", "seven days"]]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(line) + "\n")
    behaviours = {"right": right, "cloud": right}
    changes = {"data_class": "public"}
    async with contending(committed_database, behaviours, cloud=changes) as (resources, _):
        await fill(replace(resources, embedder=BuiltInEmbedder()), {"Pro plan": TEXT})
        settings = [
            each.model_dump(mode="json", exclude_defaults=True)
            for each in resources.settings.endpoints
        ]
        monkeypatch.setenv("KEFU_ENDPOINTS", json.dumps(settings))
        monkeypatch.setenv("KEFU_DATABASE_URL", migrated_url)
        monkeypatch.setenv("KEFU_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setenv("COLUMNS", "160")

        async def invoke(*arguments: str) -> str:
            asked = ["llm", "compare", "--questions", "questions.jsonl", *arguments]
            result = await asyncio.to_thread(CliRunner().invoke, app, asked)
            assert result.exit_code == 0, result.output
            return result.output

        shown = await invoke()
        given = json.loads(await invoke("right", "--json"))
    for part in ("facts right", "1 of 1", "first token", "No chat endpoint may see", "All 1"):
        assert part in shown
    assert given["names"] == ["right"]
    assert given["results"][0]["right_count"] == 1
