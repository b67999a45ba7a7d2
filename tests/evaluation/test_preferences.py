"""People choose between two replies without knowing whose they are; candidates are ranked by it."""

import asyncio
import json
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from httpx import ASGITransport, AsyncClient
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in
from typer.testing import CliRunner

from kefu.cli import app as cli
from kefu.errors import Conflict
from kefu.evaluation import Candidate, DatasetVersion, Plan, run_experiment, unseal
from kefu.evaluation.preferences import choose, offer_pair, rank_experiments
from kefu.evaluation.ranking import Judgment, fit, rank
from kefu.evaluation.records import Choice, Pair
from kefu.evaluation.store.experiments import get_result
from kefu.resources import Resources
from kefu.server import attach, create_app

PAGE = "/admin/evaluation/preferences"
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
WINS = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ],
    dtype=float,
)
"""Games of the eastern division of the American League in 1987 (Agresti, "Categorical Data
Analysis", 2nd edition, 2002, table 10.10)."""

STRENGTHS = (1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0.0)
"""As Agresti and the R package BradleyTerry2 report them, Baltimore being 0."""


def test_strengths_are_those_of_the_literature() -> None:
    found = fit(WINS, prior=0.0)
    assert found - found[-1] == pytest.approx(STRENGTHS, abs=0.001)


def test_tables_are_fitted_many_at_once_as_one_by_one() -> None:
    draw = np.random.default_rng(2)
    tables = draw.integers(0, 9, (5, 4, 4)).astype(float)
    together = fit(tables)
    assert together == pytest.approx(np.array([fit(each) for each in tables]), abs=1e-6)


def judge_by(strengths: list[float], *, cases: int, seed: int) -> list[Judgment]:
    """What somebody would choose who follows the model."""
    draw = np.random.default_rng(seed)
    return [
        Judgment(
            case_id=f"c{case}",
            first=one,
            second=other,
            won=float(draw.random() < 1 / (1 + np.exp(strengths[other] - strengths[one]))),
        )
        for case in range(cases)
        for one, other in combinations(range(len(strengths)), 2)
    ]


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    strengths = [0.8, 0.0, -0.8]
    held = 0
    for seed in range(60):
        for each in rank(judge_by(strengths, cases=60, seed=seed), 3, seed=1):
            truth = 1 / (1 + np.exp(-strengths[each.place]))
            assert each.interval is not None
            held += each.interval[0] <= truth <= each.interval[1]
    assert 160 <= held <= 180


def test_a_candidate_that_always_won_has_a_finite_strength_and_ties_are_halves() -> None:
    won = [Judgment(case_id=f"c{n}", first=0, second=1, won=1.0) for n in range(5)]
    first, second = rank(won, 3, seed=1)
    assert (first.place, second.place) == (0, 1)
    assert 0.5 < first.chance < 1.0
    assert (first.won, first.count, second.won) == (5, 5, 0)
    ties = [Judgment(case_id=f"c{n}", first=0, second=1, won=0.5) for n in range(5)]
    assert [each.chance for each in rank(ties, 2, seed=1)] == pytest.approx([0.5, 0.5])


def test_choices_about_few_cases_make_no_interval() -> None:
    def choose_of(count: int, first: int) -> list[Judgment]:
        return [Judgment(case_id=f"c{n}", first=first, second=2, won=1.0) for n in range(count)]

    ranked = rank([*choose_of(10, 0), *choose_of(9, 1)], 3, seed=1)
    told = {each.place: (each.case_count, each.interval is not None) for each in ranked}
    assert told == {0: (10, True), 1: (9, False), 2: (10, True)}
    asked_twice = rank([*choose_of(9, 0), *choose_of(9, 0)], 3, seed=1)
    assert [(each.count, each.interval) for each in asked_twice] == [(18, None), (18, None)]


@pytest.fixture
async def experiments(resources: Resources, version: DatasetVersion) -> list[int]:
    """The live candidate, one that abstains from everything, and the first one again."""
    candidates = [
        ("live", Candidate()),
        ("strict", Candidate(settings={"answering.min_confidence": "1.0"})),
        ("again", Candidate()),
    ]
    return [
        (
            await run_experiment(
                resources, Plan(version=version, author="li", name=name, candidate=candidate)
            )
        ).id
        for name, candidate in candidates
    ]


async def offer(resources: Resources, author: str) -> Pair | None:
    async with resources.database.transaction() as conn:
        return await offer_pair(conn, "shop", author=author)


async def choose_all(resources: Resources, author: str, wanted: int) -> list[Pair]:
    """Prefer this experiment wherever it stands, until nothing is left."""
    pairs = []
    while pair := await offer(resources, author):
        choice = Choice.LEFT if pair.left_id == wanted else Choice.RIGHT
        async with resources.database.transaction() as conn:
            await choose(conn, pair.id, choice, author=author)
        pairs.append(pair)
    return pairs


