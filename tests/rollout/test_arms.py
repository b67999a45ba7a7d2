"""Two releases side by side, looked at again and again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from live_answers import add_answers
from released import AUTHOR, propose_setting

from kefu.db import Connection
from kefu.releases import Release, TrialKind, find_trial, start_trial
from kefu.resources import Resources
from kefu.rollout.arms import METRICS, SIDE_ALPHA, Decision, compare, compare_arms, decide
from kefu.rollout.records import ArmConversation

SOLVED, _, SECONDS, _ = METRICS


def deal(
    live: float, tried: float, *, seed: int, share: float = 0.5, most: int = 1500
) -> list[ArmConversation]:
    """Conversations of which so many are solved in either arm, dealt at random."""
    draw = np.random.default_rng(seed)
    chosen = draw.random(most) < share
    solved = draw.random(most) < np.where(chosen, tried, live)
    return [
        ArmConversation(
            is_tried=bool(ours), is_solved=bool(each), liked=None, seconds=1.0, cost=None
        )
        for ours, each in zip(chosen, solved, strict=True)
    ]


def decide_all(conversations: Sequence[ArmConversation], *, share: float = 0.5) -> Decision:
    """The first verdict of somebody who looks after every conversation."""
    return decide([compare(each, conversations, share=share) for each in METRICS])


@pytest.mark.parametrize(("rate", "share"), [(0.7, 0.5), (0.97, 0.1)])
def test_looking_after_every_conversation_finds_no_difference_where_none_is(
    rate: float, share: float
) -> None:
    trials = [deal(rate, rate, share=share, seed=seed) for seed in range(60)]
    found = [decide_all(each, share=share) for each in trials]
    assert sum(each is not Decision.GO_ON for each in found) <= 3


@pytest.mark.parametrize(("tried", "decision"), [(0.9, Decision.BETTER), (0.5, Decision.WORSE)])
def test_a_true_difference_is_found(tried: float, decision: Decision) -> None:
    found = [decide_all(deal(0.7, tried, seed=seed)) for seed in range(10)]
    assert found == [decision] * 10


def test_the_interval_holds_the_difference_and_narrows() -> None:
    conversations = deal(0.7, 0.8, seed=4, most=4000)
    early, late = (
        compare(SOLVED, conversations[:count], share=0.5) for count in (200, len(conversations))
    )
    for each in (early, late):
        assert each.low is not None
        assert each.high is not None
        assert each.low < 0.1 < each.high
    assert late.high - late.low < early.high - early.low


def test_few_conversations_prove_nothing() -> None:
    found = compare(SOLVED, deal(0.0, 1.0, seed=1, most=6), share=0.5)
    assert found.p_value > SIDE_ALPHA
    assert not found.is_better


def test_a_release_that_everybody_gets_is_held_against_nothing() -> None:
    found = compare(SOLVED, deal(0.7, 0.7, seed=1, most=50), share=1.0)
    assert (found.low, found.high, found.p_value) == (None, None, 1.0)


def test_times_are_compared_by_how_many_times_longer_they_are() -> None:
    draw = np.random.default_rng(3)
    conversations = [
        replace(each, seconds=float(draw.lognormal(0.4, 0.8)) * (2.0 if each.is_tried else 1.0))
        for each in deal(0.7, 0.7, seed=3)
    ]
    found = compare(SECONDS, conversations, share=0.5)
    assert found.is_worse
    assert found.low is not None
    assert found.high is not None
    assert 1.0 < found.low < 2.0 < found.high


async def test_a_slower_release_is_worse_whatever_it_solves(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=5)
    trial = await start_trial(conn, tried.id, TrialKind.COMPARISON, share=0.5, author=AUTHOR)
    await add_answers(conn, live.id, 60)
    await add_answers(conn, tried.id, 60, seconds=9.0)
    await conn.execute("update conversations set created_at = clock_timestamp()")
    arms = await compare_arms(conn, trial)
    solved, liked, seconds, _ = arms.differences
    assert (solved.live, solved.tried, liked.live) == (1.0, 1.0, None)
    assert (seconds.live, seconds.tried, seconds.is_worse) == (1.0, 9.0, True)
    assert arms.decision is Decision.WORSE


async def test_conversations_count_that_began_with_the_share_as_it_is(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=5)
    await start_trial(conn, tried.id, TrialKind.CANARY, share=0.1, author=AUTHOR)
    await add_answers(conn, live.id, 5)
    await add_answers(conn, tried.id, 5)
    for share, counted in ((0.1, 5), (0.5, 0)):
        await start_trial(conn, tried.id, TrialKind.CANARY, share=share, author=AUTHOR)
        trial = await find_trial(conn)
        assert trial is not None
        solved = (await compare_arms(conn, trial)).differences[0]
        assert (solved.live_count, solved.tried_count) == (counted, counted)
