"""A dataset put to a candidate, case by case; killed at any point, it goes on where it was."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial

from opentelemetry import trace

from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.evaluation.asking import add_verdict, ask
from kefu.evaluation.candidates import Setup, choose_endpoint, require_whole_index, set_up
from kefu.evaluation.evaluators import grade
from kefu.evaluation.records import (
    Candidate,
    Case,
    DatasetVersion,
    Experiment,
    Reply,
    Result,
    Split,
)
from kefu.evaluation.store.datasets import list_cases
from kefu.evaluation.store.experiments import (
    NewExperiment,
    find_unfinished,
    finish_experiment,
    get_experiment,
    insert_experiment,
    insert_result,
    list_cached,
    list_experiments,
    list_results,
    only_runner,
)
from kefu.evaluation.working import work_through
from kefu.llm import ChatEndpoint
from kefu.resources import Resources

SEED = 20_261_121
CONCURRENCY = 4
LATEST = "latest"
LONGEST_NAME = 63

OnProgress = Callable[[int, int], None]
Cached = tuple[Reply, datetime]

tracer = trace.get_tracer("kefu.evaluation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run.

    Attributes:
        base: to be asked; None: that of the dataset.
        sample: so many cases, drawn by the seed.
        judge: the endpoint that judges.
        is_fresh: earlier replies of the same candidate are not used again.
    """

    version: DatasetVersion
    author: str
    candidate: Candidate = field(default_factory=Candidate)
    name: str = ""
    base: str | None = None
    splits: Sequence[Split] = tuple(Split)
    sample: int | None = None
    seed: int = SEED
    judge: str | None = None
    concurrency: int = CONCURRENCY
    is_fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """An experiment under way."""

    experiment: Experiment
    setup: Setup
    judge: ChatEndpoint | None


async def run_experiment(
    resources: Resources, plan: Plan, *, on_progress: OnProgress = lambda _done, _count: None
) -> Experiment:
    """Ask every case that has no result yet, grade the replies, and keep each at once.

    An experiment that asks the same of the same candidate from the same knowledge and did not
    reach its end goes on.

    Raises:
        BadInput: the name is none, there is no case to ask, or the candidate cannot be set up.
        NotFound: there is no such base, prompt or endpoint.
        Conflict: another process runs the very same.
        GateClosed: the index of the base is damaged.
    """
    require_name(plan.name)
    setup = await set_up(resources, plan.candidate, base_name=plan.base or plan.version.base)
    judge = await choose_endpoint(resources, plan.judge) if plan.judge else None
    async with resources.database.connection() as conn:
        await require_whole_index(conn, setup)
        cases = choose_cases(await list_cases(conn, plan.version.id), plan)
        wanted = _describe(plan, setup, case_count=len(cases))
        experiment_id = await find_unfinished(conn, wanted) or await insert_experiment(conn, wanted)
        async with only_runner(conn, experiment_id):
            experiment = await get_experiment(conn, experiment_id)
            done = {each.case_id for each in await list_results(conn, experiment_id)}
            left = [case for case in cases if case.id not in done]
            cached = {} if plan.is_fresh else await _find_cached(conn, setup, left)
            run = _Run(experiment=experiment, setup=setup, judge=judge)
            on_progress(len(done), len(cases))
            attributes = {"kefu.experiment": experiment_id, "kefu.case_count": len(left)}
            with tracer.start_as_current_span("experiment", attributes=attributes):
                await work_through(
                    left,
                    partial(_answer_one, run, cached),
                    at_once=plan.concurrency,
                    on_done=lambda count: on_progress(len(done) + count, len(cases)),
                )
            await finish_experiment(conn, experiment_id)
            return await get_experiment(conn, experiment_id)