async def test_a_pair_stays_until_somebody_has_chosen_and_is_judged_once(
    resources: Resources, experiments: list[int]
) -> None:
    first = await offer(resources, "ann")
    assert first is not None
    assert await offer(resources, "ann") == first
    assert {first.left_id, first.right_id} == {experiments[1], experiments[2]}
    async with resources.database.transaction() as conn:
        with pytest.raises(Conflict):
            await choose(conn, first.id, Choice.LEFT, author="ben")
        await choose(conn, first.id, Choice.LEFT, author="ann")
        with pytest.raises(Conflict):
            await choose(conn, first.id, Choice.RIGHT, author="ann")
    rest = await choose_all(resources, "ann", experiments[2])
    cases = [first.case_id, *(each.case_id for each in rest)]
    assert sorted(cases) == sorted(set(cases))
    async with resources.database.connection() as conn:
        replies = [
            (await get_result(conn, id, case)).reply.answer
            for case in cases
            for id in experiments[1:]
        ]
    assert all(one != other for one, other in zip(replies[::2], replies[1::2], strict=True))


async def test_sealed_cases_are_not_shown(
    resources: Resources, version: DatasetVersion, experiments: list[int]
) -> None:
    shown = {each.case_id for each in await choose_all(resources, "ann", experiments[2])}
    async with resources.database.transaction() as conn:
        await unseal(conn, version, author="li", reason="To see.")
    unsealed = {each.case_id for each in await choose_all(resources, "ann", experiments[2])}
    assert "a4" not in shown
    assert "a4" in unsealed


async def test_both_orders_occur(resources: Resources, experiments: list[int]) -> None:
    pairs = [await offer(resources, f"person {number}") for number in range(30)]
    orders = Counter(each.left_id for each in pairs if each)
    assert min(orders[experiments[1]], orders[experiments[2]]) >= 3


async def test_what_is_preferred_ranks_first(resources: Resources, experiments: list[int]) -> None:
    judged = 0
    for author in ("ann", "ben", "eve"):
        judged += len(await choose_all(resources, author, experiments[2]))
    async with resources.database.connection() as conn:
        ranking = await rank_experiments(conn, "shop")
    best, worst = ranking.ranked
    assert (best.experiment.id, worst.experiment.id) == (experiments[2], experiments[1])
    assert best.standing.chance > 0.8 > 0.2 > worst.standing.chance
    assert ranking.has_too_few  # the shop has six cases
    assert (ranking.judgment_count, ranking.people_count) == (judged, 3)


@pytest.fixture
async def editor(resources: Resources) -> AsyncClient:
    app = create_app(resources.settings)
    attach(app, resources)
    headers = {"accept": "text/html", "accept-language": "en"}
    client = AsyncClient(transport=ASGITransport(app), base_url="http://kefu", headers=headers)
    await sign_in(client, resources.database, "editor")
    return client


async def test_the_page_hides_whose_answers_they_are(
    editor: AsyncClient, resources: Resources, experiments: list[int]
) -> None:
    page = LexborHTMLParser((await editor.get(PAGE)).raise_for_status().text)
    form = page.css_first("form.choice")
    names = {each.attributes["name"] for each in form.css("input, button")}
    assert names == {"csrf", "dataset", "choice"}
    for hidden in ("live", "strict", "again"):
        assert hidden not in form.html
    assert len(form.css(".sides section")) == 2
    path = form.attributes["action"]
    assert (await editor.post(path, data={"choice": "mine"})).status_code == 400
    response = await editor.post(path, data={"choice": "neither", "dataset": "shop"})
    assert (response.status_code, response.headers["location"]) == (303, f"{PAGE}?dataset=shop")
    assert (await editor.post(path, data={"choice": "left"})).status_code == 409
    shown = (await editor.get(PAGE)).text
    assert "Choices: 1, people: 1, neither answer good: 1." in shown
    assert "strict" in shown
    assert "too few choices" in shown
    assert "An interval takes choices about at least 10 cases of a candidate" in shown
    assert (await editor.get(f"{PAGE}?dataset=nothing")).status_code == 404


async def test_those_who_may_only_read_see_the_ranking_alone(
    editor: AsyncClient, resources: Resources, experiments: list[int]
) -> None:
    await choose_all(resources, "ann", experiments[2])
    await sign_in(editor, resources.database, "manager")
    page = (await editor.get(PAGE)).raise_for_status().text
    assert "How the candidates rank" in page
    assert 'class="choice"' not in page


async def test_the_command_shows_the_ranking(
    resources: Resources,
    experiments: list[int],
    migrated_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = len(await choose_all(resources, "ann", experiments[2]))
    monkeypatch.setenv("KEFU_DATABASE_URL", migrated_url)
    words = ["evaluation", "preferences", "--dataset", "shop"]
    shown = await asyncio.to_thread(CliRunner().invoke, cli, words)
    assert shown.exit_code == 0, shown.output
    assert f"{judged} choices of 1 people" in shown.stdout
    assert shown.stdout.count("too few choices") == 2
    assert "at least 10 cases" in shown.stdout
    assert shown.stdout.index("(again)") < shown.stdout.index("(strict)")
    printed = await asyncio.to_thread(CliRunner().invoke, cli, [*words, "--json"])
    first = json.loads(printed.stdout)["ranked"][0]
    assert (first["experiment"]["id"], first["standing"]["won"]) == (experiments[2], judged)
