from contextlib import aclosing

import numpy as np
import pytest

from kefu.errors import ModelUnavailable
from kefu.llm import (
    FakeEmbedder,
    ScriptedEndpoint,
    check_embedder,
    check_endpoint,
    open_embedder,
)
from kefu.settings import EmbeddingSettings, ModelSettings
from tests.llm.misbehaving import respond, serve, stream
from tests.llm.opening import open_endpoint


@pytest.mark.parametrize(
    ("query", "near", "far"),
    [
        ("怎么申请退款", "退款申请的步骤", "服务器的价格"),
        ("refund policy", "Our refund policy", "Opening hours"),
    ],
)
async def test_fake_embedder_puts_shared_words_near(query: str, near: str, far: str) -> None:
    a, b, c = await FakeEmbedder().embed_documents([query, near, far])
    assert a @ b > a @ c


async def test_fake_embedder_is_deterministic_and_takes_anything() -> None:
    first = await FakeEmbedder().embed_queries(["", "!!", "七天 7 days"])
    again = await FakeEmbedder().embed_queries(["", "!!", "七天 7 days"])
    assert (first == again).all()
    assert np.linalg.norm(first, axis=1) == pytest.approx(1.0)


async def test_scripted_endpoint_says_its_lines_and_keeps_what_it_was_asked() -> None:
    endpoint = ScriptedEndpoint(["a", "b"])
    pieces = endpoint.stream(instructions="i", prompt="p", max_tokens=1)
    assert [piece async for piece in pieces] == ["a", "b"]
    assert endpoint.prompts == [("i", "p")]
    assert not endpoint.was_closed_early


async def test_scripted_endpoint_fails_after_some_deltas() -> None:
    endpoint = ScriptedEndpoint(["a", "b"], fails_after=1)
    pieces = endpoint.stream(instructions="", prompt="", max_tokens=1)
    assert await anext(pieces) == "a"
    with pytest.raises(ModelUnavailable):
        await anext(pieces)


async def test_scripted_endpoint_notes_that_it_was_left() -> None:
    endpoint = ScriptedEndpoint(["a", "b"])
    async with aclosing(endpoint.stream(instructions="", prompt="", max_tokens=1)) as pieces:
        await anext(pieces)
    assert endpoint.was_closed_early


async def test_built_in_embedder_passes_its_check_up() -> None:
    async with open_embedder(EmbeddingSettings()) as embedder:
        check = await check_embedder(embedder)
    assert check.is_ok
    assert "384 dimensions" in check.detail


async def test_embedder_of_one_language_fails_its_check_up() -> None:
    check = await check_embedder(FakeEmbedder())
    assert not check.is_ok
    assert "multilingual" in check.how_to_mend


async def test_working_endpoint_passes_its_check_up() -> None:
    async with (
        serve(stream("<think>", "hm", "</think>ready")) as server,
        open_endpoint(ModelSettings(url=server.url, name="qwen")) as endpoint,
    ):
        check = await check_endpoint(endpoint)
        await server.wait_until_idle()
    assert check.is_ok
    assert check.detail.startswith("qwen writes")


async def test_broken_endpoint_fails_its_check_up_with_a_remedy() -> None:
    async with (
        serve(respond("{}", status=401)) as server,
        open_endpoint(ModelSettings(url=server.url, name="qwen")) as endpoint,
    ):
        check = await check_endpoint(endpoint)
    assert not check.is_ok
    assert check.how_to_mend == "Set model.key."


async def test_no_endpoint_is_fine() -> None:
    assert (await check_endpoint(None)).is_ok
