import asyncio
import json
from collections.abc import AsyncIterator

import numpy as np
import pytest
from pydantic import SecretStr

from kefu.errors import ModelUnavailable
from kefu.llm import BuiltInEmbedder, Embedder, FakeEmbedder, Vectors, open_embedder
from kefu.llm.vectors import VectorCache
from kefu.settings import EmbeddingSettings
from tests.llm.misbehaving import Behaviour, Request, Server, hang, respond, serve

KEY = "sk-very-secret"


@pytest.fixture(scope="module")
async def built_in() -> AsyncIterator[Embedder]:
    async with open_embedder(EmbeddingSettings()) as embedder:
        yield embedder


def settings(url: str, **changes: object) -> EmbeddingSettings:
    given = {"url": url, "model": "m", "key": SecretStr(KEY), "timeout_seconds": 5}
    return EmbeddingSettings.model_validate(given | changes)


def answer(*vectors: list[float], backwards: bool = False) -> str:
    items = [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    return json.dumps({"data": items[::-1] if backwards else items, "model": "m", "usage": {}})


async def count_letters(request: Request, writer: asyncio.StreamWriter) -> None:
    vectors = [
        [float(text.count("a")), float(text.count("b")), 1.0] for text in request.body["input"]
    ]
    await respond(answer(*vectors, backwards=True))(request, writer)


async def test_built_in_vectors_have_length_one(built_in: Embedder) -> None:
    rows = await built_in.embed_documents(
        ["七天无理由退款", "Refunds", "", "a\0b", "\ud800", "长" * 3000]
    )
    assert rows.shape == (6, built_in.dimensions)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-4)


async def test_a_sign_of_eighteen_letters_does_not_end_the_process(built_in: Embedder) -> None:
    signs = "\ufdfa" * 20
    rows = await built_in.embed_queries([signs])
    assert rows == pytest.approx(await built_in.embed_queries(["\u0635" * 20]), abs=1e-4)
    assert built_in.count_tokens(signs) > 2


async def test_built_in_finds_the_translation(built_in: Embedder) -> None:
    (query,) = await built_in.embed_queries(["How do I get a refund?"])
    documents = ["如何申请退款", "服务器机房的位置", "Opening hours of the office"]
    rows = await built_in.embed_documents(documents)
    assert int(np.argmax(rows @ query)) == 0


