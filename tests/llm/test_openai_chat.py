import asyncio
from contextlib import aclosing

import pytest
from pydantic import SecretStr

from kefu.errors import BadSettings, ModelForbidden, ModelUnavailable
from kefu.llm import ChatEndpoint
from kefu.settings import ModelSettings
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
from tests.llm.opening import open_endpoint

KEY = "sk-very-secret"


def settings(url: str, **changes: object) -> ModelSettings:
    given = {
        "url": url,
        "name": "qwen",
        "key": SecretStr(KEY),
        "first_token_seconds": 5,
        "between_tokens_seconds": 5,
    }
    return ModelSettings.model_validate(given | changes)


async def collect(endpoint: ChatEndpoint, *, max_tokens: int = 50) -> list[str]:
    pieces = endpoint.stream(instructions="Be brief.", prompt="你好?", max_tokens=max_tokens)
    async with aclosing(pieces):
        return [piece async for piece in pieces]


async def ask(behaviour: Behaviour, **changes: object) -> tuple[str, Server]:
    async with (
        serve(behaviour) as server,
        open_endpoint(settings(server.url, **changes)) as endpoint,
    ):
        text = "".join(await collect(endpoint))
        await server.wait_until_idle()
        return text, server


async def send_only_comments(request: Request, writer: asyncio.StreamWriter) -> None:
    begin_stream(writer)
    while not request.gone.is_set():
        writer.write(b": still here\n\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def go_on_for_ever(request: Request, writer: asyncio.StreamWriter) -> None:
    begin_stream(writer)
    while not request.gone.is_set():
        writer.write(chunk("word " * 50))
        await writer.drain()
        await asyncio.sleep(0)


async def test_chinese_and_english_text_arrives_in_pieces() -> None:
    async with (
        serve(stream("七天内", "可以退款", "。[1]", " Yes.")) as server,
        open_endpoint(settings(server.url)) as endpoint,
    ):
        assert await collect(endpoint) == ["七天内", "可以退款", "。[1]", " Yes."]


async def test_request_carries_prompt_limits_and_key() -> None:
    _, server = await ask(stream("ok"))
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["max_tokens"] == 50
    assert request.body["temperature"] == 0
    assert request.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "你好?"},
    ]


@pytest.mark.parametrize(
    "deltas",
    [
        ("<think>", "hm", "</think>", "好的。"),
        ("<th", "ink>hm</t", "hink>好的。"),
        ("<think>hm</think>好的。",),
        ("</think>", "好的。"),
        ({"reasoning_content": "hm"}, "好的。"),
        ({"reasoning": "hm"}, "好", "的。"),
    ],
)
async def test_thinking_is_not_shown(deltas: tuple[str, ...]) -> None:
    assert (await ask(stream(*deltas)))[0] == "好的。"


async def test_less_than_sign_is_shown() -> None:
    assert (await ask(stream("a <", "b <", "t")))[0] == "a <b <t"


@pytest.mark.parametrize(
    ("status", "part"),
    [
        (401, "refuses the key. Set model.key"),
        (403, "refuses the key"),
        (404, "Check model.url, which usually ends with /v1, and model.name"),
        (400, "does not accept the request"),
        (429, "takes no more requests"),
        (500, "failed with status 500"),
        (503, "failed with status 503"),
    ],
)
async def test_status_is_explained(status: int, part: str) -> None:
    body = '{"error": {"message": "Incorrect API key: sk-very-secret", "code": null}}'
    with pytest.raises(ModelUnavailable) as caught:
        await ask(respond(body, status=status))
    assert part in str(caught.value)
    assert KEY not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


@pytest.mark.parametrize(
    "behaviour",
    [
        respond("<html>Welcome to nginx</html>", content_type="text/html"),
        respond("<html>Welcome to nginx</html>", content_type=SSE),
        respond("hello", content_type="text/plain"),
        respond(b"\xff\xfe\x00\x01" * 50, content_type="application/octet-stream"),
        respond("data: {not json}\n\n", content_type=SSE),
        respond("data: [1, 2]\n\n", content_type=SSE),
        respond('data: {"choices": "none"}\n\n', content_type=SSE),
        respond('data: {"choices": [{"delta": "x"}]}\n\n', content_type=SSE),
        respond('data: {"choices": [{"delta": {"content": 7}}]}\n\n', content_type=SSE),
        respond('data: {"error": {"message": "out of memory"}}\n\n', content_type=SSE),
        respond('{"choices": []}'),
        respond(""),
        respond("data: [DONE]\n\n", content_type=SSE),
        stream("七天", finish=None),
        stream(finish="stop"),
        stream("<think>for ever", finish="length"),
        break_after("七天"),
    ],
)
async def test_nonsense_and_cut_streams_are_refused(behaviour: Behaviour) -> None:
    with pytest.raises(ModelUnavailable, match='The language model "qwen" at http://127'):
        await ask(behaviour)


