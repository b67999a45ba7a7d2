"""Answers under strain: models that misbehave, customers that leave, many at once."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kefu.answering import Answer, Outcome, Progress, Sentence, Stage, answer, stream_answer
from kefu.db import Database
from kefu.errors import ModelUnavailable
from kefu.knowledge import Handling, ingest
from kefu.llm import FakeEmbedder, ScriptedEndpoint, Vectors
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, IngestSettings, Settings
from kefu.viewer import ANONYMOUS

QUESTION = "How many days does a refund take?"
TRUE = "A refund takes 7 working days. [1] "
TEXTS = {
    "public/refunds.md": "# Refunds\n\nA refund takes 7 working days. Gift cards are kept.\n",
    "public/退款.md": "# 退款\n\n退款需要 7 个工作日。\n",
    "staff/margins.md": "# Margins\n\nA refund takes 9 percent of the margin.\n",
}
MARKER = re.compile(r"\[(\d+)\]")


class HangingEndpoint(ScriptedEndpoint):
    """Says its deltas, then nothing for as long as somebody waits, or an endpoint's patience."""

    def __init__(self, *deltas: str, patience_seconds: float = 3600) -> None:
        super().__init__(deltas)
        self.patience_seconds = patience_seconds
        self.open_count = 0

    async def stream(
        self, *, instructions: str, prompt: str, max_tokens: int, **how: Any
    ) -> AsyncGenerator[str, None]:
        self.open_count += 1
        said = super().stream(
            instructions=instructions, prompt=prompt, max_tokens=max_tokens, **how
        )
        try:
            async with aclosing(said):
                async for delta in said:
                    yield delta
            await asyncio.sleep(self.patience_seconds)
            raise ModelUnavailable("It took too long.")
        finally:
            self.open_count -= 1


class ForgetfulEmbedder(FakeEmbedder):
    """Answers questions, but no more documents."""

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        raise ModelUnavailable("The embedder does not answer.")

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return await super().embed_documents(texts)


class SilentEmbedder(FakeEmbedder):
    """Does not answer."""

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        raise ModelUnavailable("The embedder does not answer.")


@pytest.fixture
async def resources(committed_database: Database, tmp_path: Path) -> Resources:
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = Settings(
        ingest=IngestSettings(workers=1), answering=AnsweringSettings(min_confidence=0)
    )
    given = Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())
    await ingest(given, [tmp_path / "public"])
    await ingest(given, [tmp_path / "staff"], handling=Handling(audience="staff"))
    return given


async def ask(resources: Resources, question: str = QUESTION) -> tuple[list[Sentence], Answer]:
    events = [each async for each in stream_answer(resources, question, viewer=ANONYMOUS)]
    *_, last = events
    assert isinstance(last, Answer)
    return [each for each in events if isinstance(each, Sentence)], last


async def test_progress_comes_before_sentences_and_the_answer_last(resources: Resources) -> None:
    events = [each async for each in stream_answer(resources, QUESTION, viewer=ANONYMOUS)]
    assert events[:2] == [Progress(stage=Stage.SEARCHING), Progress(stage=Stage.WRITING)]
    assert {type(each) for each in events[2:-1]} == {Sentence}
    assert isinstance(events[-1], Answer)


@pytest.mark.parametrize("endpoint", [None, ScriptedEndpoint([TRUE, "It takes 2 days. [1]"])])
async def test_the_answer_is_its_pieces_joined(
    resources: Resources, endpoint: ScriptedEndpoint | None
) -> None:
    resources = replace(resources, endpoint=endpoint)
    sentences, streamed = await ask(resources)
    whole = await answer(resources, QUESTION, viewer=ANONYMOUS)
    assert "".join(each.text for each in sentences).strip() == streamed.answer == whole.answer
    assert whole.citations == streamed.citations
    cited = {citation.marker for each in sentences for citation in each.citations}
    assert (
        cited == {*range(1, len(whole.citations) + 1)} == {*map(int, MARKER.findall(whole.answer))}
    )


