"""More answers fail than usual: noticed early, and seldom where nothing changed."""

from datetime import timedelta

import numpy as np
from live_answers import add_answers, soon
from released import AUTHOR, propose_setting

from kefu.db import Connection
from kefu.releases import Release, TrialKind, find_trial, get_live, start_trial
from kefu.resources import Resources
from kefu.rollout import override, read_monitors, watch
from kefu.rollout.records import Reaction
from kefu.rollout.rises import HOURS, find_change, find_usual
from kefu.rollout.store import list_alerts

DAYS = 14


def draw_hours(rate: float, *, seed: int, count: int) -> np.ndarray:
    """Failed answers and all, sixty an hour."""
    failed = np.random.default_rng(seed).binomial(60, rate, count)
    return np.stack([failed, np.full(count, 60)], axis=1)


def is_alarmed(hours: np.ndarray, usual: float) -> bool:
    return find_change(hours, usual).evidence >= np.log(HOURS)


def test_weeks_without_a_change_raise_no_alarm() -> None:
    weeks = [draw_hours(0.15, seed=seed, count=168) for seed in range(60)]
    assert not any(is_alarmed(each, 0.15) for each in weeks)


def test_a_rise_is_noticed_with_the_hour_in_which_it_began() -> None:
    hours = np.vstack([draw_hours(0.15, seed=1, count=100), draw_hours(0.35, seed=2, count=12)])
    change = find_change(hours, 0.17)
    assert is_alarmed(hours, 0.17)
    assert abs(change.begin - 100) <= 1


def test_what_varies_from_day_to_day_is_usual() -> None:
    steady = np.array([[15, 100]] * DAYS)
    restless = np.array([[5, 100], [25, 100]] * (DAYS // 2))
    assert 0.15 < find_usual(steady) < 0.17
    assert find_usual(restless) > 0.3


def test_an_answer_that_never_failed_has_a_usual_share() -> None:
    assert 0 < find_usual(np.array([[0, 400]])) < 0.01


async def test_a_fresh_release_that_abstains_more_goes_back_below_the_limit(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 90, ago=timedelta(hours=3))
    await add_answers(conn, live.id, 10, outcome="abstained", ago=timedelta(hours=3))
    waiting = await propose_setting(conn, resources, top_k=7)
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    await add_answers(conn, waiting.id, 60)
    await add_answers(conn, waiting.id, 40, outcome="abstained")
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert (alert.monitor, alert.reaction) == ("abstained_rise", Reaction.ROLLED_BACK)
    assert alert.value == 0.4
    assert "UTC" in alert.detail
    assert (await get_live(conn)).id == live.id


async def test_slower_answers_are_told_and_take_nothing_back(
    conn: Connection, resources: Resources, live: Release
) -> None:
    for seconds in (0.5, 1.0, 1.5, 2.0):
        await add_answers(conn, live.id, 20, seconds=seconds, ago=timedelta(hours=3))
    waiting = await propose_setting(conn, resources, top_k=7)
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    await add_answers(conn, waiting.id, 60, seconds=3.0)
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert (alert.monitor, alert.reaction) == ("slow_rise", Reaction.NONE)
    assert (await get_live(conn)).id == waiting.id


async def test_the_same_as_ever_is_no_rise(
    conn: Connection, resources: Resources, live: Release
) -> None:
    waiting = await propose_setting(conn, resources, top_k=7)
    await add_answers(conn, live.id, 50, rating=1, ago=timedelta(hours=3))
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    await add_answers(conn, waiting.id, 50, rating=1)
    (watched,) = await read_monitors(conn, resources, now=soon())
    rises = [each for each in watched.readings if each.monitor.endswith("_rise")]
    assert {each.monitor for each in rises} == {"abstained_rise", "disliked_rise", "slow_rise"}
    assert not any(each.is_breached for each in rises)


async def test_a_canary_that_solves_fewer_than_the_live_release_ends(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=5)
    await start_trial(conn, tried.id, TrialKind.CANARY, share=0.5, author=AUTHOR)
    for _ in range(20):
        await add_answers(conn, live.id, 6)
        await add_answers(conn, tried.id, 4)
        await add_answers(conn, tried.id, 2, outcome="abstained")
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert (alert.monitor, alert.reaction) == ("solved_fall", Reaction.TRIAL_ENDED)
    assert await find_trial(conn) is None
