"""A model is believed where it is surer than it was of what was changed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from reader_server import OTHER, SAME, ReaderServer, agree, chat, know, serve_reader

from kefu.answering import keeps_facts
from kefu.errors import ModelUnavailable, NotFound
from kefu.evaluation.judging import measure_kappa
from kefu.evaluation.readers import MOST_MISSED, Outcome, ReaderTrial, load_sentences
from kefu.evaluation.reading import find_readers, try_reader
from kefu.llm import open_endpoints
from kefu.resources import Resources
from kefu.settings import EndpointSettings, Settings

COUNT = len(load_sentences())


def make_trial(**by_language: tuple[list[float], list[float]]) -> ReaderTrial:
    """Of log-odds for those that say the same, and for the others."""
    outcomes = [
        Outcome(id=f"{language}-{n}", kind="who", language=language, same=same, other=other)
        for language, pairs in by_language.items()
        for n, (same, other) in enumerate(zip(*pairs, strict=True))
    ]
    return ReaderTrial(
        id=1,
        endpoint="reader",
        model="m",
        fingerprint="f",
        outcomes=outcomes,
        author="li",
        tried_at=datetime.now(UTC),
    )


GOOD = [2.0] * 63, [-2.0] * 63


@pytest.mark.parametrize(
    ("en", "threshold", "kappa"),
    [
        (GOOD, -2.0, 1.0),
        (([3.0] * 63, [1.0] * 63), 1.0, 1.0),
        (([3.0] * 63, [9.0, *[1.0] * 62]), 1.0, 62 / 63),  # one may pass
        (([3.0] * 63, [9.0, 2.5, *[1.0] * 61]), 2.5, 62 / 63),
        (([3.0] * 63, [9.0, 9.0, *[1.0] * 61]), 9.0, None),
        (([-1.0] * 63, [-9.0] * 63), -9.0, 1.0),  # inclined to say no
        (([2.0] * 12 + [-1.0] * 51, [-1.0] * 63), -1.0, None),  # kappa 0.19
        (([2.0] * 13 + [-1.0] * 50, [-1.0] * 63), -1.0, 13 / 63),
    ],
)
def test_it_is_believed_above_what_it_was_of_the_changed_ones(
    en: tuple[list[float], list[float]], threshold: float, kappa: float | None
) -> None:
    trial = make_trial(en=en, zh=GOOD)
    skill = trial.skills["en"]
    assert skill.threshold == threshold
    assert trial.thresholds == ({"zh": -2.0} if kappa is None else {"en": threshold, "zh": -2.0})
    assert [each[:10] for each in trial.problems] == (["en: kappa "] if kappa is None else [])
    if kappa is not None:
        assert skill.kappa.mean == pytest.approx(kappa)
    said = [(skill.recognises(each), True) for each in skill.outcomes]
    said += [(skill.misses(each), False) for each in skill.outcomes]
    assert skill.kappa.mean == pytest.approx(measure_kappa(said))


@pytest.mark.parametrize(("count", "spared"), [(29, None), (30, 0), (46, 0), (47, 0), (63, 1)])
def test_how_many_may_pass_goes_by_how_many_were_asked(count: int, spared: int | None) -> None:
    trial = make_trial(en=([2.0] * count, [-2.0] * count), zh=([2.0] * count, [-2.0] * count))
    assert bool(trial.thresholds) == (spared is not None)
    if spared is None:
        assert trial.problems == ["58 sentences are too few (up to 5.0% may be missed)"]
    else:
        assert {each.spared for each in trial.skills.values()} == {spared}


def test_with_all_that_are_spared_the_bound_still_holds() -> None:
    passing = [2.0] * 63, [9.0, *[-2.0] * 62]
    trial = make_trial(en=passing, zh=passing)
    assert [each.missed_count for each in trial.skills.values()] == [1, 1]
    assert 0.049 < trial.most_missed <= MOST_MISSED


def test_the_sentences_are_balanced_and_leave_the_telling_to_the_model() -> None:
    given = load_sentences()
    assert len({each.id for each in given}) == len(given) == 186
    assert Counter(each.language for each in given) == {"en": 93, "zh": 93}
    assert Counter((each.language, each.kind) for each in given).most_common()[-1][1] == 7
    left = [each for each in given if keeps_facts(each.before, each.other)]
    assert len(left) >= 50  # Kefu's own check would let these be read
    for each in given:
        assert len({each.before, each.same, each.other}) == 3


@pytest.fixture
async def server() -> AsyncIterator[ReaderServer]:
    async with serve_reader(know) as server:
        yield server


async def attempt(
    resources: Resources, server: ReaderServer, **given: object
) -> tuple[ReaderTrial, list[str]]:
    """The trial, and who is believed after it."""
    fields = {"name": "reader", "url": server.url, "model": "m", "key": None}
    endpoint = EndpointSettings.model_validate(fields | given)
    settings = Settings(endpoints=(endpoint,))
    async with open_endpoints(settings) as endpoints:
        opened = Resources(
            settings=settings,
            database=resources.database,
            embedder=resources.embedder,
            endpoint=endpoints,
            endpoints=endpoints,
        )
        trial = await try_reader(opened, "reader", author="li", on_progress=lambda *_: None)
        readers, _ = await find_readers(opened)
        return trial, [str(each) for each in readers]


async def test_a_model_that_tells_them_apart_is_believed(
    resources: Resources, server: ReaderServer
) -> None:
    trial, believed = await attempt(resources, server)
    assert trial.thresholds == {"en": pytest.approx(OTHER), "zh": pytest.approx(OTHER)}
    assert [each.recognised_count for each in trial.skills.values()] == [COUNT / 2, COUNT / 2]
    assert believed == ["reader (m)"]
    given = load_sentences()[0]
    assert {(given.before, given.same), (given.same, given.before)} <= set(server.asked)


async def test_a_model_that_knows_one_language_is_believed_in_it(
    resources: Resources, server: ReaderServer
) -> None:
    server.says = lambda *texts: know(*texts) if texts[0].isascii() else SAME
    trial, believed = await attempt(resources, server)
    assert (set(trial.thresholds), believed) == ({"en"}, ["reader (m)"])


@pytest.mark.parametrize(("says", "unread"), [(agree, 0), (chat, 2 * COUNT), (lambda *_: "no", 0)])
async def test_a_model_that_does_not_is_not_and_trying_again_does_not_help(
    resources: Resources, server: ReaderServer, says: Any, unread: int
) -> None:
    server.says = says
    trial, believed = await attempt(resources, server)
    assert (trial.unread_count, believed) == (unread, [])
    if says is agree:
        server.says = know
        trial, believed = await attempt(resources, server)
        assert (set(trial.thresholds), believed) == ({"en", "zh"}, [])
        assert (await attempt(resources, server, model="other"))[1] == ["reader (other)"]


async def test_a_server_without_probabilities_may_be_believed_too(
    resources: Resources, server: ReaderServer
) -> None:
    server.says = lambda *texts: "yes" if know(*texts) == SAME else "No."
    assert (await attempt(resources, server))[1] == ["reader (m)"]


async def test_one_that_fails_keeps_no_trial(resources: Resources, server: ReaderServer) -> None:
    with pytest.raises(ModelUnavailable):
        await attempt(resources, server, url="http://127.0.0.1:9/v1")
    async with resources.database.connection() as conn:
        rows = await conn.execute("select count(*) from evaluation_reader_trials")
        assert await rows.fetchone() == (0,)


async def test_the_command_says_why_a_model_is_not_used(
    resources: Resources, server: ReaderServer, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resources.endpoints is None
    monkeypatch.setenv("KEFU_MODEL__URL", server.url)
    monkeypatch.setenv("KEFU_MODEL__NAME", "m")
    with pytest.raises(NotFound, match="there are: m"):
        await asyncio.to_thread(command, "evaluation", "try-reader", "nope")
    told = await asyncio.to_thread(command, "evaluation", "try-reader", "m")
    assert "en: believed above log-odds of -5.00, where 93 of 93 say the same and 0 of 93" in told
    assert "at most 1.6% pass, with 95 % confidence" in told
    assert "m may clear doubts: zh, en." in told
    server.says = agree
    found = await asyncio.to_thread(
        lambda: command("evaluation", "try-reader", "m", "--json", code=1)
    )
    assert (found["is_trusted"], found["languages"]["zh"]["recognised_count"]) == (False, 0)
    server.says = chat
    found = await asyncio.to_thread(
        lambda: command("evaluation", "try-reader", "m", "--json", code=1)
    )
    assert (found["unread_count"], found["languages"]["en"]["threshold"]) == (2 * COUNT, None)
