"""A search goes on by words while the endpoint that embeds has no room, no money or no answer."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from filling import SUPPORT, fill

from kefu.llm import FakeEmbedder, open_embedder, open_endpoints
from kefu.resources import Resources
from kefu.retrieval import search
from kefu.settings import EmbeddingSettings, EndpointSettings
from kefu.viewer import ANONYMOUS
from tests.llm.misbehaving import Request, respond, serve

QUESTION = "What is the gateway of the private network?"


async def embed(request: Request, writer: asyncio.StreamWriter) -> None:
    rows = await FakeEmbedder().embed_documents(request.body["input"])  # type: ignore[arg-type]
    items = [{"index": place, "embedding": row.tolist()} for place, row in enumerate(rows)]
    usage = {"prompt_tokens": 100 * len(items)}
    await respond(json.dumps({"data": items, "usage": usage}))(request, writer)


async def fail_questions(request: Request, writer: asyncio.StreamWriter) -> None:
    is_question = request.body["input"] == [QUESTION]
    await (respond("{}", status=500) if is_question else embed)(request, writer)


@pytest.mark.parametrize(
    ("behaviour", "changes", "reason"),
    [
        (embed, {}, None),
        (embed, {"requests_per_minute": 3}, "reached its limit per minute"),
        (embed, {"input_price": 1, "budget_per_day": Decimal("0.0012")}, "has spent its budget"),
        (fail_questions, {}, "failed with status 500"),
    ],
)
async def test_hits_are_found_by_words_when_the_embedder_cannot_be_asked(
    resources: Resources,
    caplog: pytest.LogCaptureFixture,
    behaviour: object,
    changes: dict[str, object],
    reason: str | None,
) -> None:
    async with serve(behaviour) as server:  # type: ignore[arg-type]
        given = {"name": "v", "purpose": "embedding", "url": server.url, "model": "m"} | changes
        settings = resources.settings.model_copy(
            update={
                "endpoints": (EndpointSettings.model_validate(given),),
                "embedding": EmbeddingSettings(endpoint="v"),
            }
        )
        connect = resources.database.connection
        async with (
            open_endpoints(settings, connect=connect) as endpoints,
            open_embedder(settings.embedding, endpoints=endpoints) as embedder,
        ):
            opened = replace(resources, settings=settings, embedder=embedder, endpoints=endpoints)
            await fill(opened, SUPPORT)
            best, *_ = await search(opened, QUESTION, viewer=ANONYMOUS)
    assert best.title == "Network"
    assert (best.parts.dense is None) == (reason is not None)
    assert (reason or "") in caplog.text
