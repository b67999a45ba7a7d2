"""How sure a model is of one word against others, whatever its server tells."""

import asyncio
import math

import pytest

from kefu.errors import ModelUnavailable, ModelUnreadable
from kefu.llm import Endpoints
from kefu.llm.weighing import MOST_SURE, weigh
from tests.llm.misbehaving import Request, respond, serve, stream, weighed
from tests.llm.opening import endpoint, opened

WORDS = ("yes", "no")


async def ask(endpoints: Endpoints) -> float:
    return await endpoints.weigh(WORDS, instructions="Yes or no.", prompt="Is it?")


@pytest.mark.parametrize(
    ("tokens", "chance", "other"),
    [
        ([{"yes": 0.6, "no": 0.2}], 0.6, 0.2),
        ([{"Yes": 0.3, " yes": 0.3, "No": 0.1, "NO.": 0.1, "Both": 0.2}], 0.6, 0.2),
        ([{"\n": 0.9, "The": 0.1}, {"no": 0.9, "yes": 0.1}], 0.1, 0.9),
        ([{"“": 0.9}, {"yes": 0.5, "yesterday": 0.4, "no": 0.1}], 0.5, 0.1),
    ],
)
async def test_the_odds_are_those_of_the_first_token_that_is_a_word(
    tokens: list[dict[str, float]], chance: float, other: float
) -> None:
    async with serve(weighed("no", *tokens)) as server, opened(endpoint("a", server)) as endpoints:
        assert await ask(endpoints) == pytest.approx(math.log(chance / other))
        (request,) = server.requests
    assert (request.body["logprobs"], request.body["top_logprobs"]) == (True, 20)


def test_a_word_that_could_not_have_stood_there_is_as_unlikely_as_can_be() -> None:
    assert weigh("yes", [{"yes": 1.0}], WORDS) == MOST_SURE
    assert weigh("no", [{"no": 1.0}], WORDS) == -MOST_SURE
    assert weigh("是", [{"是": 0.5, "否": 0.25}], ("是", "否")) == pytest.approx(math.log(2))


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("yes", MOST_SURE),
        ("No.", -MOST_SURE),
        ("**Yes**, both do.", MOST_SURE),
        ("\nno", -MOST_SURE),
    ],
)
async def test_a_server_without_probabilities_is_sure_of_what_it_writes(
    text: str, sure: float
) -> None:
    async with serve(stream(text)) as server, opened(endpoint("a", server)) as endpoints:
        assert await ask(endpoints) == sure


async def test_a_server_that_refuses_to_tell_them_is_not_asked_again() -> None:
    async def picky(request: Request, writer: asyncio.StreamWriter) -> None:
        is_refused = "logprobs" in request.body
        await (respond("{}", status=400) if is_refused else stream("yes"))(request, writer)

    async with serve(picky) as server, opened(endpoint("a", server)) as endpoints:
        assert [await ask(endpoints) for _ in range(2)] == [MOST_SURE, MOST_SURE]
        assert ["logprobs" in each.body for each in server.requests] == [True, False, False]


@pytest.mark.parametrize("text", ["Both are well written.", "yesterday", "…"])
async def test_an_answer_that_is_none_of_the_words_says_so(text: str) -> None:
    async with serve(weighed(text, {text: 1.0})) as server, opened(endpoint("a", server)) as asked:
        with pytest.raises(ModelUnreadable, match="wrote none of yes, no"):
            await ask(asked)


@pytest.mark.parametrize(
    "logprobs", ["[]", '{"content": [{"top_logprobs": [{"token": "yes"}]}]}', '{"content": [7]}']
)
async def test_nonsense_about_probabilities_is_no_answer(logprobs: str) -> None:
    event = f'{{"choices": [{{"delta": {{"content": "yes"}}, "logprobs": {logprobs}}}]}}'
    body = f"data: {event}\n\ndata: [DONE]\n\n"
    async with (
        serve(respond(body, content_type="text/event-stream")) as server,
        opened(endpoint("a", server)) as endpoints,
    ):
        with pytest.raises(ModelUnavailable):
            await ask(endpoints)
