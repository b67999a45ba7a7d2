"""Whole answers beside plain pipelines of LlamaIndex and Haystack: same passages, embedder and model.

    python benchmarks/pipelines.py [--most 12] [--model GGUF] [--ask FILE] [--add FILE] [SET ...]

The bundled SmolLM2 knows English; it is asked in Chinese as well, because a weak model is the case
to be correct in. `--model` is another file, as `bilingual_model.py` fetches one. Whether an answer
states the facts is judged, where the set lists none, by the words of the reference answer, and
beside that by who read it (`readings.py`), where all answers to a set were read.
"""

import argparse
import asyncio
import json
import lzma
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from answers import (
    HELD_OUT,
    HELD_OUT_SECOND,
    Case,
    Reply,
    is_supported,
    list_claims,
    load_demo,
)
from answers import reply_by_kefu as ask_kefu
from bench_data import data_root
from datasets import SEED, load_alicloud, load_clapnq, load_gold_answers, load_mtrag, load_products
from kefu_bases import DEMO, DEMO_BASE, ensure_filled, open_bench
from pipeline_peers import ANSWER_TOKENS, PEERS, Peer
from readings import Readings
from readings import add as add_readings
from rewriting import is_in, load_histories

from kefu.answering.write import conversation_text
from kefu.knowledge import ingest
from kefu.llm.endpoints import Endpoint, resolve_all
from kefu.llm.local import LocalWire
from kefu.resources import Resources
from kefu.text import content_words
from kefu.viewer import OPERATOR, Viewer

