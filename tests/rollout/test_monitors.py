"""Live answers are watched; what breaches is told, and what can be taken back is."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from live_answers import add_answers, soon
from released import AUTHOR, propose_setting

from kefu.db import Connection
from kefu.evaluation import Monitors
from kefu.releases import (
    MoveKind,
    Release,
    TrialKind,
    find_trial,
    get_live,
    list_moves,
    start_trial,
)
from kefu.resources import Resources
from kefu.rollout import override, read_monitors, watch
from kefu.rollout.drift import chance, list_unknown_words, measure_distance, shuffle_distances
from kefu.rollout.monitors import lower_bound, read_all
from kefu.rollout.records import Reaction, WindowFigures
from kefu.rollout.store import list_alerts


@pytest.fixture
async def second(conn: Connection, resources: Resources, live: Release) -> Release:
    """A release that has just gone live after one that answered well for an hour."""
    await add_answers(conn, live.id, 40, ago=timedelta(minutes=30))
    waiting = await propose_setting(conn, resources, top_k=7)
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    return waiting


@pytest.mark.parametrize(
    ("count", "total", "above_half"),
    [(0, 0, 0), (6, 10, 0), (10, 10, 1), (60, 100, 0), (80, 100, 1)],
)
def test_a_share_is_above_a_limit_only_where_chance_does_not_explain_it(
    count: int, total: int, above_half: int
) -> None:
    assert (lower_bound(count, total) > 0.5) is bool(above_half)


FIGURES = WindowFigures(
    answer_count=100,
    abstained_count=0,
    extracted_count=0,
    rated_count=50,
    disliked_count=0,
    slow_count=0,
    p50_seconds=1.0,
    p95_seconds=2.0,
    costed_count=100,
    cost_sum=100_000.0,
    cost_square_sum=100_000_000.0,
    failed_count=0,
)
LIMITS = Monitors(extracted_share=0.5, cost_per_answer=0.002)


@pytest.mark.parametrize(
    ("changes", "breached"),
    [
        ({}, set()),
        ({"abstained_count": 90}, {"abstained_share"}),
        ({"failed_count": 30}, {"failed_share"}),
        ({"disliked_count": 40}, {"disliked_share"}),
        ({"rated_count": 10, "disliked_count": 10}, set()),
        ({"extracted_count": 90}, {"extracted_share"}),
        ({"slow_count": 20, "p95_seconds": 40.0}, {"p95_seconds"}),
        ({"slow_count": 6, "p95_seconds": 21.0}, set()),
        ({"cost_sum": 300_000.0, "cost_square_sum": 900_000_000.0}, {"cost_per_answer"}),
        ({"costed_count": 0, "cost_sum": 0.0, "cost_square_sum": 0.0}, set()),
    ],
)
def test_each_monitor_sees_its_own_figure(changes: dict[str, int], breached: set[str]) -> None:
    readings = read_all(replace(FIGURES, **changes), LIMITS, has_models=True)
    assert {each.monitor for each in readings if each.is_breached} == breached


def test_a_release_without_models_may_extract_everything() -> None:
    figures = replace(FIGURES, extracted_count=100)
    readings = read_all(figures, LIMITS, has_models=False)
    assert not any(each.is_breached for each in readings)


async def test_few_answers_prove_nothing(
    conn: Connection, resources: Resources, second: Release
) -> None:
    await add_answers(conn, second.id, 20, outcome="abstained")
    await watch(resources, now=soon())
    assert await list_alerts(conn) == []


async def test_a_fresh_release_that_breaches_goes_back_by_itself(
    conn: Connection, resources: Resources, live: Release, second: Release
) -> None:
    await add_answers(conn, second.id, 40, outcome="abstained")
    await watch(resources, now=soon())
    *_, alert = await list_alerts(conn)
    assert (alert.monitor, alert.release_id) == ("abstained_share", second.id)
    assert (alert.value, alert.reaction) == (1.0, Reaction.ROLLED_BACK)
    assert (await get_live(conn)).id == live.id
    move = (await list_moves(conn))[0]
    assert (move.kind, move.author) == (MoveKind.REVERTED, "kefu")
    assert "abstained_share is 1" in move.reason


async def test_a_release_is_not_to_blame_for_what_was_so_before(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 40, outcome="abstained", ago=timedelta(minutes=30))
    waiting = await propose_setting(conn, resources, top_k=7)
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    await add_answers(conn, waiting.id, 40, outcome="abstained")
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert alert.reaction is Reaction.NONE
    assert (await get_live(conn)).id == waiting.id


async def test_the_first_release_has_nothing_to_go_back_to(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 40, outcome="abstained")
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert alert.reaction is Reaction.NONE


async def test_nothing_is_taken_back_where_the_company_says_so(
    conn: Connection, resources: Resources, second: Release, tmp_path: Path
) -> None:
    (tmp_path / "gates.toml").write_text("[monitors]\nreverts = false\n")
    await add_answers(conn, second.id, 40, outcome="abstained")
    await watch(resources, now=soon())
    alerts = await list_alerts(conn)
    assert {each.monitor for each in alerts} == {"abstained_share", "abstained_rise"}
    assert {each.reaction for each in alerts} == {Reaction.NONE}
    assert (await get_live(conn)).id == second.id


async def test_a_release_goes_back_only_where_the_one_before_was_certainly_better(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 16, ago=timedelta(minutes=30))
    await add_answers(conn, live.id, 24, outcome="abstained", ago=timedelta(minutes=30))
    waiting = await propose_setting(conn, resources, top_k=7)
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    await add_answers(conn, waiting.id, 8)
    await add_answers(conn, waiting.id, 32, outcome="abstained")
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert (alert.monitor, alert.reaction) == ("abstained_share", Reaction.NONE)
    assert (await get_live(conn)).id == waiting.id


async def test_a_canary_that_breaches_ends_and_the_live_release_stays(
    conn: Connection, resources: Resources, second: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=5)
    await start_trial(conn, tried.id, TrialKind.CANARY, share=0.5, author=AUTHOR)
    await add_answers(conn, second.id, 40)
    await add_answers(conn, tried.id, 40, seconds=60.0)
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert (alert.release_id, alert.reaction) == (tried.id, Reaction.TRIAL_ENDED)
    assert await find_trial(conn) is None
    assert (await get_live(conn)).id == second.id


async def test_a_canary_stays_where_the_live_release_breaches_too(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=5)
    await start_trial(conn, tried.id, TrialKind.CANARY, share=0.5, author=AUTHOR)
    for each in (live, tried):
        await add_answers(conn, each.id, 40, seconds=60.0)
    await watch(resources, now=soon())
    assert {each.reaction for each in await list_alerts(conn)} == {Reaction.NONE}
    assert await find_trial(conn) is not None


async def test_an_alert_is_raised_once_and_cleared_when_the_limit_is_kept(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 40, outcome="abstained")
    await watch(resources, now=soon())
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn, is_open=True)
    await watch(resources, now=soon() + timedelta(hours=2))
    (cleared,) = await list_alerts(conn)
    assert cleared.id == alert.id
    assert cleared.cleared_at is not None


async def test_thumbs_down_count(conn: Connection, resources: Resources, live: Release) -> None:
    await add_answers(conn, live.id, 30, rating=-1)
    await add_answers(conn, live.id, 5, rating=1)
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert (alert.monitor, alert.sample_count) == ("disliked_share", 35)


async def test_questions_about_other_things_are_noticed_and_roll_nothing_back(
    conn: Connection, resources: Resources, second: Release
) -> None:
    odd = "Does the zeppelin license cover hydrogen balloons?"
    await add_answers(conn, second.id, 40, question=odd)
    await add_answers(conn, second.id, 40, ago=timedelta(days=2))
    await watch(resources, now=soon())
    (alert,) = await list_alerts(conn)
    assert (alert.monitor, alert.reaction) == ("question_distance", Reaction.NONE)
    assert "zeppelin" in alert.detail
    assert (await get_live(conn)).id == second.id


async def test_the_same_questions_are_no_drift(
    conn: Connection, resources: Resources, second: Release
) -> None:
    await add_answers(conn, second.id, 40)
    (watched,) = await read_monitors(conn, resources, now=soon())
    assert not any(each.is_breached for each in watched.readings)


def test_vectors_of_one_kind_lie_no_further_apart_than_chance() -> None:
    draw = np.random.default_rng(3)
    one, other = draw.normal(size=(2, 60, 16)) + 1.0
    moved = other + np.eye(16)[0] * 4
    by_chance, by_a_move = (
        chance(measure_distance(one, each), shuffle_distances(one, each)) for each in (other, moved)
    )
    assert by_a_move <= 0.001 < 0.05 < by_chance


def test_a_word_counts_as_unknown_when_several_use_it() -> None:
    recent = ["refund for a drone", "drone lost", "my drone", "one kite"]
    assert list_unknown_words(recent, ["refund please"]) == ["drone"]
