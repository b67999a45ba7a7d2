"""The gate on trial: fifty changes that do harm, fifty that do none.

    python benchmarks/regressions.py
    python benchmarks/regressions.py --list second
    python benchmarks/regressions.py --list second --kind knowledge --reader http://127.0.0.1:8099/v1

The demo company's questions and the held-out ones are the dataset. Each change is made, put to the
gate beside what was live before, and undone. A model that does what its prompt says
(reader_model.py) stands in for a real one, so that prompts and endpoints matter. With `--reader` a
real one behind that address is tried first (`kefu evaluation try-reader`), and may then clear doubts
about edits of documents.
"""

import argparse
import asyncio
import importlib
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from answers import DEMO, HELD_OUT
from kefu_bases import open_bench
from reader_model import WORSE, serve_readers
from seeded_changes import Change, Edit
from vectors import CACHE

from kefu.errors import BadInput, GateClosed
from kefu.evaluation import (
    DatasetVersion,
    Experiment,
    Gates,
    KnowledgeLimits,
    Plan,
    Split,
    build_report,
    compare_experiments,
    judge_candidate,
    read_lines,
    read_unproven,
    run_experiment,
    save_version,
)
from kefu.evaluation import try_change as check_edit
from kefu.evaluation.reading import find_readers, try_reader
from kefu.knowledge import get_base, ingest
from kefu.resources import Resources

LISTS = {
    "first": "seeded_changes",
    "second": "seeded_changes_second",
    "third": "seeded_changes_third",
    "fourth": "seeded_changes_fourth",
    "fifth": "seeded_changes_fifth",
    "sixth": "seeded_changes_sixth",
    "seventh": "seeded_changes_seventh",
    "eighth": "seeded_changes_eighth",
}
"""Modules with `list_harmful` and `list_harmless`."""

BASE = "gate"
DATASET = "gate"
AUTHOR = "benchmark"
READER = "qwen"
MARGIN = 0.05  # below what is live, where the company sets its least accuracy and abstention


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one change.

    Attributes:
        reasons: names of the checks that failed; none: it may go live.
        lost: cases that were right before; `won` that were not.
        changed: replies that are not what they were.
        cleared: doubts that a model cleared.
        seconds: that an edit of documents took, from reading the files to the verdict.
    """

    change: Change
    reasons: tuple[str, ...]
    lost: int
    won: int
    changed: int
    cleared: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where changes are tried.

    Attributes:
        documents: the folder that is ingested; `untouched` is a copy.
        before: what was live, by the endpoint that wrote.
        seconds: of asking all cases once, without a model.
    """

    resources: Resources
    version: DatasetVersion
    folder: Path
    before: dict[str, tuple[Experiment, Gates]]
    seconds: float = 0.0

    @property
    def documents(self) -> Path:
        """The folder that is ingested."""
        return self.folder / "documents"


