"""Nothing above its class reaches an endpoint of any purpose: seen on the bytes."""

import asyncio
from contextlib import aclosing, suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.errors import ModelUnavailable
from kefu.llm import Endpoints, Recording, open_endpoints
from kefu.settings import EndpointSettings, Purpose, Settings
from kefu.viewer import DataClass
from tests.llm.markers import mark, model_for, require_no_leak, who_may_see
from tests.llm.misbehaving import Server, respond, serve

PURPOSES = st.sampled_from(("chat", "rerank", "transcription"))
CLASSES = st.sampled_from(list(DataClass))
SENT_TO = {
    "chat": "/v1/chat/completions",
    "rerank": "/v1/rerank",
    "transcription": "/v1/audio/transcriptions",
}


async def send(endpoints: Endpoints, purpose: Purpose, text: str, data_class: DataClass) -> None:
    match purpose:
        case "chat":
            pieces = endpoints.stream(
                instructions="Be brief.", prompt=text, max_tokens=9, data_class=data_class
            )
            async with aclosing(pieces):
                await anext(pieces)
        case "rerank":
            await endpoints.rerank("Which?", ["harmless", text], data_class=data_class)
        case _:
            recording = Recording(sound=text.encode(), name=f"{text}.wav")
            await endpoints.transcribe(recording, data_class=data_class)


def endpoint(number: int, purpose: Purpose, data_class: DataClass, url: str) -> EndpointSettings:
    return EndpointSettings(
        name=f"e{number}",
        purpose=purpose,
        url=url,
        model=model_for(data_class),
        data_class=data_class,
    )


@settings(max_examples=50, deadline=None)
@given(
    seeing=st.lists(st.tuples(PURPOSES, CLASSES), max_size=6),
    contents=st.lists(st.tuples(PURPOSES, CLASSES), min_size=1, max_size=6),
)
def test_nothing_above_its_class_reaches_an_endpoint(
    seeing: list[tuple[Purpose, DataClass]], contents: list[tuple[Purpose, DataClass]]
) -> None:
    """Each refuses what it is sent, so that all are asked that may be."""

    async def run() -> Server:
        async with serve(respond("{}", status=400)) as server:
            given = tuple(endpoint(number, *each, server.url) for number, each in enumerate(seeing))
            async with open_endpoints(Settings(endpoints=given)) as endpoints:
                for number, (purpose, data_class) in enumerate(contents):
                    text = mark(data_class, number)
                    with suppress(ModelUnavailable):
                        await send(endpoints, purpose, text, data_class)
            return server

    requests = asyncio.run(run()).requests
    require_no_leak(requests)
    for number, (purpose, data_class) in enumerate(contents):
        marked = mark(data_class, number).encode()
        seen_by = [who_may_see(each) for each in requests if marked in each.sent]
        allowed = [each for of, each in seeing if of == purpose and each.rank >= data_class.rank]
        assert seen_by == allowed
        assert all(each.path == SENT_TO[purpose] for each in requests if marked in each.sent)
