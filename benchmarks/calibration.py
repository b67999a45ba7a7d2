"""Whether confidence can be trusted, and whether thresholds chosen from cases keep their promise.

    python benchmarks/calibration.py [SET ...]

`kefu evaluation calibrate` reads one half of each set; the scale and the thresholds that it finds
are then held against the other half, which it has not seen. Product documentation is asked by
people who may read all of it and by people who may not read the product the question is about;
mtRAG by its answerable and its unanswerable turns. The demo company's scale is read from its
development questions and held against its held-out ones.
"""

import argparse
import asyncio
import json
import lzma
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from answers import DEMO, DEVELOPMENT, HELD_OUT, HELD_OUT_SECOND
from bench_data import data_root
from datasets import load_alicloud, load_clapnq, load_mtrag, load_products
from kefu_bases import DEMO_BASE, ensure_filled, open_bench
from rewriting import is_in, load_histories

from kefu.evaluation import (
    Aim,
    Behaviour,
    Calibration,
    Candidate,
    Case,
    Plan,
    Split,
    Wish,
    calibrate,
    read_lines,
    run_experiment,
    save_version,
)
from kefu.evaluation.calibrating import UNSCALED, list_samples
from kefu.evaluation.calibration import Sample, measure_reliability
from kefu.evaluation.records import Exchange
from kefu.evaluation.store.experiments import list_results
from kefu.knowledge import ingest
from kefu.llm import open_embedder
from kefu.resources import Resources
from kefu.text import content_digest, detect_language
from kefu.viewer import PUBLIC

PRECISIONS = (0.5, 0.6, 0.7, 0.8, 0.9)
RISK = 0.1
REPORTED = 100
"""Questions of the product documentation on which figures are stated, each asked twice."""


async def prepare_alicloud(resources: Resources, root: Path, language: str) -> list[Case]:
    """Every question twice: by somebody who may read everything, and by somebody who may not."""
    retrieval_set = load_alicloud(root, language)
    by_passage, by_query = load_products(root, language)
    audiences = {name: by_passage[name] for name in retrieval_set.passages}
    await ensure_filled(
        resources, f"products-{language}", retrieval_set.passages, audiences=audiences
    )
    products = frozenset(by_passage.values())
    tuning = retrieval_set.half("tune").queries
    report = sorted(retrieval_set.half("report").queries)[:REPORTED]
    cases = []
    for name in [*tuning, *report]:
        question = retrieval_set.queries[name]
        split = Split.TRAIN if name in tuning else Split.TEST
        for audience, cited in (
            (products, retrieval_set.relevant[name]),
            (products - {by_query[name]}, frozenset[str]()),
        ):
            cases.append(build_case(name, question, split, cited=cited, audiences=audience))
    return cases


