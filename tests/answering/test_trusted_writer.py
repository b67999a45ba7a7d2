"""A model that is trusted says what the knowledge holds; what it writes is verified as ever."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kefu.answering import Answer, Outcome, answer
from kefu.db import Database
from kefu.errors import ModelUnavailable
from kefu.knowledge import ingest
from kefu.llm import FakeEmbedder, ScriptedEndpoint
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, IngestSettings, Settings
from kefu.viewer import ANONYMOUS

QUESTION = "How many days does a refund take?"
TRUE = "A refund takes 7 working days. [1]"
INVENTED = "A refund is paid in 2 hours. [1]"
NO_ANSWER = "NO_ANSWER"
FEE = "Who has to pay when money is wired to you?"
FEE_TEXT = "Transfer charges are borne by the sender."
FEE_QUERIES = json.dumps({"queries": ["transfer charges borne by", "电汇手续费"]})


class Model(ScriptedEndpoint):
    """Answers one prompt after the other, and says how to search again.

    Attributes:
        queries: what it writes when it is asked for other words.
        asked_again: questions that it was given for that.
    """

    def __init__(self, *replies: str, queries: str = "") -> None:
        super().__init__(())
        self.queries = queries
        self.asked_again: list[str] = []
        self._replies = list(replies)

    async def stream(self, *, instructions: str, prompt: str, **how: Any) -> AsyncGenerator[str]:
        if '"queries"' in instructions:
            self.asked_again.append(prompt)
            yield self.queries
            return
        if '"parts"' in instructions:
            return
        self.prompts.append((instructions, prompt))
        yield self._replies.pop(0)


class DeafModel(Model):
    async def stream(self, **how: Any) -> AsyncGenerator[str]:
        raise ModelUnavailable("It does not answer.")
        yield ""


@pytest.fixture
async def resources(committed_database: Database, tmp_path: Path) -> Resources:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "refunds.md").write_text("# Refunds\n\nA refund takes 7 working days.\n")
    (folder / "fees.md").write_text(f"# Charges\n\n{FEE_TEXT}\n")
    for number in range(20):
        text = f"# Line {number}\n\nWho has wired money to us may pay by line {number}.\n"
        (folder / f"wire-{number}.md").write_text(text)
    settings = Settings(ingest=IngestSettings(workers=1))
    given = Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())
    await ingest(given, [folder])
    return given


async def ask(
    resources: Resources,
    model: Model | None,
    question: str = QUESTION,
    *,
    trusts: bool = True,
    is_sure: bool = True,
) -> Answer:
    """With a search that is sure of everything, or of nothing."""
    answering = AnsweringSettings(min_confidence=0 if is_sure else 1, trust_writer=trusts)
    settings = resources.settings.model_copy(update={"answering": answering})
    given = replace(resources, settings=settings, endpoint=model)
    return await answer(given, question, viewer=ANONYMOUS)


async def test_it_is_asked_where_the_search_is_unsure(resources: Resources) -> None:
    told = await ask(resources, Model(TRUE), is_sure=False)
    assert (told.outcome, told.mode) == (Outcome.ANSWERED, "scripted")
    assert told.answer == TRUE
    assert told.citations[0].quote == "A refund takes 7 working days."


async def test_without_trust_nobody_is_asked_where_the_search_is_unsure(
    resources: Resources,
) -> None:
    model = Model(TRUE)
    told = await ask(resources, model, trusts=False, is_sure=False)
    assert (told.outcome, model.prompts) == (Outcome.ABSTAINED, [])


async def test_what_it_finds_no_answer_to_is_not_quoted(resources: Resources) -> None:
    told = await ask(resources, Model(NO_ANSWER))
    assert (told.outcome, told.citations) == (Outcome.ABSTAINED, ())
    assert told.writing is not None
    assert (told.writing.end, told.writing.is_quoted) == ("refused", False)


async def test_without_trust_the_knowledge_is_quoted_instead(resources: Resources) -> None:
    told = await ask(resources, Model(NO_ANSWER), trusts=False)
    assert told.outcome is Outcome.ANSWERED
    assert "7 working days" in told.answer


async def test_what_it_invents_is_not_shown(resources: Resources) -> None:
    told = await ask(resources, Model(INVENTED), is_sure=False)
    assert (told.outcome, told.citations) == (Outcome.ABSTAINED, ())
    assert "2 hours" not in told.answer


async def test_what_it_invents_gives_way_to_what_the_search_is_sure_of(
    resources: Resources,
) -> None:
    told = await ask(resources, Model(INVENTED))
    assert told.outcome is Outcome.ANSWERED
    assert "7 working days" in told.answer
    assert "2 hours" not in told.answer


@pytest.mark.parametrize(
    ("is_sure", "outcome"), [(True, Outcome.ANSWERED), (False, Outcome.ABSTAINED)]
)
async def test_where_it_does_not_answer_the_search_decides(
    resources: Resources, outcome: Outcome, *, is_sure: bool
) -> None:
    told = await ask(resources, DeafModel(), is_sure=is_sure)
    assert (told.outcome, bool(told.notice)) == (outcome, is_sure)


async def test_without_a_model_the_search_decides(resources: Resources) -> None:
    assert (await ask(resources, None)).outcome is Outcome.ANSWERED
    assert (await ask(resources, None, is_sure=False)).outcome is Outcome.ABSTAINED


async def test_its_own_words_find_what_the_questions_do_not(resources: Resources) -> None:
    model = Model(NO_ANSWER, f"{FEE_TEXT} [1]", queries=FEE_QUERIES)
    told = await ask(resources, model, FEE, is_sure=False)
    first, second = (prompt for _, prompt in model.prompts)
    assert (FEE_TEXT in first, FEE_TEXT in second) == (False, True)
    assert FEE in model.asked_again[0]
    assert told.outcome is Outcome.ANSWERED
    assert [each.quote for each in told.citations] == [FEE_TEXT]


@pytest.mark.parametrize("queries", ["", "no JSON", '{"queries": []}', FEE_QUERIES])
async def test_a_second_search_that_finds_nothing_ends_in_an_abstention(
    resources: Resources, queries: str
) -> None:
    told = await ask(resources, Model(NO_ANSWER, NO_ANSWER, queries=queries), FEE, is_sure=False)
    assert (told.outcome, told.citations) == (Outcome.ABSTAINED, ())


async def test_without_trust_nothing_is_searched_again(resources: Resources) -> None:
    model = Model(NO_ANSWER, queries=FEE_QUERIES)
    await ask(resources, model, FEE, trusts=False)
    assert model.asked_again == []


async def test_of_two_questions_it_names_the_one_without_an_answer(resources: Resources) -> None:
    both = f"{QUESTION} Who bears the transfer charges?"
    told = await ask(resources, Model(TRUE, NO_ANSWER), both)
    assert told.outcome is Outcome.ANSWERED
    assert told.answer.startswith(TRUE)
    assert "“Who bears the transfer charges”" in told.answer
