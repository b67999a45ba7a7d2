"""How many hits a model is given: as many as setting, budget and endpoint hold."""

import re
from dataclasses import replace

import pytest
from filling import fill

from kefu.answering import answer
from kefu.answering.write import LEAST_ROOM, find_room
from kefu.db import Database
from kefu.llm import FakeEmbedder, ScriptedEndpoint
from kefu.prompts import list_shipped
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, ModelSettings, Settings
from kefu.viewer import ANONYMOUS

ANSWER = next(each for each in list_shipped() if each.key.name == "answer")
QUESTION = "How much is the refund fee?"
DOCUMENTS = {
    "Hosting": "The refund fee of hosting is nine euros, taken from the first month.",
    "Domains": "Whoever returns a domain pays a refund fee to the registry in Ulm.",
    "Vouchers": "A voucher has no refund fee because nobody is paid anything back.",
    "Parcels": "Damaged parcels cost no refund fee when a photograph is sent along.",
    "Servers": "Rented servers: the refund fee depends on how many nights they ran.",
    "Support": "Support hours that were booked keep their refund fee until Friday.",
    "Courses": "Teachers decide alone which refund fee a missed lesson brings about.",
    "Printing": "Posters already printed carry the highest refund fee of our catalogue.",
}
NUMBERED = re.compile(r"^\[\d+\] ", re.MULTILINE)


@pytest.fixture
async def offices(database: Database) -> Resources:
    settings = Settings(answering=AnsweringSettings(min_confidence=0))
    resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
    await fill(resources, {title: f"{text}\n\n{text[::-1]}" for title, text in DOCUMENTS.items()})
    return resources


async def count_given(
    resources: Resources, *, takes: int = 8192, budget: int = 3000, max_excerpts: int = 12
) -> int:
    endpoint = ScriptedEndpoint(["NO_ANSWER"], context_tokens=takes)
    model = ModelSettings(context_tokens=budget, max_excerpts=max_excerpts)
    settings = resources.settings.model_copy(update={"model": model})
    given = replace(resources, settings=settings, endpoint=endpoint)
    await answer(given, QUESTION, viewer=ANONYMOUS)
    [(_, prompt)] = endpoint.prompts
    return len(NUMBERED.findall(prompt))


async def test_a_model_is_given_all_that_its_budget_holds(offices: Resources) -> None:
    assert await count_given(offices) == len(DOCUMENTS)


async def test_a_smaller_budget_or_number_gives_fewer(offices: Resources) -> None:
    assert await count_given(offices, max_excerpts=3) == 3
    assert 1 <= await count_given(offices, budget=200) < len(DOCUMENTS)


async def test_an_endpoint_that_takes_little_is_given_little(offices: Resources) -> None:
    takes = ScriptedEndpoint([]).count_tokens(ANSWER.instructions) + 1100
    assert 1 <= await count_given(offices, takes=takes) < len(DOCUMENTS)


def test_room_is_what_instructions_texts_and_answer_leave() -> None:
    roomy, tight = ScriptedEndpoint([], context_tokens=9000), ScriptedEndpoint([], context_tokens=9)
    room = find_room(roomy, ANSWER, ["word " * 100], max_tokens=700)
    assert room < find_room(roomy, ANSWER, [], max_tokens=700) < 9000 - 700
    assert room > LEAST_ROOM
    assert find_room(tight, ANSWER, [], max_tokens=700) == LEAST_ROOM
