"""The pages of traces and costs, with spans of several days in the database."""

import csv
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Status, StatusCode
from prometheus_client.parser import text_string_to_metric_families
from signing_in import sign_in
from spans import a_span, days_ago

from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach
from kefu.settings import Settings
from kefu.tracing.conversion import as_record
from kefu.tracing.store.spans import SpanWriter

PATHS = [
    "/admin/traces",
    f"/admin/traces/{'0' * 32}",
    "/admin/costs",
    "/admin/costs.csv",
    "/metrics",
]


@pytest.fixture
def app(built_app: FastAPI, committed_database: Database) -> FastAPI:
    given = Resources(settings=Settings(), database=committed_database, embedder=FakeEmbedder())
    attach(built_app, given)
    return built_app


def a_trace(
    question: str,
    *,
    days: int = 0,
    seconds: float = 1.0,
    outcome: str = "answered",
    endpoint: str = "house",
    cost_micros: int = 1000,
    error: str | None = None,
) -> list[ReadableSpan]:
    """A turn with one model call."""
    at = days_ago(days)
    whole = a_span(
        "turn",
        {"kefu.product": "chatbot", "kefu.outcome": outcome, "kefu.input": question},
        at=at,
        seconds=seconds,
    )
    call = a_span(
        "chat small",
        {
            "gen_ai.operation.name": "chat",
            "kefu.product": "chatbot",
            "kefu.endpoint": endpoint,
            "kefu.prompt_version": "=danger",
            "kefu.cost_micros": cost_micros,
            "kefu.currency": "CNY",
            "kefu.ttft_ms": 80.0,
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 10,
            "gen_ai.input.messages": '[{"role": "user", "parts": [{"content": "<b>ask</b>"}]}]',
        },
        at=at + timedelta(milliseconds=100),
        seconds=seconds / 2,
        parent=whole,
        status=Status(StatusCode.ERROR, error) if error else None,
    )
    return [whole, call]