async def prepare_mtrag(resources: Resources, root: Path, domain: str) -> list[Case]:
    """Turns that passages answer, and turns that none does."""
    retrieval_set = load_mtrag(root, domain, variant="lastturn")
    await ensure_filled(resources, f"mtrag-{domain}", retrieval_set.passages)
    histories = load_histories(root)
    with lzma.open(root / "mtrag" / "mtrag_human_tasks.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["domain"] == domain]
    cases = []
    for row in rows:
        name, kind = row["task_id"], row["user"]["enrichments"].get("Answerability")
        cited = retrieval_set.relevant.get(name, frozenset())
        if kind == ["UNANSWERABLE"] or (kind == ["ANSWERABLE"] and cited):
            split = Split.TRAIN if is_in("tune", name) else Split.TEST
            history = tuple(
                Exchange(question=each.question, answer=each.answer) for each in histories[name]
            )
            answers = cited if kind == ["ANSWERABLE"] else frozenset[str]()
            cases.append(
                build_case(name, row["user"]["text"], split, cited=answers, history=history)
            )
    return cases


async def prepare_clapnq(resources: Resources, root: Path) -> list[Case]:
    """Questions about Wikipedia, half of them with no answer in the passages found for them."""
    passages, questions = load_clapnq(root)
    await ensure_filled(resources, "clapnq", passages)
    return [
        build_case(
            row["id"],
            row["input"],
            Split.TRAIN if is_in("tune", row["id"]) else Split.TEST,
            cited=frozenset(
                f"{row['id']}.{place}"
                for place in range(len(row["passages"]))
                if kind == "answerable"
            ),
        )
        for kind, rows in questions.items()
        for row in rows
    ]


async def prepare_demo(resources: Resources, _root: Path) -> list[Case]:
    """Development questions to read, two held-out sets to hold against; right is all facts."""
    await ingest(resources, [DEMO / "documents"], base_name=DEMO_BASE)
    rows = [
        {**json.loads(line), "split": split}
        for path, split in (
            (DEVELOPMENT, Split.TRAIN),
            (HELD_OUT, Split.TEST),
            (HELD_OUT_SECOND, Split.TEST),
        )
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return list(read_lines("\n".join(map(json.dumps, rows))))


def build_case(
    name: str,
    question: str,
    split: Split,
    *,
    cited: frozenset[str],
    audiences: frozenset[str] = frozenset({PUBLIC}),
    history: tuple[Exchange, ...] = (),
) -> Case:
    """Right is an answer that cites a passage which answers."""
    return Case(
        id=f"q-{content_digest(name)[:16]}{'' if cited else '-none'}",
        question=question,
        behaviour=Behaviour.ANSWER if cited else Behaviour.ABSTAIN,
        language=detect_language(question),
        split=split,
        citations=(tuple(sorted(cited)),) if cited else (),
        audiences=tuple(sorted(audiences)),
        history=history,
    )


SETS: Mapping[str, tuple[str, Callable[..., object]]] = {
    "alicloud-zh": ("products-zh", partial(prepare_alicloud, language="zh")),
    "alicloud-en": ("products-en", partial(prepare_alicloud, language="en")),
    "mtrag-cloud": ("mtrag-cloud", partial(prepare_mtrag, domain="cloud")),
    "clapnq": ("clapnq", prepare_clapnq),
    "demo": (DEMO_BASE, prepare_demo),
    "mtrag-fiqa": ("mtrag-fiqa", partial(prepare_mtrag, domain="fiqa")),
}


async def measure(filling: Resources, resources: Resources, root: Path, name: str) -> None:
    """Print what holds on the half that was kept back."""
    base, prepare = SETS[name]
    cases = await prepare(filling, root)
    async with resources.database.transaction() as conn:
        version = await save_version(conn, f"calibration-{name}", cases, author="bench", base=base)
    plan = Plan(version=version, author="bench")
    candidate = Candidate(settings=UNSCALED)
    unseen = await run_experiment(
        resources,
        Plan(version=version, author="bench", candidate=candidate, splits=(Split.TEST,)),
    )
    async with resources.database.connection() as conn:
        results = await list_results(conn, unseen.id)
    for aim in Aim:
        samples = list_samples(results, aim)
        for precision in PRECISIONS:
            wish = Wish(aim=aim, precision=precision, risk=RISK)
            found, _ = await calibrate(resources, plan, wish)
            if precision == PRECISIONS[0]:
                print_reliability(name, aim, found, samples)
            print_promise(name, aim, found, samples)


def print_reliability(name: str, aim: Aim, found: Calibration, samples: list[Sample]) -> None:
    """ECE and Brier on the unseen half, as it is and on the scale found."""
    sure, right = [each.confidence for each in samples], [each.is_right for each in samples]
    before = measure_reliability(sure, right)
    scale = found.scale
    after = measure_reliability([scale.apply(each) for each in sure], right) if scale else None
    print(
        f"scale | {name} | {aim} | {found.answer_count} | {len(samples)} |"
        f" {sum(right) / len(right):.3f} | {before.ece:.3f} → {after.ece if after else 0:.3f} |"
        f" {before.brier:.3f} → {after.brier if after else 0:.3f} |"
        f" {'yes' if found.is_scale_recommended else 'no'} |"
        f" {scale.slope if scale else 0:.2f}, {scale.intercept if scale else 0:.2f}",
        flush=True,
    )


def print_promise(name: str, aim: Aim, found: Calibration, samples: list[Sample]) -> None:
    """What the threshold shows of the unseen half."""
    threshold = found.threshold
    wanted = f"{name} | {aim} | {found.wish.precision:.1f}"
    if threshold is None:
        print(f"threshold | {wanted} | none | | | |", flush=True)
        return
    shown = [each.is_right for each in samples if each.confidence >= threshold]
    precision = sum(shown) / len(shown) if shown else 0.0
    kept = "yes" if precision >= found.wish.precision else "no"
    print(
        f"threshold | {wanted} | {threshold:.2f} | {len(shown)}/{len(samples)} |"
        f" {precision:.3f} | {kept} |",
        flush=True,
    )


async def main() -> None:
    """Calibrate on the sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help=", ".join(SETS))
    options = parser.parse_args()
    async with open_bench() as resources, open_embedder(resources.settings.embedding) as embedder:
        for name in options.sets or SETS:
            await measure(resources, replace(resources, embedder=embedder), data_root(), name)


if __name__ == "__main__":
    asyncio.run(main())