async def test_nothing_is_cited_that_the_viewer_may_not_read(resources: Resources) -> None:
    endpoint = ScriptedEndpoint(["A refund takes 9 percent of the margin. [1]"])
    for each in (resources, replace(resources, endpoint=endpoint)):
        _, given = await ask(each, "How many percent of the margin does a refund take?")
        assert "margin" not in given.answer
        assert {citation.title for citation in given.citations} <= {"Refunds", "退款"}
    assert all("percent of the margin." not in prompt for _, prompt in endpoint.prompts)


@pytest.mark.parametrize("question", ["退款需要几个工作日？", "A refund takes how many days?"])
async def test_the_language_is_that_of_the_question(resources: Resources, question: str) -> None:
    endpoint = ScriptedEndpoint([])
    _, given = await ask(replace(resources, endpoint=endpoint), question)
    name = {"zh": "Chinese", "en": "English"}[given.language]
    assert (given.language == "zh") is (not question.isascii())
    assert f"Answer in {name}" in endpoint.prompts[0][0]


async def test_a_model_that_hangs_is_replaced_after_what_it_said(resources: Resources) -> None:
    endpoint = HangingEndpoint(TRUE, "Gift", patience_seconds=0.01)
    sentences, given = await ask(replace(resources, endpoint=endpoint))
    assert sentences[0].text == TRUE
    assert given.answer.count("takes 7 working days") == 1
    assert given.notice
    assert given.mode == "scripted"


async def test_sentences_are_replaced_by_the_knowledge_when_nobody_can_verify_them(
    resources: Resources,
) -> None:
    endpoint = ScriptedEndpoint(["退款需要 7 个工作日。[9]", "这是保证。"])
    resources = replace(resources, endpoint=endpoint, embedder=ForgetfulEmbedder())
    _, given = await ask(resources)
    assert given.outcome is Outcome.ANSWERED
    assert "7 working days" in given.answer


async def test_a_customer_who_leaves_closes_the_stream_of_the_model(resources: Resources) -> None:
    endpoint = HangingEndpoint(TRUE, "Gift cards")
    events = stream_answer(replace(resources, endpoint=endpoint), QUESTION, viewer=ANONYMOUS)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Sentence):
                assert endpoint.open_count == 1
                break
    assert endpoint.open_count == 0


async def test_a_cancelled_answer_closes_the_stream_of_the_model(resources: Resources) -> None:
    endpoint = HangingEndpoint()
    task = asyncio.create_task(
        answer(replace(resources, endpoint=endpoint), QUESTION, viewer=ANONYMOUS)
    )
    while not endpoint.open_count:  # noqa: ASYNC110 - it sets no event
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert endpoint.open_count == 0


async def test_many_questions_at_once_get_their_own_answers(resources: Resources) -> None:
    resources = replace(resources, endpoint=ScriptedEndpoint([TRUE], delay_seconds=0.01))
    questions = ["退款需要几个工作日？", QUESTION] * 10
    answers = await asyncio.gather(
        *(answer(resources, each, viewer=ANONYMOUS) for each in questions)
    )
    assert [each.language for each in answers] == ["zh", "en"] * 10
    assert all(each.citations and "total" in each.timings for each in answers)


HOSTILE = [
    "re\x00fund", "\ud800", "refund \udfff", "\u202e退款", "\x00", "# refund\n```", "{title}", "$x",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", [None, ScriptedEndpoint([TRUE])])
async def test_no_question_breaks_it(
    resources: Resources, endpoint: ScriptedEndpoint | None
) -> None:
    for question in HOSTILE:
        _, given = await ask(replace(resources, endpoint=endpoint), question)
        assert given.answer


async def test_what_is_not_known_names_the_nearest_document(resources: Resources) -> None:
    settings = resources.settings.model_copy(
        update={"answering": AnsweringSettings(min_confidence=1)}
    )
    resources = replace(resources, settings=settings, embedder=SilentEmbedder())
    sentences, given = await ask(resources, "A refund takes 7 working days {of} gold, silver")
    assert (sentences, given.outcome, given.citations) == ([], Outcome.ABSTAINED, ())
    assert "“Refunds”" in given.answer