CONTEXT_TOKENS = 1200
LEAST_COVERED = 0.5  # of the content words of a reference answer
RESAMPLES = 10_000
BOUNDS = (2.5, 97.5)
CRITERIA = (
    "correct facts",
    "unsupported claims",
    "abstention F1",
    "right in all",
    "read as correct",
)
DIRECTIONS = np.array([1, -1, 1, 1, 1])
"""Of the criteria: whether more is better."""
BUNDLED = "SmolLM2-135M"
UNREAD = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """One set.

    Attributes:
        base: of Kefu.
        left_out: by the place of a case, the product that its asker may not read.
        products: by passage, where some are left out.
    """

    base: str
    cases: Sequence[Case]
    left_out: Mapping[int, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one question in one system.

    Attributes:
        is_right: of an answerable one, its facts were shown; of another, nothing was claimed.
        is_read_as_right: of an answerable one, what its reader said; None: nobody read it.
        unsupported: claims shown that stand in nothing the system had read.
    """

    is_answerable: bool
    is_right: bool
    is_read_as_right: bool | None
    has_abstained: bool
    claims: int
    unsupported: int


def judge(case: Case, reply: Reply, readings: Readings) -> Result:
    """The same checks for every system."""
    claims = [] if reply.has_abstained or reply.has_asked_back else list_claims(reply.text)
    says_facts = bool(claims) and case.is_right(reply.text, reply.cited)
    asked = f"{conversation_text(case.history)}\nCustomer: {case.question}".strip()
    read = readings.find(asked, case.references, reply.text) if case.references and claims else None
    return Result(
        is_answerable=case.is_answerable,
        is_right=says_facts if case.is_answerable else not claims,
        is_read_as_right=read if claims else False,
        has_abstained=reply.has_abstained,
        claims=len(claims),
        unsupported=sum(not is_supported(claim, reply.grounds) for claim in claims),
    )


async def prepare_demo(resources: Resources, path: Path, split: str | None = None) -> Questions:
    """Questions about the demo company."""
    await ingest(resources, [DEMO / "documents"], base_name=DEMO_BASE)
    return Questions(base=DEMO_BASE, cases=load_demo(path, split=split))


async def prepare_clapnq(resources: Resources, most: int) -> Questions:
    """Wikipedia; the passages of unanswerable questions are there, too."""
    passages, questions = load_clapnq(data_root())
    cases: list[Case] = []
    for kind, rows in questions.items():
        random.Random(SEED).shuffle(rows)
        cases += [
            Case(
                question=row["input"],
                is_answerable=kind == "answerable",
                viewer=OPERATOR,
                **_expect(
                    [each["answer"] for each in row["output"]] if kind == "answerable" else []
                ),
            )
            for row in rows[:most]
        ]
    await ensure_filled(resources, "clapnq", passages)
    return Questions(base="clapnq", cases=cases)


async def prepare_alicloud(resources: Resources, language: str, most: int) -> Questions:
    """Product documentation; each question also without its product, where it has no answer."""
    root = data_root()
    held = load_alicloud(root, language)
    by_passage, by_query = load_products(root, language)
    gold = load_gold_answers(root, language)
    audiences = {name: by_passage[name] for name in held.passages}
    base = f"products-{language}"
    await ensure_filled(resources, base, held.passages, audiences=audiences)
    names = sorted(held.half("report").queries)
    random.Random(SEED).shuffle(names)
    cases = [
        Case(
            question=held.queries[name],
            is_answerable=True,
            viewer=OPERATOR,
            **_expect([gold[name]]),
        )
        for name in names[:most]
    ]
    products = frozenset(by_passage.values())
    asked_without = names[most : 2 * most]
    cases += [
        Case(
            question=held.queries[name],
            is_answerable=False,
            viewer=Viewer(name="x", audiences=products - {by_query[name]}),
            **_expect([]),
        )
        for name in asked_without
    ]
    return Questions(
        base=base,
        cases=cases,
        left_out={most + place: by_query[name] for place, name in enumerate(asked_without)},
        products={held.passages[name]: product for name, product in audiences.items()},
    )


async def prepare_mtrag(resources: Resources, domain: str, most: int) -> Questions:
    """Turns of conversations; Kefu is told what came before, a plain pipeline has no place for it."""
    held = load_mtrag(data_root(), domain, variant="lastturn")
    await ensure_filled(resources, f"mtrag-{domain}", held.passages)
    histories = load_histories(data_root())
    tasks = data_root() / "mtrag" / "mtrag_human_tasks.jsonl.xz"
    with lzma.open(tasks, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["domain"] == domain]
    random.Random(SEED).shuffle(rows)
    cases: list[Case] = []
    for kind in ("ANSWERABLE", "UNANSWERABLE"):
        fit = [
            row
            for row in rows
            if row["user"]["enrichments"].get("Answerability") == [kind]
            and (row["task_id"] in held.queries) == (kind == "ANSWERABLE")
            and is_in("report", row["task_id"])
        ]
        cases += [
            Case(
                question=row["user"]["text"],
                is_answerable=kind == "ANSWERABLE",
                viewer=OPERATOR,
                **_expect([row["agent"]["text"]] if kind == "ANSWERABLE" else []),
                history=histories[row["task_id"]],
            )
            for row in fit[:most]
        ]
    return Questions(base=f"mtrag-{domain}", cases=cases)


def _expect(references: Sequence[str]) -> dict[str, Any]:
    """As attributes of a case."""
    return {"is_right": _covers(references), "references": references}


def _covers(references: Sequence[str]) -> Callable[[str, Sequence[str]], bool]:
    def words(text: str) -> set[str]:
        return {term for word in content_words(text) for term in word.terms}

    expected = [found for reference in references if (found := words(reference))]

    def check(text: str, _cited: Sequence[str]) -> bool:
        shown = words(text)
        return any(len(each & shown) >= LEAST_COVERED * len(each) for each in expected)

    return check


async def list_texts(resources: Resources, base: str) -> list[str]:
    """The chunks of a base with title and headings, as Kefu embeds them."""
    async with resources.database.connection() as conn:
        rows = await conn.execute(
            "select concat_ws(E'\\n', nullif(d.title, ''),"
            " nullif(array_to_string(c.heading_path, ' > '), ''), c.text)"
            " from chunks c join documents d on d.id = c.document_id"
            " join knowledge_bases b on b.id = c.base_id where b.name = %s order by c.id",
            [base],
        )
        return [text for (text,) in await rows.fetchall()]


async def ask_peer(
    name: str, passages: Sequence[str], endpoint: Endpoint, held: Questions
) -> list[Reply]:
    """Every question through a pipeline that reads what its asker may read."""
    peers: dict[str, Peer] = {}
    replies = []
    for place, case in enumerate(held.cases):
        hidden = held.left_out.get(place, "")
        if hidden not in peers:
            readable = [text for text in passages if held.products.get(text) != hidden]
            peers[hidden] = Peer(name, readable if hidden else passages, endpoint)
        replies.append(await peers[hidden](case.question))
    return replies


async def compare(
    resources: Resources, held: Questions, label: str, readings: Readings
) -> dict[str, list[Result]]:
    """Every question through every system; `label` names the model."""
    passages = await list_texts(resources, held.base)
    model = LocalWire(resolve_all(resources.settings)[0])
    endpoint = await model.reach()
    replies = {f"{name}, {label}": await ask_peer(name, passages, endpoint, held) for name in PEERS}
    await model.aclose()
    for name, system in {
        f"kefu, {label}": resources,
        "kefu, extractive": replace(resources, endpoint=None),
    }.items():
        replies[name] = [await ask_kefu(system, held.base, case) for case in held.cases]
    return {
        name: [judge(case, reply, readings) for case, reply in zip(held.cases, given, strict=True)]
        for name, given in reversed(replies.items())
    }


def print_tables(results: Mapping[str, Sequence[Result]], label: str) -> None:
    """What each system scores, and how far Kefu with the model is ahead, by paired bootstrap."""
    print(f"| system | {' | '.join(CRITERIA)} |\n|---|---|---|---|---|---|")
    for name, rows in results.items():
        facts, unsupported, abstention, right, read = score(
            np.array([_numbers(row) for row in rows])
        )
        claims = sum(row.claims for row in rows)
        answerable = sum(row.is_answerable for row in rows)
        print(
            f"| {name} | {round(facts * answerable)}/{answerable}"
            f" | {round(unsupported * claims)}/{claims} | {abstention:.2f} | {right:.2f}"
            f" | {UNREAD if np.isnan(read) else f'{round(read * answerable)}/{answerable}'} |"
        )
    print(f"\n| kefu, {label}, is ahead of | {' | '.join(CRITERIA)} |\n|---|---|---|---|---|---|")
    ours = results[f"kefu, {label}"]
    for name, rows in results.items():
        if rows is not ours:
            print(f"| {name} | {' | '.join(lead(ours, rows))} |", flush=True)


def lead(ours: Sequence[Result], theirs: Sequence[Result]) -> list[str]:
    """For each criterion by how much the first is better, with an interval of 95 %."""
    first, second = (np.array([_numbers(row) for row in rows]) for rows in (ours, theirs))
    draws = np.random.default_rng(SEED).integers(0, len(first), (RESAMPLES, len(first)))
    gain = (score(first) - score(second)) * DIRECTIONS
    leads = (score(first[draws]) - score(second[draws])) * DIRECTIONS
    low, high = np.nanpercentile(np.where(np.isnan(gain), 0.0, leads), BOUNDS, axis=0)
    return [
        UNREAD if np.isnan(each) else f"{each:+.2f} [{least:+.2f}, {most:+.2f}]"
        for each, least, most in zip(gain, low, high, strict=True)
    ]


def score(drawn: np.ndarray) -> np.ndarray:
    """The criteria of questions.

    Args:
        drawn: (..., questions, 6), as `_numbers` has them.

    Returns:
        (..., 5): share of answerable questions whose facts are shown, of claims that nothing
        supports, F1 of abstaining exactly on the unanswerable ones, share of all that are right,
        share of answerable questions whose answer was read as correct; not a number where there is
        nothing to divide by, but for claims: none are unsupported, or where one was not read.
    """
    answerable, right, abstained, claims, unsupported, read = np.moveaxis(drawn, -1, 0)
    due = 1 - answerable
    with np.errstate(invalid="ignore"):
        return np.stack(
            [
                (right * answerable).sum(-1) / answerable.sum(-1),
                unsupported.sum(-1) / np.maximum(claims.sum(-1), 1),
                2 * (abstained * due).sum(-1) / (abstained.sum(-1) + due.sum(-1)),
                right.mean(-1),
                np.where(answerable, read, 0).sum(-1) / answerable.sum(-1),
            ],
            axis=-1,
        )


def _numbers(row: Result) -> tuple[float, ...]:
    read = np.nan if row.is_read_as_right is None else row.is_read_as_right
    return (row.is_answerable, row.is_right, row.has_abstained, row.claims, row.unsupported, read)


async def main() -> None:
    """Print a table a set, and one of all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--most", type=int, default=12, help="questions of either kind, of real sets"
    )
    parser.add_argument("--model", default="", help="GGUF file; the bundled one without")
    parser.add_argument("--ask", type=Path, help="where to write answers that nobody has read")
    parser.add_argument("--add", type=Path, help="verdicts to take in, as JSON Lines: id, right")
    parser.add_argument("sets", nargs="*")
    options = parser.parse_args()
    if options.add is not None:
        add_readings(options.add)
    readings = Readings()
    label = Path(options.model).stem or BUNDLED
    model = {
        "local": True,
        "name": options.model,
        "context_tokens": CONTEXT_TOKENS,
        "max_tokens": ANSWER_TOKENS,
        "first_token_seconds": 300,
        "between_tokens_seconds": 60,
    }
    together: dict[str, list[Result]] = {}
    async with open_bench(model=model) as resources:
        filling = replace(resources, endpoint=None)
        sets = {
            "demo company, held-out questions": prepare_demo(filling, HELD_OUT),
            "demo company, second held-out questions": prepare_demo(filling, HELD_OUT_SECOND),
            "demo company, test split": prepare_demo(filling, DEMO / "questions.jsonl", "test"),
            "clapnq": prepare_clapnq(filling, options.most),
            "product documentation, en": prepare_alicloud(filling, "en", options.most),
            "product documentation, zh": prepare_alicloud(filling, "zh", options.most),
            "mtrag cloud": prepare_mtrag(filling, "cloud", options.most),
            "mtrag fiqa": prepare_mtrag(filling, "fiqa", options.most),
        }
        for name, prepare in sets.items():
            if options.sets and name not in options.sets:
                prepare.close()
                continue
            held = await prepare
            print(f"\n### {name}: {len(held.cases)} questions\n", flush=True)
            results = await compare(resources, held, label, readings)
            print_tables(results, label)
            for system, rows in results.items():
                together.setdefault(system, []).extend(rows)
    print("\n### All together\n")
    print_tables(together, label)
    if options.ask is not None:
        readings.write_unread(options.ask)


if __name__ == "__main__":
    asyncio.run(main())