@pytest.fixture
async def traces(committed_database: Database) -> dict[str, str]:
    """Trace ids by question."""
    given = [
        a_trace("How long do refunds take?", cost_micros=2500),
        a_trace("为什么没有发货？", days=1, outcome="abstained", endpoint="cloud"),
        a_trace("Slow one", days=2, seconds=9.0),
        a_trace("Broken one", days=2, outcome="failed", error="The endpoint is away."),
    ]
    writer = SpanWriter(committed_database.url)
    writer.write([as_record(span) for spans in given for span in spans])
    writer.close()
    return {
        str((spans[0].attributes or {})["kefu.input"]): UUID(int=spans[0].context.trace_id).hex
        for spans in given
    }


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_sees_them_unasked(client: AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 401


async def test_editors_see_traces_and_managers_costs_too(
    client: AsyncClient, committed_database: Database, traces: dict[str, str]
) -> None:
    await sign_in(client, committed_database, "staff")
    assert [(await client.get(path)).status_code for path in PATHS] == [403] * 5
    await sign_in(client, committed_database, "editor")
    assert [(await client.get(path)).status_code for path in PATHS] == [200, 404, 403, 403, 403]
    await sign_in(client, committed_database, "manager")
    assert [(await client.get(path)).status_code for path in PATHS] == [200, 404, 200, 200, 200]


@pytest.mark.parametrize(
    ("query", "questions"),
    [
        ("", {"How long do refunds take?", "为什么没有发货？", "Slow one", "Broken one"}),
        ("outcome=abstained", {"为什么没有发货？"}),
        ("endpoint=cloud", {"为什么没有发货？"}),
        ("errors=1", {"Broken one"}),
        ("slow=5", {"Slow one"}),
        ("product=knowledge", set()),
        ("since={today:%Y-%m-%d}&until={today:%Y-%m-%d}", {"How long do refunds take?"}),
        ("until={earlier:%Y-%m-%d}", {"Slow one", "Broken one"}),
        ("rating=up", set()),
    ],
)
async def test_filters_narrow_the_list(
    client: AsyncClient,
    committed_database: Database,
    traces: dict[str, str],
    query: str,
    questions: set[str],
) -> None:
    await sign_in(client, committed_database, "editor")
    asked = query.format(today=days_ago(0), earlier=days_ago(2))
    page = (await client.get(f"/admin/traces?{asked}")).text
    assert {each for each in traces if f">{each}</a>" in page} == questions


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=0001-01-01", "slow=very", "slow=-1", "before=x", "slow=nan",
              "before=2026-01-01T00:00:00"],
)  # fmt: skip
async def test_what_no_filter_understands_gets_a_sentence(
    client: AsyncClient, committed_database: Database, query: str
) -> None:
    await sign_in(client, committed_database, "editor")
    response = await client.get(f"/admin/traces?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["message"].endswith(".")


async def test_a_trace_shows_its_steps_and_escapes_what_people_wrote(
    client: AsyncClient, committed_database: Database, traces: dict[str, str]
) -> None:
    await sign_in(client, committed_database, "editor")
    page = (await client.get(f"/admin/traces/{traces['Broken one']}")).text
    assert "The endpoint is away." in page
    assert page.count("<details") == 2
    assert "&lt;b&gt;ask&lt;/b&gt;" in page
    assert "style=" not in page
    assert (await client.get("/admin/traces/nonsense")).status_code == 400


async def test_the_list_goes_on_behind_a_link(
    client: AsyncClient, committed_database: Database
) -> None:
    spans = [span for days in range(3) for _ in range(20) for span in a_trace("?", days=days)]
    writer = SpanWriter(committed_database.url)
    writer.write([as_record(span) for span in spans])
    writer.close()
    await sign_in(client, committed_database, "editor")
    page = (await client.get("/admin/traces?product=chatbot")).text
    assert page.count('class="question-cell"') == 50
    link = page.split('class="more"><a class="button" href="')[1].partition('"')[0]
    assert "product=chatbot" in link


async def test_costs_are_added_up_and_drawn(
    client: AsyncClient, committed_database: Database, traces: dict[str, str]
) -> None:
    await sign_in(client, committed_database, "manager")
    page = (await client.get("/admin/costs?days=7&by=endpoint")).text
    assert "0.0055 CNY" in page
    assert page.count('class="bar"') == 3
    assert page.count("<polyline") == 2
    assert "0.0045 CNY" in page  # of the endpoint house
    for by in ("day", "product", "prompt_version"):
        assert (await client.get(f"/admin/costs?by={by}")).status_code == 200
    assert (await client.get("/admin/costs?by=name")).status_code == 400


async def test_costs_without_any_calls_have_an_empty_state(
    client: AsyncClient, committed_database: Database
) -> None:
    await sign_in(client, committed_database, "manager")
    assert 'class="empty"' in (await client.get("/admin/costs")).text


async def test_the_download_holds_every_group_and_no_formula(
    client: AsyncClient, committed_database: Database, traces: dict[str, str]
) -> None:
    await sign_in(client, committed_database, "manager")
    response = await client.get("/admin/costs.csv?days=7")
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    assert sum(int(row["cost_micros"]) for row in rows) == 5500
    assert {row["endpoint"] for row in rows} == {"house", "cloud"}
    assert {row["prompt_version"] for row in rows} == {"'=danger"}


async def test_metrics_are_what_prometheus_reads(
    client: AsyncClient, committed_database: Database
) -> None:
    await sign_in(client, committed_database, "manager")
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    names = {family.name for family in text_string_to_metric_families(response.text)}
    assert {"kefu_operations", "kefu_model_calls", "kefu_spans"} <= names


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_pages_speak_both_languages(
    client: AsyncClient, committed_database: Database, traces: dict[str, str], language: str
) -> None:
    await sign_in(client, committed_database, "manager")
    client.headers["accept-language"] = language
    title = {"zh": "追踪", "en": "Traces"}[language]
    assert f"<h1>{title}</h1>" in (await client.get("/admin/traces")).text
