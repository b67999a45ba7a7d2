"""A model is believed when it takes nothing that was changed for the same."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from reader_server import OTHER, SAME, ReaderServer, agree, chat, know, say, serve_reader

from kefu.answering import keeps_facts
from kefu.errors import ModelUnavailable, NotFound
from kefu.evaluation.judging import measure_kappa
from kefu.evaluation.readers import Outcome, ReaderTrial, load_sentences
from kefu.evaluation.reading import find_readers, try_reader
from kefu.llm import open_endpoints
from kefu.resources import Resources
from kefu.settings import EndpointSettings, Settings

COUNT = len(load_sentences())


def make_trial(recognised: int, missed: int, count: int = 66) -> ReaderTrial:
    outcomes = [
        Outcome(id=str(n), kind="who", is_same=n < recognised, is_other=n < missed, unread_count=0)
        for n in range(count)
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


@pytest.mark.parametrize(
    ("recognised", "missed", "count", "problem"),
    [
        (66, 0, 66, None),
        (53, 0, 66, None),  # kappa 0.803
        (52, 0, 66, r"kappa is 0\.79"),
        (66, 1, 66, r"takes 1 of 66 .* \(up to 7\.0%; at most 5%\)"),
        (66, 66, 66, r"kappa is 0\.00"),
        (58, 0, 58, r"takes 0 of 58"),  # too few to tell
        (59, 0, 59, None),
    ],
)
def test_one_miss_or_little_agreement_is_enough_not_to_believe(
    recognised: int, missed: int, count: int, problem: str | None
) -> None:
    trial = make_trial(recognised, missed, count)
    assert trial.is_trusted == (problem is None)
    if problem:
        assert any(re.search(problem, each) for each in trial.problems)
    said = [(each.is_same, True) for each in trial.outcomes]
    said += [(each.is_other, False) for each in trial.outcomes]
    assert trial.kappa.mean == pytest.approx(measure_kappa(said))
    assert trial.kappa.low <= trial.kappa.mean <= trial.kappa.high


def test_the_sentences_are_balanced_and_leave_the_telling_to_the_model() -> None:
    given = load_sentences()
    assert len({each.id for each in given}) == len(given) == 126
    assert Counter(each.language for each in given) == {"en": 63, "zh": 63}
    assert Counter((each.language, each.kind) for each in given).most_common()[-1][1] == 4
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


@pytest.mark.parametrize("difference", ["", "None.", "无。"])
async def test_a_model_that_tells_them_apart_is_believed(
    resources: Resources, server: ReaderServer, difference: str
) -> None:
    server.says = lambda *texts: say("yes", difference) if know(*texts) == SAME else OTHER
    trial, believed = await attempt(resources, server)
    assert (trial.recognised_count, trial.missed_count, trial.kappa.mean) == (COUNT, 0, 1.0)
    assert believed == ["reader (m)"]
    given = load_sentences()[0]
    assert {(given.before, given.same), (given.same, given.before)} <= set(server.asked)
    assert all(each["json_schema"]["schema"]["required"] for each in server.schemas)


@pytest.mark.parametrize(
    ("says", "missed", "unread"),
    [(agree, COUNT, 0), (chat, 0, 2 * COUNT), (lambda *_: say("yes", "who"), 0, 0)],
)
async def test_a_model_that_does_not_is_not_and_trying_again_does_not_help(
    resources: Resources, server: ReaderServer, says: Any, missed: int, unread: int
) -> None:
    server.says = says
    trial, believed = await attempt(resources, server)
    assert (trial.missed_count, trial.unread_count, believed) == (missed, unread, [])
    if says is agree:
        server.says = know
        trial, believed = await attempt(resources, server)
        assert (trial.is_trusted, believed) == (True, [])
        assert (await attempt(resources, server, model="other"))[1] == ["reader (other)"]


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
    assert "kappa 1.00, 95 % interval 1.00 to 1.00" in told
    assert "taken for it: 0 of 126; with 95 % confidence at most 2.3%" in told
    server.says = agree
    found = await asyncio.to_thread(
        lambda: command("evaluation", "try-reader", "m", "--json", code=1)
    )
    assert (found["is_trusted"], found["missed_count"]) == (False, COUNT)
    assert found["kappa"]["mean"] == 0.0
