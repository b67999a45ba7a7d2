"""Whole answers beside plain pipelines of LlamaIndex and Haystack: same passages, embedder and model.

    python benchmarks/pipelines.py [--most 12] [--model GGUF] [SET ...]

The bundled SmolLM2 knows English; Chinese product documentation is asked as well, because a weak
model is the case to be correct in. With `--model`, a file as `bilingual_model.py` fetches one, the
demo company is asked in both languages. Whether an answer states the facts is judged, where the set
lists none, by the words of the reference answer.
"""

import argparse
import asyncio
import json
import lzma
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from answers import DEMO, HELD_OUT, Case, Reply, is_supported, list_claims, load_demo
from answers import reply_by_kefu as ask_kefu
from bench_data import data_root
from datasets import SEED, load_alicloud, load_clapnq, load_gold_answers, load_mtrag, load_products
from kefu_bases import ensure_filled, open_bench
from pipeline_peers import ANSWER_TOKENS, PEERS, Peer
from rewriting import is_in, load_histories

from kefu.knowledge import ingest
from kefu.llm.endpoints import Endpoint, resolve_all
from kefu.llm.local import LocalWire
from kefu.resources import Resources
from kefu.text import content_words, detect_language
from kefu.viewer import OPERATOR, Viewer

CONTEXT_TOKENS = 1200
LEAST_COVERED = 0.5  # of the content words of a reference answer
RESAMPLES = 2000
BUNDLED = "SmolLM2-135M"


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
        unsupported: claims shown that stand in nothing the system had read.
    """

    is_answerable: bool
    is_right: bool
    has_abstained: bool
    claims: int
    unsupported: int


def judge(case: Case, reply: Reply) -> Result:
    """The same checks for every system."""
    claims = [] if reply.has_abstained or reply.has_asked_back else list_claims(reply.text)
    says_facts = bool(claims) and case.is_right(reply.text, reply.cited)
    return Result(
        is_answerable=case.is_answerable,
        is_right=says_facts if case.is_answerable else not claims,
        has_abstained=reply.has_abstained,
        claims=len(claims),
        unsupported=sum(not is_supported(claim, reply.grounds) for claim in claims),
    )


async def prepare_demo(
    resources: Resources, path: Path, split: str | None, *, languages: Collection[str]
) -> Questions:
    """Questions about the demo company in languages that the model knows."""
    await ingest(resources, [DEMO / "documents"], base_name="demo")
    cases = load_demo(path, split=split)
    return Questions(
        base="demo", cases=[each for each in cases if detect_language(each.question) in languages]
    )


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
                is_right=_covers([each["answer"] for each in row["output"]]),
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
            is_right=_covers([gold[name]]),
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
            is_right=_covers([]),
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
                is_right=_covers([row["agent"]["text"]]),
                history=histories[row["task_id"]],
            )
            for row in fit[:most]
        ]
    return Questions(base=f"mtrag-{domain}", cases=cases)


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
) -> list[Result]:
    """Every question through a pipeline that reads what its asker may read."""
    peers: dict[str, Peer] = {}
    results = []
    for place, case in enumerate(held.cases):
        hidden = held.left_out.get(place, "")
        if hidden not in peers:
            readable = [text for text in passages if held.products.get(text) != hidden]
            peers[hidden] = Peer(name, readable if hidden else passages, endpoint)
        results.append(judge(case, await peers[hidden](case.question)))
    return results


async def compare(resources: Resources, held: Questions, label: str) -> dict[str, list[Result]]:
    """Every question through every system; `label` names the model."""
    passages = await list_texts(resources, held.base)
    model = LocalWire(resolve_all(resources.settings)[0])
    endpoint = await model.reach()
    results = {f"{name}, {label}": await ask_peer(name, passages, endpoint, held) for name in PEERS}
    await model.aclose()
    for name, system in {
        f"kefu, {label}": resources,
        "kefu, extractive": replace(resources, endpoint=None),
    }.items():
        results[name] = [
            judge(case, await ask_kefu(system, held.base, case)) for case in held.cases
        ]
    return dict(reversed(results.items()))


def print_table(results: dict[str, list[Result]], label: str) -> None:
    """A row a system; differences to Kefu with the model, by paired bootstrap."""
    print(
        "| system | correct facts | unsupported claims | abstention F1 | right in all"
        " | kefu with the model minus it |\n|---|---|---|---|---|---|"
    )
    ours = results[f"kefu, {label}"]
    for name, rows in results.items():
        facts = [row.is_right for row in rows if row.is_answerable]
        claims = sum(row.claims for row in rows)
        unsupported = sum(row.unsupported for row in rows)
        gains = np.array([a.is_right - b.is_right for a, b in zip(ours, rows, strict=True)], float)
        draws = np.random.default_rng(SEED).integers(0, len(gains), (RESAMPLES, len(gains)))
        low, high = np.percentile(gains[draws].mean(axis=1), [2.5, 97.5])
        print(
            f"| {name} | {sum(facts)}/{len(facts)} | {unsupported}/{claims}"
            f" | {abstention_f1(rows):.2f} | {np.mean([row.is_right for row in rows]):.2f}"
            f" | {gains.mean():+.2f} [{low:+.2f}, {high:+.2f}] |",
            flush=True,
        )


def abstention_f1(rows: Sequence[Result]) -> float:
    """Of abstaining exactly on the unanswerable questions."""
    both = sum(row.has_abstained and not row.is_answerable for row in rows)
    either = sum(row.has_abstained for row in rows) + sum(not row.is_answerable for row in rows)
    return 2 * both / either if either else 0.0


async def main() -> None:
    """Print a table a set, and one of all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--most", type=int, default=12, help="questions of either kind, of real sets"
    )
    parser.add_argument("--model", default="", help="GGUF file; the bundled one without")
    parser.add_argument("sets", nargs="*")
    options = parser.parse_args()
    label = Path(options.model).stem or BUNDLED
    languages = {"zh", "en"} if options.model else {"en"}
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
            "demo company, held-out questions": prepare_demo(
                filling, HELD_OUT, None, languages=languages
            ),
            "demo company, test split": prepare_demo(
                filling, DEMO / "questions.jsonl", "test", languages=languages
            ),
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
            results = await compare(resources, held, label)
            print_table(results, label)
            for system, rows in results.items():
                together.setdefault(system, []).extend(rows)
    print("\n### All together\n")
    print_table(together, label)


if __name__ == "__main__":
    asyncio.run(main())
