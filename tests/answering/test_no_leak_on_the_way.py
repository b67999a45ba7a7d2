"""From documents to an answer, nothing above its class reaches a model: seen on the bytes."""

import asyncio
import json
from itertools import count

from filling import fill
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefu.answering import Outcome, answer
from kefu.db import Database
from kefu.knowledge import embed_waiting
from kefu.knowledge.store.files import change_data_class, list_sources
from kefu.llm import FakeEmbedder, open_embedder, open_endpoints
from kefu.resources import Resources
from kefu.settings import (
    AnsweringSettings,
    EmbeddingSettings,
    EndpointSettings,
    Purpose,
    RetrievalSettings,
    RoutingSettings,
    Settings,
)
from kefu.viewer import OPERATOR, DataClass, highest_class
from tests.llm.markers import mark, model_for, require_no_leak
from tests.llm.misbehaving import Request, respond, serve, stream

CLASSES = st.sampled_from(list(DataClass))
SOME = st.lists(CLASSES, max_size=3)
BASES = (f"base-{number}" for number in count())


async def speak(request: Request, writer: asyncio.StreamWriter) -> None:
    """Embeds, ranks and writes."""
    if request.path.endswith("/embeddings"):
        rows = await FakeEmbedder().embed_documents(request.body["input"])  # type: ignore[arg-type]
        items = [{"index": place, "embedding": row.tolist()} for place, row in enumerate(rows)]
        body = json.dumps({"data": items, "model": "m", "usage": {}})
        await respond(body)(request, writer)
    elif request.path.endswith("/rerank"):
        documents = request.body["documents"]
        assert isinstance(documents, list)
        results = [{"index": place, "relevance_score": place} for place in range(len(documents))]
        await respond(json.dumps({"results": results}))(request, writer)
    else:
        await stream("A refund takes 7 days. [1]")(request, writer)


def configure(
    url: str,
    *,
    embedder: DataClass,
    rerankers: list[DataClass],
    writers: list[DataClass],
    conversation: DataClass,
) -> Settings:
    kinds: list[tuple[Purpose, DataClass]] = [("rerank", each) for each in rerankers]
    kinds += [("chat", each) for each in writers]
    kinds += [("embedding", embedder)]
    endpoints = tuple(
        EndpointSettings(
            name=f"e{number}", purpose=purpose, url=url, model=model_for(each), data_class=each
        )
        for number, (purpose, each) in enumerate(kinds)
    )
    return Settings(
        answering=AnsweringSettings(min_confidence=0),
        embedding=EmbeddingSettings(endpoint=endpoints[-1].name),
        endpoints=endpoints,
        retrieval=RetrievalSettings(rerank_seconds=20),
        routing=RoutingSettings(conversation_class=conversation),
    )


async def store(resources: Resources, base_name: str, documents: list[DataClass]) -> None:
    """One source a class, embedded as far as the embedder may see them."""
    for number, each in enumerate(documents):
        text = f"A refund of the pro plan takes 7 days, {mark(each, number)}."
        base = await fill(
            resources, {f"Plan {number}": text}, base=base_name, audience=each, embed=False
        )
        async with resources.database.connection() as conn:
            for source in await list_sources(conn, base.id):
                await change_data_class(conn, source.id, DataClass(source.audience))
    await embed_waiting(resources.database, resources.embedder, base)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example has its own base
)
@given(
    documents=st.lists(CLASSES, min_size=1, max_size=6),
    embedder=CLASSES,
    rerankers=SOME,
    writers=SOME,
    conversation=CLASSES,
)
async def test_nothing_above_its_class_reaches_a_model_on_the_way_to_an_answer(
    database: Database,
    documents: list[DataClass],
    embedder: DataClass,
    rerankers: list[DataClass],
    writers: list[DataClass],
    conversation: DataClass,
) -> None:
    async with serve(speak) as server:
        given_settings = configure(
            server.url,
            embedder=embedder,
            rerankers=rerankers,
            writers=writers,
            conversation=conversation,
        )
        async with (
            open_endpoints(given_settings) as endpoints,
            open_embedder(given_settings.embedding, endpoints=endpoints) as opened,
        ):
            resources = Resources(
                settings=given_settings,
                database=database,
                embedder=opened,
                endpoint=endpoints,
                endpoints=endpoints,
            )
            base_name = next(BASES)
            await store(resources, base_name, documents)
            question = f"How long does a refund take? {mark(conversation, 99)}"
            given_answer = await answer(resources, question, viewer=OPERATOR, base=base_name)
    assert given_answer.outcome is Outcome.ANSWERED
    require_no_leak(server.requests)
    embedded = b"".join(each.sent for each in server.requests if "embedd" in each.path)
    for number, each in enumerate(documents):
        assert (mark(each, number).encode() in embedded) >= (each.rank <= embedder.rank)
    needed = highest_class(conversation, *documents)
    was_written = any("chat" in each.path for each in server.requests)
    assert was_written >= any(each.rank >= needed.rank for each in writers)