def load_rows() -> list[dict[str, object]]:
    """The questions of both files; all may be looked at here."""
    lines = [
        json.loads(line)
        for path in (DEMO / "questions.jsonl", HELD_OUT)
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [line | {"split": "train"} for line in lines]


async def run(stand: Stand, change: Change) -> Experiment:
    """All cases, none from an earlier run."""
    plan = Plan(
        version=stand.version,
        author=AUTHOR,
        candidate=change.candidate(stand.folder),
        splits=(Split.TRAIN,),
        is_fresh=True,
    )
    return await run_experiment(stand.resources, plan)


async def set_limits(stand: Stand, experiment: Experiment) -> Gates:
    """As a company sets them: a little below what it has."""
    async with stand.resources.database.connection() as conn:
        report = await build_report(conn, experiment)
    accuracy = report.find_figure("accuracy").estimate.mean
    return Gates(
        accuracy=max(0.0, accuracy - MARGIN),
        abstention_f1=max(0.0, (report.abstention.f1 or 0.0) - MARGIN),
    )


async def try_change(stand: Stand, change: Change) -> Trial:
    """Ask the gate that it has to pass: that of releases, or that of knowledge."""
    if change.edit is not None:
        return await _try_edit(stand, change, change.edit)
    before, gates = stand.before["none" if change.endpoint == "none" else "reader"]
    try:
        async with _made(stand, change):
            after = await run(stand, change)
    except (BadInput, GateClosed) as refusal:  # no setting of a release, or a damaged index
        return Trial(change=change, reasons=(f"refused: {refusal}",), lost=0, won=0, changed=0)
    async with stand.resources.database.connection() as conn:
        comparison = await compare_experiments(conn, before, after)
        report = await build_report(conn, after)
        verdict = judge_candidate(
            report, gates, comparison=comparison, unproven=read_unproven(after)
        )
        changed = await _count_changed(stand, before, after)
    return Trial(
        change=change,
        reasons=tuple(check.name for check in verdict.failures),
        lost=len(comparison.losses),
        won=len(comparison.wins),
        changed=changed,
    )


async def _try_edit(stand: Stand, change: Change, edit: Edit) -> Trial:
    """As `kefu ingest --gate`, which lets nothing stay that makes a case worse."""
    edit(stand.documents)
    endpoints = stand.resources.endpoints.choose([READER])
    resources = replace(stand.resources, endpoint=None, endpoints=endpoints)
    started = time.monotonic()
    check = await check_edit(resources, [stand.documents], BASE, KnowledgeLimits())
    seconds = time.monotonic() - started
    shutil.rmtree(stand.documents)
    shutil.copytree(DEMO / "documents", stand.documents)
    return Trial(
        change=change,
        reasons=(
            *(() if check.holds else ("knowledge",)),
            *(() if check.is_proven else (f"unproven ({len(check.unproven)})",)),
        ),
        lost=check.loss_count,
        won=check.better_count,
        changed=len(check.affected),
        cleared=len(check.cleared),
        seconds=seconds,
    )


async def _count_changed(stand: Stand, before: Experiment, after: Experiment) -> int:
    async with stand.resources.database.connection() as conn:
        rows = await conn.execute(
            "select count(*) from evaluation_results a join evaluation_results b using (case_id)"
            " where a.experiment_id = %s and b.experiment_id = %s"
            " and a.reply->>'answer' <> b.reply->>'answer'",
            [before.id, after.id],
        )
        return (await rows.fetchone())[0]


@asynccontextmanager
async def _made(stand: Stand, change: Change) -> AsyncIterator[None]:
    """The change, for as long as the context is open."""
    if change.sql is not None:
        async with stand.resources.database.connection() as conn:
            base = await get_base(conn, BASE)
            table = f"chunks_{base.id}"
            await conn.execute(f"create table kept_chunks as select * from {table}")
            await conn.execute(change.sql.format(chunks=table))
        try:
            yield
        finally:  # what is refused is undone, too
            async with stand.resources.database.transaction() as conn:
                await conn.execute(f"delete from {table}")
                await conn.execute(f"insert into {table} select * from kept_chunks")
                await conn.execute("drop table kept_chunks")
    else:
        yield


def print_tables(trials: dict[str, list[Trial]]) -> None:
    """The shares, and every change with what the gate said."""
    print("| changes | stopped | stopped, of those that made more cases worse than better |")
    print("|---|---|---|")
    for name, done in trials.items():
        stopped = [each for each in done if each.reasons]
        worse = [each for each in done if each.lost > each.won]
        caught = [each for each in worse if each.reasons]
        print(f"| {name} | {len(stopped)}/{len(done)} | {len(caught)}/{len(worse)} |")
    for name, done in trials.items():
        print(
            f"\n{name}:\n\n| change | kind | replies changed (knowledge: cases asked again) | lost | won"
            " | stopped by | cleared by a model |"
        )
        print("|---|---|---|---|---|---|---|")
        for each in done:
            reasons = ", ".join(each.reasons) or "-"
            print(
                f"| {each.change.name} | {each.change.kind} | {each.changed} | {each.lost}"
                f" | {each.won} | {reasons} | {each.cleared} |"
            )


def print_seconds(trials: Sequence[Trial], whole: float) -> None:
    """How long edits of documents took, beside asking every case once."""
    seconds = sorted(each.seconds for each in trials if each.seconds is not None)
    if seconds:
        at = {"median": len(seconds) // 2, "p95": int(len(seconds) * 0.95)}
        print(f"\n{len(seconds)} edits; asking all cases once took {whole:.1f} s.")
        for name, place in at.items():
            taken = seconds[place]
            print(f"* {name}: {taken:.1f} s, ratio to asking all cases once {taken / whole:.3f}")


async def main() -> None:
    """Print what the gate stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, help="changes of either kind")
    parser.add_argument("--kind", action="append", help="only changes of these kinds")
    parser.add_argument("--list", choices=LISTS, default="first", help="which changes")
    parser.add_argument("--reader", help="address of a model that may clear doubts")
    options = parser.parse_args()
    seeded = importlib.import_module(LISTS[options.list])
    rows = load_rows()
    with serve_readers() as url:
        endpoints = tuple(
            {"name": name, "url": url, "model": name, "first_token_seconds": 60} for name in WORSE
        )
        if options.reader:
            endpoints += (_describe_reader(options.reader),)
        async with open_bench(endpoints=endpoints) as resources:
            await ensure_tried(resources, is_wanted=bool(options.reader))
            with _empty_folder() as folder:
                lists = {
                    "harmful": seeded.list_harmful(DEMO / "documents", rows),
                    "harmless": seeded.list_harmless(rows),
                }
                for name, listed in lists.items():
                    kinds = options.kind or [each.kind for each in listed]
                    chosen = [each for each in listed if each.kind in kinds]
                    lists[name] = chosen[: options.most]
                writers = {each.endpoint for listed in lists.values() for each in listed}
                stand = await _set_up(resources, folder, rows, is_written=writers != {"none"})
                trials: dict[str, list[Trial]] = {name: [] for name in lists}
                for name, changes in lists.items():
                    for change in changes:
                        trials[name].append(await try_change(stand, change))
                        told = f"{name} {len(trials[name])}/{len(changes)}: {change.name}"
                        print(f"  {told}: {trials[name][-1].reasons}", file=sys.stderr, flush=True)
                print_tables(trials)
                print_seconds([each for done in trials.values() for each in done], stand.seconds)


def _describe_reader(url: str) -> dict[str, object]:
    return {"name": READER, "url": url, "model": READER, "first_token_seconds": 300}


async def ensure_tried(resources: Resources, *, is_wanted: bool) -> None:
    """Try the model that is to read, once."""
    if not is_wanted:
        return
    _, reasons = await find_readers(resources)
    if any(READER in each and "not tried" in each for each in reasons):
        await try_reader(resources, READER, author=AUTHOR, on_progress=lambda *_: None)
    readers, _ = await find_readers(resources)
    for each in readers:
        print(f"<!-- {each} may clear doubts: {each.thresholds} -->", flush=True)


@contextmanager
def _empty_folder() -> Iterator[Path]:
    """The same at each run, so that a base which is kept holds no document twice."""
    folder = CACHE / "gate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


async def _set_up(
    resources: Resources, folder: Path, rows: list[dict[str, object]], *, is_written: bool
) -> Stand:
    shutil.copytree(DEMO / "documents", folder / "documents")
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    async with resources.database.transaction() as conn:
        version = await save_version(conn, DATASET, read_lines(lines), author=AUTHOR, base=BASE)
    stand = Stand(resources=resources, version=version, folder=folder, before={})
    await ingest(resources, [stand.documents], base_name=BASE)
    before, seconds = {}, {}
    for endpoint in ("none", "reader") if is_written else ("none",):
        started = time.monotonic()
        live = await run(stand, Change(name="live", kind="live", endpoint=endpoint))
        seconds[endpoint] = time.monotonic() - started
        before[endpoint] = (live, await set_limits(stand, live))
        print(f"<!-- live with {endpoint}: {before[endpoint][1]} -->", flush=True)
    return replace(stand, before=before, seconds=seconds["none"])


if __name__ == "__main__":
    asyncio.run(main())
