"""Whether a release has shown that it may go live: experiments of it and of the live one."""

from kefu.db import Connection
from kefu.errors import GateClosed
from kefu.evaluation import (
    Candidate,
    Dataset,
    DatasetVersion,
    Experiment,
    Gates,
    OnProgress,
    Plan,
    Setup,
    Split,
    UnprovenInstruction,
    build_report,
    check_unproven,
    compare_experiments,
    find_unproven_instructions,
    judge_candidate,
    list_datasets,
    list_experiments,
    list_unshown,
    load_gates,
    read_version,
    record_acknowledged,
    run_experiment,
    set_up,
)
from kefu.knowledge import find_base
from kefu.prompts import parse_reference, parse_specification
from kefu.prompts import read_version as read_prompt
from kefu.releases import (
    Move,
    MoveKind,
    Release,
    apply_release,
    get_live,
    get_release,
    list_endpoint_pins,
)
from kefu.resources import Resources
from kefu.rollout.moving import make_live
from kefu.rollout.verdicts import DatasetVerdict, ReleaseVerdict, Shortcoming
from kefu.text import translatable as _

EXPERIMENTS_READ = 50
MOST_TOLD = 10  # unproven instructions in a refusal
NO_BASE = _(
    "It is about the knowledge base %(base)s, which there is not. Take its documents in, or name"
    " another one: `kefu evaluation import FILE --dataset %(dataset)s --base NAME`."
)
GONE = _(
    "Release %(release)s writes with the endpoint %(endpoint)s, which is not here or has another"
    " model by now. Enter it again, or propose a release without it."
)
NOT_PUT = _(
    "Release %(missing)s was not put to it as it would answer now;"
    " “Put the datasets to it” does it."
)
NOT_PUT_IN_TERMINAL = (
    "Release %(missing)s was not put to it as it would answer now;"
    " `kefu releases evaluate %(release)s` does it."
)


async def judge_release(conn: Connection, resources: Resources, release: Release) -> ReleaseVerdict:
    """What the gate says of a release by the experiments that there are.

    Only experiments count of exactly this release and exactly the live one, over the whole of the
    latest version of a dataset, from the knowledge as it is now. Every dataset counts that has
    enough cases.

    Raises:
        NotFound: nothing is live.
        BadInput: gates.toml cannot be used.
    """
    gates = load_gates()
    live = await get_live(conn)
    datasets = await list_gate_datasets(conn, gates)
    applied = await apply_release(resources, release), await apply_release(resources, live)
    verdicts = []
    for dataset in datasets:
        version = await read_version(conn, dataset.name)
        if await find_base(conn, version.base) is None:
            verdicts.append(_say_without_base(version))
            continue
        setups = [await set_up(each, Candidate(), base_name=version.base) for each in applied]
        own, base = [
            await _find_experiment(conn, version, setup, release_id=each.id)
            for setup, each in zip(setups, (release, live), strict=True)
        ]
        if own is None or base is None:
            missing = release if own is None else live
            verdicts.append(_say_missing(version, missing, release))
        else:
            verdicts.append(await _judge(conn, gates, own, base))
    unproven = list_unshown(
        await _list_unproven(conn, live, release),
        win_count=sum(each.win_count for each in verdicts),
        loss_count=sum(each.loss_count for each in verdicts),
    )
    check = check_unproven(len(unproven), gates)
    doubt = Shortcoming(sentence=check.sentence, values=check.values)
    return ReleaseVerdict(
        release_id=release.id,
        datasets=verdicts,
        least_cases=gates.least_cases,
        unproven=unproven,
        doubt=None if check.is_passed else doubt,
        gone=_find_gone(resources, release),
    )


def _find_gone(resources: Resources, release: Release) -> Shortcoming | None:
    """Without one of its endpoints, experiments show how something else answers."""
    here = list_endpoint_pins(resources)
    gone = next((pin.name for pin in release.content.endpoints if pin not in here), None)
    if gone is None:
        return None
    return Shortcoming(sentence=GONE, values={"release": release.id, "endpoint": gone})


async def _list_unproven(
    conn: Connection, live: Release, release: Release
) -> list[UnprovenInstruction]:
    """What its prompts ask otherwise than the live ones."""
    found = []
    for name, pin in release.content.prompts.items():
        before = live.content.prompts.get(name)
        if before is None or before.number == pin.number:
            continue
        key = parse_reference(name).key
        texts = [await read_prompt(conn, key, each.number) for each in (before, pin)]
        found += find_unproven_instructions(*(parse_specification(each.text) for each in texts))
    return found


async def list_gate_datasets(conn: Connection, gates: Gates) -> list[Dataset]:
    """The datasets that have enough cases to prove something."""
    return [each for each in await list_datasets(conn) if each.case_count >= gates.least_cases]


