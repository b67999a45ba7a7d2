"""The copilot over HTTP: the aids, streamed replies, and what became of what was shown."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from signing_in import sign_in
from talks import STAFF, with_model

from kefu.conversations import (
    HandOver,
    hand_over,
    record_question,
    start_conversation,
)
from kefu.copilot import Action, Suggestion, settle
from kefu.copilot.aids import Shown, open_desk
from kefu.copilot.store import list_suggestions
from kefu.llm import ScriptedEndpoint
from kefu.resources import Resources

LONG_AGO = datetime.now(UTC) - timedelta(days=1)
QUESTION = "How many days does a refund take?"
DRAFT = ("A refund takes 7 working days. [1] ", "Gift cards are kept. [1] ", "It is free. [1]")
WHOLE = (
    "Hello,\nA refund takes 7 working days. Gift cards are kept."
    " Please let me know if there is anything else."
)


@pytest.fixture
async def conversation_id(resources: Resources) -> UUID:
    async with resources.database.transaction() as conn:
        conversation = await start_conversation(conn, QUESTION, base="main")
        await record_question(conn, QUESTION, conversation_id=conversation.id)
        await hand_over(conn, conversation.id, HandOver(reason="asked"))
    return conversation.id


async def list_shown(resources: Resources) -> Sequence[Suggestion]:
    async with resources.database.connection() as conn:
        return await list_suggestions(conn, since=LONG_AGO, limit=20)


def read_events(text: str) -> list[tuple[str, Any]]:
    blocks = [
        dict(line.split(": ", 1) for line in each.splitlines())
        for each in text.split("\n\n")
        if each
    ]
    return [(each["event"], json.loads(each["data"])) for each in blocks]


async def test_every_aid_is_there_over_http(
    client: AsyncClient, resources: Resources, conversation_id: UUID
) -> None:
    staff = await sign_in(client, resources.database, "staff")
    desk = f"/api/desk/conversations/{conversation_id}"

    async def ask(method: str, path: str, **given: object) -> Any:
        response = await client.request(method, f"{desk}/copilot/{path}", **given)
        assert response.status_code == 200, response.text
        return response.json()

    shown = await ask("POST", "reply", json={"typed": "I looked it up."})
    assert shown["reply"]["text"].startswith("I looked it up. A refund takes 7")
    assert [each["title"] for each in shown["reply"]["citations"]] == ["Refunds"]
    assert (await ask("POST", "summary"))["summary"]["wish"] == QUESTION
    assert (await ask("GET", "mood"))["mood"] == "calm"
    assert (await ask("GET", "next-steps"))["steps"][0]["action"] == "answer"
    assert (await ask("POST", "closings"))["closings"][0]["disposition"] == "Refunds"
    tone = {"text": "We can't do that.", "tone": "formal"}
    assert (await ask("POST", "rewriting", json=tone))["rewritten"]["how"] == "rules"
    assert (await ask("GET", "knowledge"))[0]["title"] == "Refunds"
    assert (await ask("GET", "knowledge?text=printer"))[0]["title"] == "Set up the printer"
    asked = await ask("POST", "questions", json={"question": QUESTION})
    assert "7 working days" in asked["answer"]["answer"]
    nothing = await client.post(f"{desk}/copilot/article")
    assert nothing.status_code == 400
    await client.post(f"{desk}/messages", json={"text": "It takes 7 working days."})
    assert "7 working days" in (await ask("POST", "article"))["article"]["markdown"]
    outcome = f"suggestions/{shown['id']}/outcome"
    settled = await ask("PUT", outcome, json={"sent": shown["reply"]["text"]})
    assert (settled["verdict"], settled["staff_id"]) == ("accepted", staff.id)
    again = await client.put(f"{desk}/copilot/{outcome}", json={"sent": None})
    assert again.status_code == 409


async def test_why_an_aid_does_not_come_is_told_in_its_place(
    client: AsyncClient, resources: Resources, conversation_id: UUID
) -> None:
    await sign_in(client, resources.database, "staff")
    form = {"aid": "article", "partial": "1"}
    refused = await client.post(f"/desk/{conversation_id}/aids", data=form)
    assert refused.status_code == 400
    assert ">An article needs a question of the customer and an answer of staff.<" in refused.text


async def test_who_manages_the_desk_reads_how_aids_are_taken_up(
    client: AsyncClient, resources: Resources, conversation_id: UUID
) -> None:
    await (await open_desk(resources, conversation_id, viewer=STAFF)).suggest("")
    await sign_in(client, resources.database, "manager")
    (figures,) = (await client.get("/api/desk/copilot/figures")).json()
    assert (figures["aid"], figures["shown_count"]) == ("reply", 1)


async def test_a_reply_is_streamed_as_it_is_written(
    app: FastAPI, client: AsyncClient, resources: Resources, conversation_id: UUID
) -> None:
    app.state.resources, _ = with_model(resources, *DRAFT)
    await sign_in(client, resources.database, "staff")
    response = await client.post(
        f"/api/desk/conversations/{conversation_id}/copilot/reply", json={"stream": True}
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    events = read_events(response.text)
    assert [name for name, _ in events] == ["text", "text", "text", "reply"]
    assert events[0][1]["text"] == "Hello,\nA refund takes 7 working days."
    assert "It is free" not in events[-2][1]["text"]
    assert events[-1][1]["reply"]["text"] == WHOLE
    (kept,) = await list_shown(resources)
    assert {UUID(data["id"]) for _, data in events} == {kept.id}
    assert (kept.text, kept.mode) == (WHOLE, "scripted")


async def test_of_a_reply_that_is_stopped_what_was_shown_is_kept(
    resources: Resources, conversation_id: UUID
) -> None:
    drafting, endpoint = with_model(resources, *DRAFT)
    desk = await open_desk(drafting, conversation_id, viewer=STAFF)
    steps = desk.stream("")
    first = await anext(steps)
    await steps.aclose()
    assert endpoint.was_closed_early
    (kept,) = await list_shown(resources)
    assert first.so_far is not None
    assert (kept.id, kept.text) == (first.id, first.so_far.text)
    async with resources.database.transaction() as conn:
        settled = await settle(conn, kept.id, conversation_id=conversation_id, sent=kept.text)
    assert settled.verdict == "accepted"


async def test_a_suggestion_that_follows_what_is_typed_stays_one(
    resources: Resources, conversation_id: UUID
) -> None:
    desk = await open_desk(resources, conversation_id, viewer=STAFF)
    first = await desk.suggest("")
    second = await desk.suggest("Good news. ", instead_of=first.id)
    assert second.id == first.id
    (kept,) = await list_shown(resources)
    assert kept.text.startswith("Good news. ")
    async with resources.database.transaction() as conn:
        await settle(conn, kept.id, conversation_id=conversation_id, sent=None)
    third = await desk.suggest("", instead_of=first.id)
    assert third.id != first.id


@pytest.mark.parametrize("end", ["NO_DRAFT", None])
async def test_what_a_model_takes_back_gives_way_to_the_knowledge(
    resources: Resources, conversation_id: UUID, end: str | None
) -> None:
    """It says that it has nothing after all, or fails in the middle."""
    deltas = ["Gift cards are kept. [1] ", "Next", end or "."]
    failing = ScriptedEndpoint(deltas, fails_after=None if end else 2)
    desk = await open_desk(replace(resources, endpoint=failing), conversation_id, viewer=STAFF)
    steps: list[Shown] = [step async for step in desk.stream("")]
    assert [step.reply is None for step in steps] == [True, False]
    assert {step.id for step in steps} == {steps[0].id}
    reply = steps[-1].reply
    assert reply is not None
    assert reply.mode == "extractive"
    assert "7 working days" in reply.text


async def test_summary_and_next_steps_ask_a_model_once(
    resources: Resources, conversation_id: UUID
) -> None:
    """For the summary: what is proposed to do next follows from the knowledge by rules."""
    note = json.dumps({"wish": QUESTION, "mood": "unsure"})
    drafting, endpoint = with_model(resources, note)
    desk = await open_desk(drafting, conversation_id, viewer=STAFF)
    shown = await desk.look_over()
    assert len(endpoint.prompts) == 1
    assert shown.summary is not None
    assert shown.summary.mode == endpoint.name
    assert shown.reading == shown.summary.reading
    assert [(each.action, each.because) for each in shown.steps] == [(Action.ANSWER, "Refunds")]