async def find_begun(resources: Resources, plan: Plan) -> int | None:
    """The unfinished experiment that this plan would go on with.

    Raises:
        BadInput: there is no case to ask, or the candidate cannot be set up.
        NotFound: there is no such base, prompt or endpoint.
    """
    setup = await set_up(resources, plan.candidate, base_name=plan.base or plan.version.base)
    async with resources.database.connection() as conn:
        cases = choose_cases(await list_cases(conn, plan.version.id), plan)
        return await find_unfinished(conn, _describe(plan, setup, case_count=len(cases)))


async def find_experiment(conn: Connection, reference: str) -> Experiment:
    """The experiment of a number, the latest of a name, or the latest of all.

    Raises:
        NotFound: there is none.
    """
    if reference.isascii() and reference.isdigit() and len(reference) < 18:
        return await get_experiment(conn, int(reference))
    name = None if reference == LATEST else reference
    found = await list_experiments(conn, name=name, limit=1)
    if not found:
        raise NotFound(
            "There is no experiment %(name)s. `kefu evaluation list` shows those there are.",
            name=repr(reference),
        )
    return found[0]


def require_name(name: str) -> None:
    """Let an experiment be called so, or not be called at all.

    Raises:
        BadInput: it could not be found by this name.
    """
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(
            "The name of an experiment has at most %(most)s characters, in one line.",
            most=LONGEST_NAME,
        )
    if name == LATEST or (name.isascii() and name.isdigit()):
        raise BadInput(
            "%(name)s is no name of an experiment, because it already means one: digits alone are"
            " read as its number, and `latest` as the last of all.",
            name=repr(name),
        )


def choose_cases(cases: Sequence[Case], plan: Plan) -> list[Case]:
    """Those of the splits, or a sample of them, in the dataset's order.

    Raises:
        BadInput: there is none.
    """
    chosen = [case for case in cases if case.split in plan.splits]
    if plan.sample is not None and plan.sample < len(chosen):
        draw = random.Random(plan.seed)  # noqa: S311 - to be drawn again
        kept = draw.sample(range(len(chosen)), plan.sample)
        chosen = [chosen[place] for place in sorted(kept)]
    if not chosen:
        raise BadInput(
            "%(version)s has no case in %(splits)s.",
            version=plan.version,
            splits=", ".join(plan.splits),
        )
    return chosen


def _describe(plan: Plan, setup: Setup, *, case_count: int) -> NewExperiment:
    return NewExperiment(
        name=plan.name,
        version_id=plan.version.id,
        base=setup.base.name,
        splits=sorted(plan.splits),
        sample=plan.sample,
        seed=plan.seed,
        judge=plan.judge,
        concurrency=plan.concurrency,
        candidate=asdict(plan.candidate),
        configuration=setup.configuration,
        fingerprint=setup.fingerprint,
        knowledge_digest=setup.knowledge_digest,
        endpoint_checks=setup.endpoint_checks,
        unproven=[asdict(each) for each in setup.unproven],
        release_id=None if plan.candidate != Candidate() else setup.resources.release_id,
        case_count=case_count,
        author=plan.author,
    )


async def _find_cached(conn: Connection, setup: Setup, cases: Sequence[Case]) -> dict[str, Cached]:
    return await list_cached(
        conn,
        [case.asked_digest for case in cases],
        fingerprint=setup.fingerprint,
        knowledge_digest=setup.knowledge_digest,
    )


async def _answer_one(run: _Run, known: Mapping[str, Cached], case: Case) -> None:
    cached = known.get(case.asked_digest)
    with tracer.start_as_current_span("case", attributes={"kefu.case": case.id}):
        reply, replied_at = cached or (await ask(run.setup, case), datetime.now(UTC))
        reply = await add_verdict(run.setup.resources, run.judge, case, reply)
    async with run.setup.resources.database.transaction() as conn:
        await insert_result(
            conn,
            Result(
                experiment_id=run.experiment.id,
                case_id=case.id,
                case_digest=case.digest,
                asked_digest=case.asked_digest,
                split=case.split,
                tags=case.tags,
                language=case.language,
                expected=case.behaviour,
                reply=reply,
                grades=grade(case, reply),
                is_cached=cached is not None,
                replied_at=replied_at,
            ),
        )