@pytest.mark.parametrize(
    ("behaviour", "limit"),
    [
        (hang, "first_token_seconds"),
        (hang_after(), "first_token_seconds"),
        (send_only_comments, "first_token_seconds"),
        (hang_after("七天"), "between_tokens_seconds"),
    ],
)
async def test_silence_ends_at_its_limit(behaviour: Behaviour, limit: str) -> None:
    with pytest.raises(ModelUnavailable, match="did not answer in time"):
        await ask(behaviour, **{limit: 0.3})


async def test_endless_text_is_cut() -> None:
    with pytest.raises(ModelUnavailable, match="does not stop"):
        await ask(go_on_for_ever)


async def test_unreachable_endpoint_is_named_without_its_password() -> None:
    async with serve(hang) as server:
        free_port = server.url
    url = free_port.replace("http://", "http://me:hidden@")
    async with open_endpoint(settings(url)) as endpoint:
        with pytest.raises(ModelUnavailable, match="cannot be reached") as caught:
            await collect(endpoint)
    assert "hidden" not in str(caught.value)


async def test_connection_closes_when_the_reader_stops_early() -> None:
    async with (
        serve(hang_after("七天")) as server,
        open_endpoint(settings(server.url)) as endpoint,
    ):
        pieces = endpoint.stream(instructions="", prompt="?", max_tokens=50)
        async with aclosing(pieces):
            assert await anext(pieces) == "七天"
        await server.wait_until_idle()


@pytest.mark.parametrize("behaviour", [hang, hang_after(), hang_after("七天")])
async def test_connection_closes_when_the_task_is_cancelled(behaviour: Behaviour) -> None:
    async with serve(behaviour) as server, open_endpoint(settings(server.url)) as endpoint:
        asking = asyncio.create_task(collect(endpoint))
        await server.wait_until_asked()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await server.wait_until_idle()


@pytest.mark.parametrize(
    "behaviour", [hang, hang_after("七天"), break_after("七天"), stream("x", finish=None)]
)
async def test_failed_streams_leave_no_connection(behaviour: Behaviour) -> None:
    changes = {"first_token_seconds": 0.2, "between_tokens_seconds": 0.2}
    async with (
        serve(behaviour) as server,
        open_endpoint(settings(server.url, **changes)) as endpoint,
    ):
        for _ in range(5):
            with pytest.raises(ModelUnavailable):
                await collect(endpoint)
        await server.wait_until_idle()


async def test_many_streams_at_once_stay_apart() -> None:
    async def echo(request: Request, writer: asyncio.StreamWriter) -> None:
        await stream(request.body["messages"][1]["content"], " end")(request, writer)

    async def one(endpoint: ChatEndpoint, number: int) -> str:
        pieces = endpoint.stream(instructions="i", prompt=str(number), max_tokens=50)
        return "".join([piece async for piece in pieces])

    async with serve(echo) as server, open_endpoint(settings(server.url)) as endpoint:
        answers = await asyncio.gather(*(one(endpoint, number) for number in range(30)))
    assert answers == [f"{number} end" for number in range(30)]


async def test_without_url_there_is_no_endpoint() -> None:
    async with open_endpoint(ModelSettings()) as endpoints:
        assert not endpoints.has_chat
        with pytest.raises(ModelForbidden, match="No chat endpoint is configured"):
            await collect(endpoints)


async def test_a_long_model_name_gives_an_endpoint_name_wherever_it_is_cut() -> None:
    for length in range(60, 70):
        name = "m-" * length
        async with open_endpoint(settings("http://127.0.0.1:9/v1", name=name)) as endpoints:
            assert endpoints.name.startswith("m-m")


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"url": "http://127.0.0.1:9/v1"}, "model.name"),
        ({"url": "http://127.0.0.1:9/v1", "name": "x", "local": True}, "not both"),
    ],
)
async def test_contradicting_settings_are_refused(given: dict[str, object], part: str) -> None:
    with pytest.raises(BadSettings, match=part):
        async with open_endpoint(ModelSettings.model_validate(given)):
            pass


async def test_tokens_are_estimated_by_script() -> None:
    async with open_endpoint(settings("http://127.0.0.1:9/v1")) as endpoint:
        assert endpoint.count_tokens("") == 0
        assert endpoint.count_tokens("七天无理由退款") == 7
        assert 5 <= endpoint.count_tokens("Refunds take three days.") <= 8
