"""What was shown to staff is kept with what became of it; what was closed is learned from."""

from asyncio import to_thread
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talks import STAFF, talk, with_model

from kefu.conversations import Conversation, record_question, start_conversation
from kefu.copilot import (
    Aid,
    Closing,
    Suggestion,
    Verdict,
    draft_article,
    edit_share,
    export_suggestions,
    learn_closing,
    list_figures,
    propose_closings,
    settle,
    vote,
)
from kefu.copilot.records import Neighbour, NewSuggestion
from kefu.copilot.suggestions import record_shown
from kefu.db import Connection, Database
from kefu.errors import BadInput, Conflict, NotFound
from kefu.knowledge import ensure_base
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings

LONG_AGO = datetime.now(UTC) - timedelta(days=1)
ANSWER = "A refund takes 7 working days."


@pytest.fixture
async def conversation(conn: Connection) -> Conversation:
    question = "When do I get my refund? Write to ada@example.com"
    conversation = await start_conversation(conn, question, base="main")
    await record_question(conn, question, conversation_id=conversation.id)
    return conversation


@pytest.fixture
def bare(database: Database) -> Resources:
    return Resources(settings=Settings(), database=database, embedder=FakeEmbedder())


async def show(conn: Connection, conversation: Conversation, text: str = ANSWER) -> Suggestion:
    return await record_shown(conn, proposal(conversation, Aid.REPLY, text))


def proposal(conversation: Conversation, aid: Aid, text: str) -> NewSuggestion:
    return NewSuggestion(
        conversation_id=conversation.id,
        position=0,
        aid=aid,
        staff_id=None,
        mode="extractive",
        language="en",
        text=text,
    )


@pytest.mark.parametrize(
    ("sent", "verdict", "share"),
    [
        (ANSWER, Verdict.ACCEPTED, 0.0),
        ("A refund takes 7 days.", Verdict.EDITED, 1 / 7),
        (None, Verdict.REJECTED, None),
    ],
)
async def test_what_was_sent_tells_what_became_of_it(
    conn: Connection,
    conversation: Conversation,
    sent: str | None,
    verdict: Verdict,
    share: float | None,
) -> None:
    shown = await show(conn, conversation)
    settled = await settle(conn, shown.id, conversation_id=conversation.id, sent=sent)
    assert settled.verdict == verdict
    assert settled.edit_share == (share if share is None else pytest.approx(share))
    assert settled.seconds is not None
    assert settled.seconds >= 0


async def test_a_suggestion_is_settled_once_and_in_its_conversation(
    conn: Connection, conversation: Conversation
) -> None:
    shown = await show(conn, conversation)
    with pytest.raises(NotFound):
        await settle(conn, shown.id, conversation_id=uuid4(), sent=None)
    with pytest.raises(BadInput):
        await settle(conn, shown.id, conversation_id=conversation.id, sent=" ")
    await settle(conn, shown.id, conversation_id=conversation.id, sent=None)
    with pytest.raises(Conflict):
        await settle(conn, shown.id, conversation_id=conversation.id, sent=ANSWER)


async def test_figures_count_what_was_shown(conn: Connection, conversation: Conversation) -> None:
    for sent in (ANSWER, "Something else.", None):
        shown = await show(conn, conversation)
        await settle(conn, shown.id, conversation_id=conversation.id, sent=sent)
    await show(conn, conversation)
    (figures,) = await list_figures(conn, since=LONG_AGO)
    assert (figures.aid, figures.shown_count) == ("reply", 4)
    assert (figures.accepted_count, figures.edited_count, figures.rejected_count) == (1, 1, 1)
    assert figures.median_edit_share is not None
    assert await list_figures(conn, since=datetime.now(UTC) + timedelta(days=1)) == []


async def test_the_export_holds_no_personal_data(
    conn: Connection, conversation: Conversation
) -> None:
    shown = await show(conn, conversation, f"{ANSWER} I wrote to ada@example.com.")
    await settle(conn, shown.id, conversation_id=conversation.id, sent="Call 13800138000.")
    (row,) = [row async for row in export_suggestions(conn, since=LONG_AGO)]
    assert row["conversation"] == [
        {"speaker": "customer", "text": "When do I get my refund? Write to [email]"}
    ]
    assert row["proposed"] == f"{ANSWER} I wrote to [email]."
    assert row["sent"] == "Call [phone]."
    assert row["verdict"] == "edited"


