"""Answers carry the release that gave them: in the message, and in what they were made with."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from filling import SUPPORT, fill
from released import AUTHOR, propose_setting

from kefu.answering import AnswerEvent, Turn, stream_answer
from kefu.chatbot import Answerer, end_shadows, finish_shadows
from kefu.chatbot.shadowing import MOST_AT_ONCE
from kefu.chatbot.turns import begin_turn, describe_serving, finish_turn, wait_for_answer
from kefu.conversations import list_messages
from kefu.db import Connection
from kefu.releases import Release, ShadowAnswer, TrialKind, list_shadow_answers, start_trial
from kefu.resources import Resources
from kefu.rollout import Changes, override, propose
from kefu.viewer import ANONYMOUS, Viewer

QUESTION = "What does LH-4031 say?"


class Noting:
    """Answers as Kefu does and notes what by."""

    def __init__(self) -> None:
        self.used: list[Resources] = []

    def __call__(
        self,
        resources: Resources,
        question: str,
        *,
        viewer: Viewer,
        base: str = "main",
        history: Sequence[Turn] = (),
    ) -> AsyncGenerator[AnswerEvent, None]:
        self.used.append(resources)
        return stream_answer(resources, question, viewer=viewer, base=base, history=history)


@pytest.fixture
async def extracting(resources: Resources) -> Resources:
    await fill(resources, SUPPORT)
    return replace(resources, endpoint=None, endpoints=None)


async def ask(resources: Resources, answerer: Answerer) -> tuple[int | None, dict[str, object]]:
    """The release of the stored message, and what the span of the turn says."""
    turn = await begin_turn(resources, QUESTION, viewer=ANONYMOUS)
    await wait_for_answer(finish_turn(resources, turn, viewer=ANONYMOUS, answerer=answerer))
    async with resources.database.connection() as conn:
        messages = await list_messages(conn, turn.conversation_id, limit=5)
    return messages[-1].release_id, dict(describe_serving(turn.serving))


async def test_an_answer_is_given_by_the_live_release_and_says_so(
    conn: Connection, extracting: Resources, live: Release
) -> None:
    release = await propose_setting(conn, extracting, top_k=3)
    await override(conn, release.id, author=AUTHOR, reason="Narrow.")
    answerer = Noting()
    assert await ask(extracting, answerer) == (release.id, {"kefu.release": release.id})
    assert answerer.used[0].settings.retrieval.top_k == 3


async def test_an_answer_before_the_first_release_has_none(
    extracting: Resources,
) -> None:
    assert await ask(extracting, Noting()) == (None, {})


async def test_an_answer_of_a_canary_says_which_trial_it_is_part_of(
    conn: Connection, extracting: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, extracting, top_k=3)
    trial = await start_trial(conn, tried.id, TrialKind.CANARY, share=1.0, author=AUTHOR)
    given = await ask(extracting, Noting())
    assert given == (tried.id, {"kefu.release": tried.id, "kefu.trial": trial.id})


async def list_shadows(resources: Resources, release: Release) -> Sequence[ShadowAnswer]:
    await finish_shadows()
    async with resources.database.connection() as conn:
        return await list_shadow_answers(conn, release.id)


async def test_a_shadow_answers_too_and_is_not_shown(
    conn: Connection, extracting: Resources, live: Release
) -> None:
    changes = Changes(settings={"answering.min_confidence": 1.0})
    silent = await propose(conn, extracting, changes, author=AUTHOR)
    await start_trial(conn, silent.id, TrialKind.SHADOW, share=1.0, author=AUTHOR)
    answerer = Noting()
    release_id, _ = await ask(extracting, answerer)
    (shadow,) = await list_shadows(extracting, silent)
    assert release_id == live.id
    assert (shadow.question, shadow.outcome) == (QUESTION, "abstained")
    assert shadow.shown_outcome == "answered"
    assert "locked" in shadow.shown
    assert [each.release_id for each in answerer.used] == [live.id, silent.id]


class Hanging:
    """Never answers as the release of this id."""

    def __init__(self, release_id: int) -> None:
        self.used: list[Resources] = []
        self.release_id = release_id

    async def __call__(
        self, resources: Resources, question: str, **given: Any
    ) -> AsyncGenerator[AnswerEvent, None]:
        self.used.append(resources)
        if resources.release_id == self.release_id:
            await asyncio.Event().wait()
        async for event in stream_answer(resources, question, **given):
            yield event


async def test_shadows_that_hang_delay_nobody_and_do_not_pile_up(
    conn: Connection, extracting: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, extracting, top_k=3)
    await start_trial(conn, tried.id, TrialKind.SHADOW, share=1.0, author=AUTHOR)
    answerer = Hanging(tried.id)
    for _ in range(MOST_AT_ONCE + 2):
        assert (await ask(extracting, answerer))[0] == live.id
        await asyncio.sleep(0)
    begun = [each for each in answerer.used if each.release_id == tried.id]
    assert len(begun) == MOST_AT_ONCE
    await end_shadows()
    assert await list_shadows(extracting, tried) == []