async def list_gate_versions(conn: Connection) -> list[DatasetVersion]:
    """What is put to a release: the latest of each such dataset about a base that there is."""
    return [
        await read_version(conn, each.name)
        for each in await list_gate_datasets(conn, load_gates())
        if await find_base(conn, each.base) is not None
    ]


def plan_evaluation(version: DatasetVersion, release: Release, *, author: str) -> Plan:
    """The experiment that puts a dataset to a release."""
    return Plan(version=version, author=author, name=f"release-{release.id}")


async def evaluate_release(
    resources: Resources,
    release_id: int,
    *,
    author: str,
    on_progress: OnProgress = lambda _done, _count: None,
) -> ReleaseVerdict:
    """Put every dataset to the live release and to this one, and say what the gate says.

    Raises:
        NotFound: there is no such release.
        GateClosed: there is no dataset to prove anything on.
        Conflict: another process runs the very same.
    """
    async with resources.database.connection() as conn:
        live, release = await get_live(conn), await get_release(conn, release_id)
        versions = await list_gate_versions(conn)
    for version in versions:
        for each in (live, release):
            plan = plan_evaluation(version, each, author=author)
            applied = await apply_release(resources, each)
            await run_experiment(applied, plan, on_progress=on_progress)
    async with resources.database.connection() as conn:
        return await judge_release(conn, resources, release)


async def promote(
    conn: Connection,
    resources: Resources,
    release_id: int,
    *,
    author: str,
    acknowledge: str | None = None,
) -> Move:
    """Make a release live that has passed the gate.

    Who acknowledges it vouches for what its prompts ask and no case shows, and says why.

    Raises:
        BadInput: that reason is none.
        GateClosed: it has not, for these reasons.
        NotFound: there is no such release.
        Conflict: it is live already.
    """
    release = await get_release(conn, release_id)
    verdict = await judge_release(conn, resources, release)
    is_vouched = acknowledge is not None and verdict.holds
    if not (verdict.is_passed or is_vouched):
        raise GateClosed(
            "Release %(number)s was not promoted. %(problems)s %(way_out)s",
            number=release_id,
            problems=" ".join([*verdict.problems, *map(str, verdict.unproven[:MOST_TOLD])]),
            way_out=verdict.way_out,
        )
    if acknowledge is not None and verdict.unproven:
        await record_acknowledged(
            conn, f"release {release_id}", verdict.unproven, author=author, reason=acknowledge
        )
    return await make_live(
        conn,
        release_id,
        kind=MoveKind.PROMOTED,
        author=author,
        reason=(acknowledge or "").strip(),
        verdict=verdict.as_record(),
    )


async def _find_experiment(
    conn: Connection, version: DatasetVersion, setup: Setup, *, release_id: int
) -> Experiment | None:
    """The last experiment that shows how a release answers now, as it would here."""
    found = await list_experiments(
        conn, dataset=version.dataset, release_id=release_id, limit=EXPERIMENTS_READ
    )
    return next((each for each in found if _is_proof(each, version, setup)), None)


def _is_proof(experiment: Experiment, version: DatasetVersion, setup: Setup) -> bool:
    return (
        experiment.finished_at is not None
        and experiment.version_id == version.id
        and experiment.base == setup.base.name
        and experiment.fingerprint == setup.fingerprint
        and experiment.knowledge_digest == setup.knowledge_digest
        and experiment.sample is None
        and set(experiment.splits) == set(Split)
    )


def _say_missing(version: DatasetVersion, missing: Release, release: Release) -> DatasetVerdict:
    return DatasetVerdict(
        dataset=str(version),
        missing=Shortcoming(
            dataset=str(version),
            sentence=NOT_PUT,
            in_terminal=NOT_PUT_IN_TERMINAL,
            values={"missing": missing.id, "release": release.id},
        ),
    )


def _say_without_base(version: DatasetVersion) -> DatasetVerdict:
    return DatasetVerdict(
        dataset=str(version),
        missing=Shortcoming(
            dataset=str(version),
            sentence=NO_BASE,
            values={"base": version.base, "dataset": version.dataset},
        ),
    )


async def _judge(
    conn: Connection, gates: Gates, own: Experiment, base: Experiment
) -> DatasetVerdict:
    comparison = await compare_experiments(conn, base, own)
    verdict = judge_candidate(await build_report(conn, own), gates, comparison=comparison)
    return DatasetVerdict(
        dataset=f"{own.dataset}@{own.version}",
        experiment_id=own.id,
        baseline_id=base.id,
        checks=list(verdict.checks),
        win_count=len(comparison.wins),
        loss_count=len(comparison.losses),
    )