WORDS = st.lists(st.sampled_from(["red", "Blue", "7", "退", "款", "."]), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_the_share_is_nothing_only_for_the_same_words(one: str, other: str) -> None:
    assert 0 <= edit_share(one, other) <= 1
    assert edit_share(one, other) == edit_share(other, one)
    assert (edit_share(one, other) == 0) == (one.split() == other.split())


async def close(
    conn: Connection, resources: Resources, question: str, disposition: str, *labels: str
) -> UUID:
    conversation = await start_conversation(conn, question, base="main")
    await learn_closing(
        conn,
        resources,
        talk(f"C: {question}"),
        Closing(disposition=disposition, labels=labels),
        conversation_id=conversation.id,
        base="main",
    )
    return conversation.id


async def test_a_conversation_is_closed_as_the_like_ones_were(
    conn: Connection, bare: Resources
) -> None:
    await ensure_base(bare, "main")
    for number in range(3):
        await close(conn, bare, f"I want a refund of my order {number}", "refund", "money")
        await close(conn, bare, f"The printer number {number} prints stripes", "repair")
    lines = talk("C: Hello", "C: I want a refund of my broken lamp")
    first, *_ = await propose_closings(bare, lines, viewer=STAFF, base="main")
    assert (first.disposition, first.labels) == ("refund", ("money",))
    assert first.share > 0.5
    assert await propose_closings(bare, lines, viewer=STAFF, base="main")
    await ensure_base(bare, "other")
    assert await propose_closings(bare, lines, viewer=STAFF, base="other") == []


def test_the_nearest_count_most() -> None:
    near = Neighbour(disposition="a", labels=(), similarity=0.95)
    far = Neighbour(disposition="b", labels=(), similarity=0.8)
    assert next(iter(vote([near, far, far]))).disposition == "a"
    assert vote([]) == []


async def test_an_article_is_drafted_of_what_staff_answered(bare: Resources) -> None:
    lines = talk(
        "C: Hi!",
        "C: How do I get a new invoice? My number is 13800138000.",
        "S: Thank you for the question.",
        "S: Please open Billing and press Renew. It takes 2 days.",
    )
    article = await draft_article(bare, lines)
    assert article.markdown.startswith("# ")
    assert "Please open Billing and press Renew." in article.markdown
    assert "13800138000" not in article.markdown
    assert article.mode == "extractive"


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("# Invoices\n\nOpen Billing and press Renew. [1]\n", "scripted"),
        ("# Invoices\n\nOpen Billing; it costs 5 EUR. [1]\n", "extractive"),
        ("NO_GROUNDS", "extractive"),
    ],
)
async def test_a_model_may_write_only_what_staff_said(
    bare: Resources, written: str, mode: str
) -> None:
    drafting, _ = with_model(bare, written)
    lines = talk("C: How do I get a new invoice?", "S: Please open Billing and press Renew.")
    assert (await draft_article(drafting, lines)).mode == mode


async def test_without_an_answer_of_staff_there_is_no_article(bare: Resources) -> None:
    with pytest.raises(BadInput):
        await draft_article(bare, talk("C: How do I get a new invoice?", "S: Thank you!"))


async def test_articles_that_were_kept_are_written_as_files(
    committed_database: Database, command: Any, tmp_path: Path
) -> None:
    async with committed_database.transaction() as conn:
        conversation = await start_conversation(conn, "How?", base="main")
        for sent in ("# Kept\n", None):
            draft = await record_shown(conn, proposal(conversation, Aid.ARTICLE, "# Draft\n"))
            await settle(conn, draft.id, conversation_id=conversation.id, sent=sent)
    await to_thread(command, "copilot", "articles", str(tmp_path / "drafts"))
    assert [file.read_text() for file in (tmp_path / "drafts").iterdir()] == ["# Kept\n"]
    (figures,) = await to_thread(command, "copilot", "figures", "--json")
    assert (figures["edited_count"], figures["rejected_count"]) == (1, 1)
    await to_thread(command, "copilot", "export", str(tmp_path / "rows.jsonl"))
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 2