async def test_built_in_rows_do_not_depend_on_the_batch(built_in: Embedder) -> None:
    texts = [f"第{number}条 clause {number}" * (number % 3 + 1) for number in range(19)]
    together = await built_in.embed_documents(texts)
    async with open_embedder(EmbeddingSettings()) as other:
        alone = np.vstack([await other.embed_documents([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)


async def test_no_texts_give_no_rows(built_in: Embedder) -> None:
    assert (await built_in.embed_documents([])).shape == (0, 384)
    assert (await built_in.embed_queries([])).shape == (0, 384)


async def test_query_overtakes_documents(built_in: Embedder) -> None:
    documents = asyncio.create_task(
        built_in.embed_documents([f"文档 {n} " * 60 for n in range(40)])
    )
    await asyncio.sleep(0)
    await built_in.embed_queries(["退款要多久?"])
    assert not documents.done()
    documents.cancel()
    with pytest.raises(asyncio.CancelledError):
        await documents


async def test_concurrent_calls_agree_with_single_ones(built_in: Embedder) -> None:
    texts = [f"问题 {number}: how long?" for number in range(12)]
    rows = await asyncio.gather(*(built_in.embed_queries([text]) for text in texts))
    fresh = BuiltInEmbedder()
    assert np.vstack(rows) == pytest.approx(await fresh.embed_queries(texts), abs=1e-4)
    await fresh.aclose()


async def test_tokens_are_counted_from_several_threads(built_in: Embedder) -> None:
    texts = ["退款需要三个工作日", "Refunds take three business days.", ""] * 20
    counted = await asyncio.gather(*(asyncio.to_thread(built_in.count_tokens, t) for t in texts))
    assert counted == [built_in.count_tokens(text) for text in texts]
    assert 5 < counted[0] < 20


async def test_repeated_query_is_not_computed_again() -> None:
    asked: list[str] = []

    async def embed_new(texts: list[str]) -> Vectors:
        asked.extend(texts)
        return await FakeEmbedder(dimensions=8).embed_documents(texts)

    cache = VectorCache(capacity=2)
    first = await cache.embed(["a", "b", "a"], embed_new, dimensions=8)
    again = await cache.embed(["b", "a"], embed_new, dimensions=8)
    assert asked == ["a", "b"]
    assert (first[:2] == again[::-1]).all()
    await cache.embed(["c"], embed_new, dimensions=8)
    await cache.embed(["b"], embed_new, dimensions=8)
    assert asked == ["a", "b", "c", "b"]


async def test_remote_rows_come_in_order_and_normalised() -> None:
    texts = ["a" * (number % 4) + "b" for number in range(23)]
    async with serve(count_letters) as server, open_embedder(settings(server.url)) as embedder:
        rows = await embedder.embed_documents(texts)
        assert (embedder.name, embedder.dimensions) == ("m", 3)
    expected = np.array([[text.count("a"), 1.0, 1.0] for text in texts])
    assert rows == pytest.approx(expected / np.linalg.norm(expected, axis=1, keepdims=True))
    sizes = [len(request.body["input"]) for request in server.requests]
    assert sizes == [1, 10, 10, 3]


async def test_remote_request_carries_key_model_and_prefixes() -> None:
    given = {"query_prefix": "query: ", "document_prefix": "passage: "}
    async with (
        serve(count_letters) as server,
        open_embedder(settings(server.url, **given)) as embedder,
    ):
        await embedder.embed_documents(["a\0", ""])
        await embedder.embed_queries(["b"])
        await embedder.embed_queries(["b"])
        await server.wait_until_idle()
    _, documents, query = server.requests
    assert documents.path == "/v1/embeddings"
    assert documents.headers["authorization"] == f"Bearer {KEY}"
    assert documents.body["model"] == "m"
    assert documents.body["input"] == ["passage: a ", "passage: "]
    assert query.body["input"] == ["query: b"]


async def refuse(behaviour: Behaviour, **changes: object) -> tuple[str, Server]:
    async with serve(behaviour) as server:
        async with open_embedder(settings(server.url, **changes)) as embedder:
            with pytest.raises(ModelUnavailable) as caught:
                await embedder.embed_queries(["退款"])
            with pytest.raises(ModelUnavailable, match="has not answered yet"):
                _ = embedder.dimensions
        await server.wait_until_idle()
    assert KEY not in str(caught.value)
    assert 'The embedder "m" at http://127.0.0.1' in str(caught.value)
    return str(caught.value), server


@pytest.mark.parametrize(
    ("status", "part"),
    [(401, "embedding.key"), (404, "embedding.model"), (400, "does not accept")],
)
async def test_refusal_of_the_remote_is_explained(status: int, part: str) -> None:
    body = '{"error": {"message": "bad key sk-very-secret"}}'
    assert part in (await refuse(respond(body, status=status)))[0]


@pytest.mark.parametrize("status", [429, 500])
async def test_passing_failure_is_tried_once_more_each_time(status: int) -> None:
    message, server = await refuse(respond("{}", status=status))
    assert str(status) in message
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "behaviour",
    [
        respond("<html></html>", content_type="text/html"),
        respond("not json"),
        respond("[]"),
        respond('{"data": []}'),
        respond('{"data": [{"index": 0}]}'),
        respond('{"data": [{"index": 0, "embedding": "AAAA"}]}'),
        respond(answer([1.0, 2.0], [1.0, 2.0])),
        respond(answer([])),
        respond(answer([0.0, 0.0])),
        respond(answer([float("nan"), 1.0])),
    ],
)
async def test_nonsense_of_the_remote_is_refused(behaviour: Behaviour) -> None:
    assert "is not an OpenAI-compatible answer" in (await refuse(behaviour))[0]


async def test_silent_remote_ends_at_its_limit() -> None:
    assert "did not answer in time" in (await refuse(hang, timeout_seconds=0.3))[0]


async def test_remote_that_changes_its_model_is_refused() -> None:
    async def grow(request: Request, writer: asyncio.StreamWriter) -> None:
        size = 2 + len(request.body["input"])
        await respond(answer(*[[1.0] * size for _ in request.body["input"]]))(request, writer)

    async with serve(grow) as server, open_embedder(settings(server.url)) as embedder:
        with pytest.raises(ModelUnavailable, match="Did the model behind it change"):
            await embedder.embed_documents(["a", "b"])


async def test_remote_that_is_down_is_named() -> None:
    async with serve(hang) as server:
        url = server.url
    async with open_embedder(settings(url)) as embedder:
        with pytest.raises(ModelUnavailable, match=r"cannot be reached .* embedding.url"):
            await embedder.embed_queries(["a"])


async def test_a_text_that_was_embedded_lately_is_not_embedded_again(built_in: Embedder) -> None:
    texts = [f"第{number}条 说明 clause" for number in range(12)]
    first = await built_in.embed_documents(texts)
    again = await built_in.embed_documents([*texts[::-1], "another one"])
    assert np.array_equal(again[:12], first[::-1])
