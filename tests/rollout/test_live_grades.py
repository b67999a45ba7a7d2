"""A share of the live answers is graded; what the grades say is watched and shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from httpx import AsyncClient
from live_answers import add_answers, soon
from psycopg.types.json import Jsonb
from released import AUTHOR, propose_setting
from signing_in import sign_in

from kefu.db import Connection, Database
from kefu.releases import Release, TrialKind, get_live, start_trial
from kefu.resources import Resources
from kefu.rollout import override, watch
from kefu.rollout.drift import measure_strangeness
from kefu.rollout.grading import MOST_AT_ONCE, grade_sample
from kefu.rollout.records import GradeFigures, Reaction
from kefu.rollout.store import list_alerts, list_day_grades, list_ungraded, read_grade_figures

PAGE = "/admin/releases/_graded"
QUOTE = "A refund is paid within 7 days."
GOOD = {"text": "A refund is paid within 7 days. [1]", "quote": QUOTE}
WRONG = {"text": "A refund is paid within 99 days. [1]", "quote": QUOTE}


@pytest.fixture(autouse=True)
def all_are_graded(tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text("[monitors]\ngraded_share = 1.0\n")


@pytest.fixture
def none_is_graded(all_are_graded: None, tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text("[monitors]\ngraded_share = 0.0\n")


async def grade_everything(resources: Resources) -> int:
    count = 0
    while graded := await grade_sample(resources, now=soon()):
        assert graded <= MOST_AT_ONCE
        count += graded
    return count


async def read(conn: Connection, release: Release) -> dict[str, GradeFigures]:
    begin = datetime.now(UTC) - timedelta(days=1)
    found = await read_grade_figures(conn, release.id, since=begin, until=soon())
    return {each.evaluator: each for each in found}


async def test_live_answers_are_graded_once_and_a_bounded_number_at_a_time(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 35, **GOOD)
    await add_answers(conn, live.id, 5, **WRONG)
    assert await grade_everything(resources) == 40
    figures = await read(conn, live)
    assert set(figures) == {
        "faithfulness", "answer_relevance", "format", "safety", "tone", "language",
    }  # fmt: skip
    assert (figures["faithfulness"].graded_count, figures["faithfulness"].value_sum) == (40, 35)
    assert figures["safety"].value_sum == 40


async def test_only_fresh_answers_of_releases_that_answer_are_graded(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried, shadow = [await propose_setting(conn, resources, top_k=each) for each in (5, 6)]
    await start_trial(conn, tried.id, TrialKind.CANARY, share=0.5, author=AUTHOR)
    await add_answers(conn, live.id, 3, **GOOD)
    await add_answers(conn, tried.id, 2, **GOOD)
    await add_answers(conn, shadow.id, 4, **GOOD)
    await add_answers(conn, live.id, 6, ago=timedelta(hours=2), **GOOD)
    assert await grade_everything(resources) == 5


async def test_a_larger_share_contains_the_smaller_one(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 200, **GOOD)
    since = datetime.now(UTC) - timedelta(hours=1)
    drawn = [
        {
            each.message_id
            for each in await list_ungraded(conn, [live.id], since=since, share=share, limit=999)
        }
        for share in (0.2, 0.5, 1.0)
    ]
    assert drawn[0] < drawn[1] < drawn[2]
    assert 15 <= len(drawn[0]) <= 70


async def test_nothing_is_graded_where_the_company_says_so(
    conn: Connection, resources: Resources, live: Release, none_is_graded: None
) -> None:
    await add_answers(conn, live.id, 5, **GOOD)
    assert await grade_everything(resources) == 0


async def test_an_answer_in_a_form_of_its_own_has_no_grades_and_stops_nothing(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 1, **GOOD)
    await conn.execute("update messages set answer = %s where answer is not null", [Jsonb({})])
    await add_answers(conn, live.id, 1, **GOOD)
    assert await grade_everything(resources) == 2
    assert (await read(conn, live))["safety"].graded_count == 1


@pytest.mark.parametrize(
    ("answer", "monitor"),
    [
        (WRONG, "unfaithful_share"),
        (GOOD | {"text": "A refund is paid within 7 days. [4]"}, "malformed_share"),
        (GOOD | {"text": "Call ada@example.org within 7 days. [1]"}, "unsafe_share"),
        (GOOD | {"text": "退款在七个工作日之内到账，请耐心等待。[1]"}, "wrong_language_share"),
    ],
)
async def test_a_fresh_release_with_flawed_answers_goes_back_by_itself(
    conn: Connection,
    resources: Resources,
    live: Release,
    answer: dict[str, str],
    monitor: str,
) -> None:
    await add_answers(conn, live.id, 40, **GOOD)
    await grade_everything(resources)
    waiting = await propose_setting(conn, resources, top_k=7)
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    await add_answers(conn, waiting.id, 40, **answer)
    await watch(resources, now=soon())
    assert await list_alerts(conn) == []
    await grade_everything(resources)
    await watch(resources, now=soon())
    alerts = {each.monitor: each for each in await list_alerts(conn)}
    assert alerts[monitor].sample_count == 40
    assert Reaction.ROLLED_BACK in {each.reaction for each in alerts.values()}
    assert (await get_live(conn)).id == live.id


async def test_a_release_is_not_to_blame_for_flaws_of_the_one_before(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 40, **WRONG)
    await grade_everything(resources)
    waiting = await propose_setting(conn, resources, top_k=7)
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    await add_answers(conn, waiting.id, 40, **WRONG)
    await grade_everything(resources)
    await watch(resources, now=soon())
    assert {each.reaction for each in await list_alerts(conn)} == {Reaction.NONE}
    assert (await get_live(conn)).id == waiting.id


async def test_the_page_shows_grades_by_day_and_release_and_what_is_flawed(
    conn: Connection, resources: Resources, live: Release, client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "editor")
    assert "No live answer was graded" in (await client.get(PAGE)).text
    await add_answers(conn, live.id, 3, **GOOD)
    await add_answers(conn, live.id, 1, question="Call ada@example.org: how fast?", **WRONG)
    await grade_everything(resources)
    (line,) = await list_day_grades(conn, since=datetime.now(UTC) - timedelta(days=1))
    assert (line.release_id, line.graded_count) == (live.id, 4)
    assert line.means["faithfulness"] == 0.75
    page = (await client.get(PAGE)).text
    assert "Call [email]: how fast?" in page
    assert "ada@example.org" not in page
    assert "Of 1 sentences 1 are not supported: 99" in page
    assert page.count("Make a case of this answer") == 1
    zh = await client.get(PAGE, headers={"accept-language": "zh"})
    assert "1 句中有 1 句没有依据：99" in zh.text
    await sign_in(client, database, "manager")
    assert "Make a case" not in (await client.get(PAGE)).text


def test_questions_are_strange_when_they_lie_further_than_the_known_ones_from_each_other() -> None:
    draw = np.random.default_rng(5)
    topics = draw.normal(size=(6, 32)) * 4

    def ask(count: int, *, about: np.ndarray) -> np.ndarray:
        return about[draw.integers(0, len(about), count)] + draw.normal(size=(count, 32))

    known = ask(300, about=topics)
    elsewhere = draw.normal(size=(2, 32)) * 4
    assert measure_strangeness(ask(200, about=topics), known) == pytest.approx(0.5, abs=0.06)
    assert measure_strangeness(ask(200, about=elsewhere), known) > 0.95
    assert measure_strangeness(known, known) == 0


async def test_many_questions_nobody_asked_before_are_told_and_roll_nothing_back(
    conn: Connection, resources: Resources, live: Release
) -> None:
    waiting = await propose_setting(conn, resources, top_k=7)
    await override(conn, waiting.id, author=AUTHOR, reason="Better.")
    for number in range(40):
        usual = f"When is refund {number} of my order paid?"
        await add_answers(conn, live.id, 1, question=usual, ago=timedelta(days=2))
        await add_answers(conn, waiting.id, 1, question=f"When is refund {number + 7} paid?")
    odd = "Does the zeppelin license cover hydrogen balloons?"
    await add_answers(conn, waiting.id, 30, question=odd)
    await watch(resources, now=soon())
    alert = next(each for each in await list_alerts(conn) if each.monitor == "unknown_share")
    assert (alert.reaction, alert.sample_count) == (Reaction.NONE, 70)
    assert alert.value > 0.6
    assert "zeppelin" in alert.detail
    assert (await get_live(conn)).id == waiting.id
