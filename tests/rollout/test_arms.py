"""Two releases side by side, looked at again and again."""

from collections.abc import Sequence

import numpy as np
import pytest
from live_answers import add_answers
from released import AUTHOR, propose_setting

from kefu.db import Connection
from kefu.releases import Release, TrialKind, start_trial
from kefu.resources import Resources
from kefu.rollout.arms import METRICS, Decision, compare, compare_arms, decide, find_p_value
from kefu.rollout.records import ArmConversation

SOLVED = METRICS[0]


def converse(solved: Sequence[bool]) -> list[ArmConversation]:
    return [
        ArmConversation(is_solved=bool(each), liked=None, seconds=1.0, cost=None) for each in solved
    ]


def stop_somewhere(live: float, tried: float, *, seed: int, most: int = 1000) -> Decision:
    """The first verdict of somebody who looks every twenty conversations."""
    draw = np.random.default_rng(seed)
    one, other = draw.random(most) < live, draw.random(most) < tried
    for count in range(60, most, 20):
        differences = [
            compare(each, converse(one[:count]), converse(other[:count])) for each in METRICS
        ]
        if decide(differences) is not Decision.GO_ON:
            return decide(differences)
    return Decision.GO_ON


def test_looking_again_and_again_at_the_same_finds_no_difference() -> None:
    found = [stop_somewhere(0.7, 0.7, seed=seed) for seed in range(60)]
    assert sum(each is not Decision.GO_ON for each in found) <= 3


@pytest.mark.parametrize(("tried", "decision"), [(0.9, Decision.BETTER), (0.5, Decision.WORSE)])
def test_a_true_difference_is_found(tried: float, decision: Decision) -> None:
    assert [stop_somewhere(0.7, tried, seed=seed) for seed in range(10)] == [decision] * 10


def test_few_conversations_prove_nothing() -> None:
    found = compare(SOLVED, converse([False] * 40), converse([True] * 40))
    assert (found.p_value, found.low, found.is_better) == (1.0, None, False)


def test_the_p_value_falls_with_the_difference() -> None:
    values = [find_p_value(each, 0.001, 0.1) for each in (0.0, 0.1, 0.2)]
    assert values == sorted(values, reverse=True)
    assert values[0] == 1.0


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
