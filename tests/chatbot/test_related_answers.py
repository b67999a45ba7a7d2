"""Related questions come with an answer, on the page and in the API, as many as are wanted."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from filling import fill
from httpx import AsyncClient

from kefu.answering import stream_answer
from kefu.chatbot import Answerer
from kefu.resources import Resources
from kefu.rollout import begin
from kefu.server import attach

QUESTION = "What does a late payment cost?"
RELATED = "Can the fee of a late payment be waived?"
PAYMENTS = {
    "Late payments": "A late payment costs a fee of 5 euros.",
    RELATED: "The fee of a late payment can be waived once a year, by phone.",
}


@pytest.fixture
def answerer() -> Answerer:
    return stream_answer


@pytest.fixture
async def released(resources: Resources) -> Resources:
    """So that answers are kept and given again."""
    await fill(resources, PAYMENTS)
    async with resources.database.transaction() as conn:
        await begin(conn, resources)
    return resources


async def test_the_api_tells_them_also_with_an_answer_that_was_kept(
    client: AsyncClient, app: FastAPI, released: Resources
) -> None:
    given = [(await client.post("/api/chat", json={"question": QUESTION})) for _ in range(2)]
    assert [each.json()["related"] for each in given] == [[RELATED], [RELATED]]
    chatbot = released.settings.chatbot.model_copy(update={"related_questions": 0})
    settings = released.settings.model_copy(update={"chatbot": chatbot})
    attach(app, replace(released, settings=settings))
    for question in (QUESTION, "How much does a late payment cost?"):
        response = await client.post("/api/chat", json={"question": question})
        assert (response.json()["outcome"], response.json()["related"]) == ("answered", [])


async def test_the_page_shows_them_as_buttons(client: AsyncClient, released: Resources) -> None:
    await client.post("/messages", data={"question": QUESTION})
    page = (await client.get("/")).text
    assert '<form class="choices related"' in page
    assert f'<button class="button" name="question" value="{RELATED}">' in page
