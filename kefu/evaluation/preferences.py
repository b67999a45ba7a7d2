"""People prefer one of two replies without knowing whose they are; candidates are ranked by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import randbelow
from uuid import UUID, uuid4

from kefu.db import Connection
from kefu.errors import Conflict
from kefu.evaluation.experiments import SEED
from kefu.evaluation.ranking import LEAST_CASES, Judgment, Standing, rank
from kefu.evaluation.records import Choice, Experiment, Pair, Preference
from kefu.evaluation.store.datasets import get_version
from kefu.evaluation.store.experiments import get_experiment, list_experiments
from kefu.evaluation.store.preferences import (
    draw_pair,
    find_open_pair,
    list_preferences,
    replace_open_pair,
    update_choice,
)

WON = {Choice.LEFT: 1.0, Choice.RIGHT: 0.0, Choice.BOTH: 0.5, Choice.NEITHER: 0.5}
MOST_CANDIDATES = 8
"""The latest ones; among more, each pair would be judged too seldom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedExperiment:
    """An experiment with where it stands."""

    experiment: Experiment
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The experiments on a dataset by what people prefer, the best first.

    Attributes:
        neither_count: judgments by which both replies are bad.
        least_cases: so many cases of a candidate must be judged for an interval.
    """

    dataset: str
    ranked: Sequence[RankedExperiment]
    judgment_count: int
    people_count: int
    neither_count: int
    least_cases: int = LEAST_CASES

    @property
    def has_too_few(self) -> bool:
        """Whether a candidate has no interval yet."""
        return any(each.standing.interval is None for each in self.ranked)


async def offer_pair(conn: Connection, dataset: str, *, author: str) -> Pair | None:
    """Two replies for this person to judge; the same ones until a choice is made.

    None where everything was judged, or no two candidates reply differently.

    Raises:
        NotFound: there is no such dataset.
    """
    among = await _list_candidates(conn, dataset)
    shown = await find_open_pair(conn, among, author=author)
    if shown is not None:
        return shown
    drawn = await draw_pair(conn, among, author=author)
    if drawn is None:
        return None
    case_id, *experiments = drawn
    left = randbelow(2)
    pair = Pair(
        id=uuid4(),
        case_id=case_id,
        left_id=experiments[left],
        right_id=experiments[1 - left],
        author=author,
    )
    await replace_open_pair(conn, pair)
    return pair


async def choose(conn: Connection, pair_id: UUID, choice: Choice, *, author: str) -> None:
    """Keep what somebody prefers.

    Raises:
        Conflict: the pair was judged already, or was shown to somebody else.
    """
    if not await update_choice(conn, pair_id, choice, author=author):
        raise Conflict("This pair is not open any more.")


async def rank_experiments(conn: Connection, dataset: str) -> Ranking:
    """The experiments on a dataset by what people prefer."""
    preferences = await list_preferences(conn, dataset)
    ids = sorted({id for each in preferences for id in (each.left_id, each.right_id)})
    standings = rank(_list_judgments(preferences, ids), len(ids), seed=SEED) if ids else []
    return Ranking(
        dataset=dataset,
        ranked=[
            RankedExperiment(experiment=await get_experiment(conn, ids[each.place]), standing=each)
            for each in standings
        ],
        judgment_count=len(preferences),
        people_count=len({each.author for each in preferences}),
        neither_count=sum(each.choice == Choice.NEITHER for each in preferences),
    )


async def _list_candidates(conn: Connection, dataset: str) -> list[int]:
    """The finished experiments on the latest version; of the same candidate the last one."""
    version = await get_version(conn, dataset)
    latest: dict[tuple[str, str], int] = {}
    for each in await list_experiments(conn, dataset=dataset):
        if each.version_id == version.id and each.finished_at is not None:
            latest.setdefault((each.fingerprint, each.knowledge_digest), each.id)
    return list(latest.values())[:MOST_CANDIDATES]


def _list_judgments(preferences: Sequence[Preference], ids: Sequence[int]) -> list[Judgment]:
    places = {id: place for place, id in enumerate(ids)}
    return [
        Judgment(
            case_id=each.case_id,
            first=places[each.left_id],
            second=places[each.right_id],
            won=WON[Choice(each.choice)],
        )
        for each in preferences
    ]
