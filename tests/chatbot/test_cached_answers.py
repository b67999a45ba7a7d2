"""An answer is given again only while everything that decided it is the same."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filling import fill

from kefu.answering import Answer, AnswerEvent, Turn, stream_answer
from kefu.chatbot import ChatAnswer
from kefu.chatbot.cached import build_keys
from kefu.chatbot.feedback import rate_answer
from kefu.chatbot.records import NewFeedback
from kefu.chatbot.turns import begin_turn, finish_turn, wait_for_answer
from kefu.db import Database
from kefu.knowledge import Base, Handling, ingest, read_version, renew_embeddings
from kefu.knowledge.withdraw import withdraw
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.rollout import Changes, begin, override, propose
from kefu.sections import AnswerCacheSettings
from kefu.settings import IngestSettings, Settings
from kefu.viewer import ANONYMOUS, DataClass, Viewer

QUESTION = "Within how many days is a refund paid?"
REFUNDS = "# Refunds\n\nA refund is paid within 7 days of the purchase.\n"


class Counting:
    """Answers as Kefu does, counts, and does something else meanwhile where it is told to."""

    def __init__(self) -> None:
        self.count = 0
        self.meanwhile: Callable[[], Awaitable[Any]] | None = None

    async def __call__(
        self,
        resources: Resources,
        question: str,
        *,
        viewer: Viewer,
        base: str = "main",
        history: Sequence[Turn] = (),
    ) -> AsyncGenerator[AnswerEvent, None]:
        self.count += 1
        events = stream_answer(resources, question, viewer=viewer, base=base, history=history)
        async for event in events:
            if isinstance(event, Answer) and self.meanwhile is not None:
                await self.meanwhile()
            yield event


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "Refunds.md").write_text(REFUNDS)
    (folder / "Errors.md").write_text("# Errors\n\nLH-4031 says that the account is locked.\n")
    return folder


@pytest.fixture
async def resources(committed_database: Database, docs: Path) -> Resources:
    """A released Kefu that knows two documents."""
    resources = Resources(
        settings=Settings(database_url=committed_database.url, ingest=IngestSettings(workers=1)),
        database=committed_database,
        embedder=FakeEmbedder(),
    )
    await ingest(resources, [docs])
    async with resources.database.transaction() as conn:
        await begin(conn, resources)
    return resources


@pytest.fixture
def answerer() -> Counting:
    return Counting()


def configure(resources: Resources, **given: Any) -> Resources:
    changed = {"answer_cache": AnswerCacheSettings(**given)}
    return replace(resources, settings=resources.settings.model_copy(update=changed))


async def ask(
    resources: Resources,
    answerer: Counting,
    question: str = QUESTION,
    *,
    viewer: Viewer = ANONYMOUS,
    **given: Any,
) -> ChatAnswer:
    turn = await begin_turn(resources, question, viewer=viewer, **given)
    return await wait_for_answer(finish_turn(resources, turn, viewer=viewer, answerer=answerer))


async def test_the_same_question_is_answered_once(resources: Resources, answerer: Counting) -> None:
    first = await ask(resources, answerer)
    second = await ask(resources, answerer, f"  {QUESTION[:-1]}？ ")
    assert answerer.count == 1
    assert "7 days" in second.answer
    assert (second.answer, second.citations) == (first.answer, first.citations)
    assert second.message_id != first.message_id
    await ask(resources, answerer, "Within how many weeks is a refund paid?")
    assert answerer.count == 2


async def test_it_is_not_given_to_other_rights_bases_or_releases(
    resources: Resources, answerer: Counting
) -> None:
    await fill(resources, {"Refunds": "A refund is paid within 9 days."}, base="other")
    await ask(resources, answerer)
    staff = Viewer(name="staff", audiences=frozenset({"public", "staff"}))
    await ask(resources, answerer, viewer=staff)
    assert answerer.count == 2
    assert "9 days" in (await ask(resources, answerer, base="other")).answer
    assert answerer.count == 3
    async with resources.database.transaction() as conn:
        changes = Changes(settings={"answering.max_sentences": 3})
        release = await propose(conn, resources, changes, author="li")
        await override(conn, release.id, author="li", reason="Short.")
    await ask(resources, answerer)
    assert answerer.count == 4


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        (QUESTION, {"enabled": False}),
        (QUESTION, {"data_class": DataClass.PUBLIC}),
        (f"{QUESTION} Write to anna.berg@example.com", {}),
        ("Who won the football match yesterday evening?", {}),  # abstained from
    ],
)
async def test_what_is_not_safe_or_not_worth_keeping_is_not_kept(
    resources: Resources, answerer: Counting, question: str, changed: dict[str, Any]
) -> None:
    resources = configure(resources, **changed)
    await ask(resources, answerer, question)
    await ask(resources, answerer, question)
    assert answerer.count == 2


async def test_what_leans_on_the_conversation_is_answered_in_it(
    resources: Resources, answerer: Counting
) -> None:
    first = await ask(resources, answerer)
    await ask(resources, answerer, conversation_id=first.conversation_id)
    assert answerer.count == 2


def append(path: Path) -> None:
    path.write_text(path.read_text() + "\nAsk for it by mail.\n")


async def edit(resources: Resources, docs: Path) -> None:
    append(docs / "Refunds.md")
    await ingest(resources, [docs])


async def add(resources: Resources, docs: Path) -> None:
    (docs / "Parking.md").write_text("# Parking\n\nThe garage closes at 9 pm.\n")
    await ingest(resources, [docs])


async def delete(resources: Resources, docs: Path) -> None:
    (docs / "Errors.md").unlink()
    await ingest(resources, [docs])


async def rename(resources: Resources, docs: Path) -> None:
    (docs / "Errors.md").rename(docs / "Codes.md")
    await ingest(resources, [docs])


async def take_away(resources: Resources, docs: Path) -> None:
    await withdraw(resources.database, docs / "Errors.md", base_name="main")


async def close(resources: Resources, docs: Path) -> None:
    await ingest(resources, [docs], handling=Handling(audience="staff"))


async def raise_class(resources: Resources, docs: Path) -> None:
    await ingest(resources, [docs], handling=Handling(data_class=DataClass.CONFIDENTIAL))


async def move_source(resources: Resources, docs: Path) -> None:
    await ingest(resources, [docs / "Errors.md"], handling=Handling(audience="staff"))


async def embed_again(resources: Resources, docs: Path) -> None:
    await renew_embeddings(resources, "main")


WRITERS = (edit, add, delete, rename, take_away, close, raise_class, move_source, embed_again)


@pytest.mark.parametrize("change", WRITERS, ids=lambda each: each.__name__)
async def test_no_change_of_the_knowledge_leaves_an_answer_in_the_cache(
    resources: Resources, docs: Path, answerer: Counting, change: Any
) -> None:
    await ask(resources, answerer)
    before = await version(resources)
    await change(resources, docs)
    assert await version(resources) != before
    await ask(resources, answerer)
    assert answerer.count == 2


async def version(resources: Resources) -> str:
    async with resources.database.connection() as conn:
        return await read_version(conn, "main")


async def test_an_ingestion_that_changes_nothing_leaves_the_answers(
    resources: Resources, docs: Path, answerer: Counting
) -> None:
    await ask(resources, answerer)
    await ingest(resources, [docs])
    await ask(resources, answerer)
    assert answerer.count == 1


async def test_an_answer_from_before_a_change_that_is_kept_after_it_is_given_to_nobody(
    resources: Resources, docs: Path, answerer: Counting
) -> None:
    async def change() -> None:
        (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
        await ingest(resources, [docs])

    answerer.meanwhile = change
    assert "7 days" in (await ask(resources, answerer)).answer
    answerer.meanwhile = None
    assert "14 days" in (await ask(resources, answerer)).answer
    assert "14 days" in (await ask(resources, answerer)).answer
    assert answerer.count == 2


async def test_under_any_order_of_changes_and_questions_no_old_answer_is_given(
    resources: Resources, answerer: Counting
) -> None:
    """What was committed before a question was asked stands in its answer, or something newer."""
    chance = random.Random(7)
    committed = 0

    async def write() -> None:
        nonlocal committed
        for days in range(20, 32):
            await fill(resources, {"Delivery": f"A parcel is delivered within {days} hours."})
            committed = days
            await asyncio.sleep(chance.uniform(0, 0.02))

    async def read() -> None:
        for _ in range(15):
            least = committed
            given = await ask(resources, answerer, "Within how many hours is a parcel delivered?")
            shown = [days for days in range(20, 32) if f"{days} hours" in given.answer]
            assert not least or (shown and min(shown) >= least), (least, given.answer)
            await asyncio.sleep(chance.uniform(0, 0.02))

    await asyncio.gather(write(), read(), read())


async def test_answers_are_kept_and_given_while_a_change_is_looked_at(
    resources: Resources, docs: Path, answerer: Counting
) -> None:
    """The gate holds its transaction open; no customer waits for it, and none reads from it."""

    async def look(candidate: Database, base: Base) -> None:
        async with asyncio.timeout(30):
            await ask(resources, answerer)
            assert "7 days" in (await ask(resources, answerer)).answer

    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    await ingest(resources, [docs], judge=look)
    assert answerer.count == 1
    assert "14 days" in (await ask(resources, answerer)).answer


async def test_a_disliked_answer_is_not_given_again(
    resources: Resources, answerer: Counting
) -> None:
    await ask(resources, answerer)
    given = await ask(resources, answerer)
    assert answerer.count == 1
    async with resources.database.transaction() as conn:
        await rate_answer(
            conn,
            given.message_id,
            NewFeedback(rating="down", comment=None, correction=None),
            conversation_id=given.conversation_id,
            viewer=ANONYMOUS,
        )
    await ask(resources, answerer)
    await ask(resources, answerer)  # nor is it kept again, as it reads the same
    assert answerer.count == 3


async def test_only_so_many_and_so_old_answers_are_kept(
    resources: Resources, answerer: Counting
) -> None:
    resources = configure(resources, max_entries=1, max_age_minutes=5)
    await ask(resources, answerer)
    await ask(resources, answerer, "What does LH-4031 say?")
    await ask(resources, answerer)
    assert answerer.count == 3
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select count(*) from cached_answers")
        assert await cursor.fetchone() == (1,)
        await conn.execute("update cached_answers set stored_at = now() - interval '6 minutes'")
    await ask(resources, answerer)
    assert answerer.count == 4


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("How long?", "How long？", True),
        ("How  long", "How long!", True),
        ("ＬＨ-４０３１ 是什么？", "LH-4031 是什么", True),
        ("What is 10²?", "What is 102?", False),
        ("Is it open?", "Is it not open?", False),
        ("In 7 days?", "In 14 days?", False),
        ("Who is US?", "Who is us?", False),
    ],
)
def test_only_spelling_makes_no_difference(one: str, other: str, *, are_same: bool) -> None:
    keys = {
        build_keys(each, viewer=ANONYMOUS, identity="r", has_sense=False) for each in (one, other)
    }
    assert (len(keys) == 1) is are_same


OTHER_WAY = "Could you please tell me within how many days the refund is paid?"


async def test_the_same_question_put_in_another_way_is_answered_once_where_settings_say_so(
    resources: Resources, answerer: Counting
) -> None:
    await ask(resources, answerer)
    await ask(resources, answerer, OTHER_WAY)
    assert answerer.count == 2
    resources = configure(resources, other_words=True)
    first = await ask(resources, answerer, "Is a refund paid within 7 days of the purchase?")
    second = await ask(resources, answerer, "is the refund paid within 7 days of purchase")
    assert answerer.count == 3
    assert (second.answer, second.citations) == (first.answer, first.citations)


@pytest.mark.parametrize(
    "near",
    [
        "Is a refund paid within 17 days of the purchase?",
        "Is a refund not paid within 7 days of the purchase?",
        "Is a refund paid within 7 weeks of the purchase?",
        "Is a deposit paid within 7 days of the purchase?",
        "Is a refund paid 7 days before the purchase?",
    ],
)
async def test_a_near_miss_is_answered_by_itself(
    resources: Resources, answerer: Counting, near: str
) -> None:
    resources = configure(resources, other_words=True)
    await ask(resources, answerer, "Is a refund paid within 7 days of the purchase?")
    await ask(resources, answerer, near)
    assert answerer.count == 2


async def test_an_answer_in_other_words_ends_with_its_knowledge_and_its_rights(
    resources: Resources, docs: Path, answerer: Counting
) -> None:
    resources = configure(resources, other_words=True)
    one, other = "When is a refund paid?", "when is the refund paid"
    await ask(resources, answerer, one)
    staff = Viewer(name="staff", audiences=frozenset({"public", "staff"}))
    await ask(resources, answerer, other, viewer=staff)
    await edit(resources, docs)
    await ask(resources, answerer, other)
    assert answerer.count == 3


async def test_what_is_not_found_for_the_other_words_is_not_given_for_them(
    resources: Resources, answerer: Counting
) -> None:
    resources = configure(resources, other_words=True)
    await ask(resources, answerer, "When is a refund paid?")
    async with resources.database.transaction() as conn:
        await conn.execute(
            "update cached_answers set answer = jsonb_set(answer, '{citations,0,chunk_id}', '0')"
        )
    await ask(resources, answerer, "When is a refund paid?")
    assert answerer.count == 1
    await ask(resources, answerer, "when is the refund paid")
    assert answerer.count == 2
