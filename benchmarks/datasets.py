"""Retrieval sets read from the folder in KEFU_BENCH_DATA: deterministic samples with judgments."""

import csv
import json
import lzma
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 20261
PASSAGES_PER_SET = {"alicloud": 3300, "mtrag cloud": 2000, "mtrag fiqa": 1200}
MAX_QUERIES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSet:
    """Passages and queries with relevance judgments.

    Attributes:
        passages: passage id -> text.
        queries: query id -> text.
        relevant: query id -> ids of the relevant passages.
    """

    name: str
    passages: dict[str, str]
    queries: dict[str, str]
    relevant: dict[str, frozenset[str]]

    def half(self, part: str) -> "RetrievalSet":
        """The queries of one half: "tune" to choose settings on, "report" to state figures on."""
        names = sorted(self.queries)
        random.Random(SEED).shuffle(names)
        middle = len(names) // 3
        kept = names[:middle] if part == "tune" else names[middle:]
        return RetrievalSet(
            name=self.name,
            passages=self.passages,
            queries={name: self.queries[name] for name in kept},
            relevant={name: self.relevant[name] for name in kept},
        )


def load_alicloud(root: Path, language: str) -> RetrievalSet:
    """One language of the product documentation, answer text only."""
    queries = _read_queries(root, language)
    chosen = _chosen_queries(root, language, sorted(queries))
    return _sampled(
        name=f"alicloud {language}",
        passages=_read_passages(root / "alicloud" / f"corpus.{language}.jsonl.xz"),
        queries={query_id: queries[query_id] for query_id in chosen},
        relevant=_read_qrels(root / "alicloud" / f"qrels.{language}.tsv"),
    )


def load_clapnq(root: Path) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """Passages of all questions, `question.place` -> title and text; questions by answerability."""
    passages: dict[str, str] = {}
    questions: dict[str, list[Any]] = {}
    for kind in ("answerable", "unanswerable"):
        path = root / "clapnq" / "annotated_data" / "dev" / f"clapnq_dev_{kind}.jsonl"
        questions[kind] = [
            json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()
        ]
        for row in questions[kind]:
            for place, passage in enumerate(row["passages"]):
                passages[f"{row['id']}.{place}"] = f"{passage['title']}\n{passage['text']}"
    return passages, questions


def load_products(root: Path, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """Product by passage id, and by query id."""
    corpus = root / "alicloud" / f"corpus.{language}.jsonl.xz"
    with lzma.open(corpus, "rt", encoding="utf-8") as lines:
        passages = {row["_id"]: row["product"] for row in map(json.loads, lines)}
    queries = root / "alicloud" / f"queries.{language}.jsonl"
    return passages, {row["_id"]: row["product"] for row in _read_jsonl(queries)}


def load_gold_answers(root: Path, language: str) -> dict[str, str]:
    """The answer to each question of the product documentation."""
    rows = _read_jsonl(root / "alicloud" / f"queries.{language}.jsonl")
    return {row["_id"]: row["answer"] for row in rows}


def load_crosslingual(root: Path, asked_in: str) -> RetrievalSet:
    """Questions in one language against the passages of the other, by twin questions."""
    other = "en" if asked_in == "zh" else "zh"
    target = load_alicloud(root, other)
    asked = _read_queries(root, asked_in)
    queries, relevant = {}, {}
    for pair in _pairs(root):
        twin = pair[other]
        if twin in target.queries:
            queries[pair[asked_in]] = asked[pair[asked_in]]
            relevant[pair[asked_in]] = target.relevant[twin]
    return RetrievalSet(
        name=f"alicloud {asked_in}->{other}",
        passages=target.passages,
        queries=queries,
        relevant=relevant,
    )


def load_mtrag(root: Path, domain: str, *, variant: str = "rewrite") -> RetrievalSet:
    """One domain of the multi-turn set with the human rewrites as queries."""
    folder = root / "mtrag" / "mtrag-human" / "retrieval_tasks" / domain
    queries = {
        row["_id"]: row["text"].replace("|user|:", "").strip()
        for row in _read_jsonl(folder / f"{domain}_{variant}.jsonl")
    }
    return _sampled(
        name=f"mtrag {domain}",
        passages=_read_passages(root / "mtrag" / "pooled_corpus" / f"{domain}.jsonl.xz"),
        queries=queries,
        relevant=_read_qrels(folder / "qrels" / "dev.tsv"),
    )


def _sampled(
    *,
    name: str,
    passages: dict[str, str],
    queries: dict[str, str],
    relevant: dict[str, frozenset[str]],
) -> RetrievalSet:
    queries = {query_id: text for query_id, text in queries.items() if relevant.get(query_id)}
    relevant = {query_id: relevant[query_id] & passages.keys() for query_id in queries}
    wanted = set().union(*relevant.values())
    others = sorted(passages.keys() - wanted)
    random.Random(SEED).shuffle(others)
    wanted.update(
        others[
            : max(
                PASSAGES_PER_SET[name if name in PASSAGES_PER_SET else name.split()[0]]
                - len(wanted),
                0,
            )
        ]
    )
    return RetrievalSet(
        name=name,
        passages={passage_id: passages[passage_id] for passage_id in sorted(wanted)},
        queries=queries,
        relevant=relevant,
    )


def _chosen_queries(root: Path, language: str, query_ids: list[str]) -> list[str]:
    """Two thirds with a twin in the other language, the rest any."""
    pairs = sorted(_pairs(root), key=lambda pair: pair["zh"])
    random.Random(SEED).shuffle(pairs)
    twins = list(dict.fromkeys(pair[language] for pair in pairs[: MAX_QUERIES * 2 // 3]))
    others = [query_id for query_id in query_ids if query_id not in set(twins)]
    random.Random(SEED).shuffle(others)
    return (twins + others)[:MAX_QUERIES]


def _pairs(root: Path) -> list[dict[str, str]]:
    with (root / "alicloud" / "crosslingual_pairs.tsv").open(encoding="utf-8") as rows:
        return [
            {"zh": row["zh_query_id"], "en": row["en_query_id"]}
            for row in csv.DictReader(rows, delimiter="\t")
        ]


def _read_queries(root: Path, language: str) -> dict[str, str]:
    path = root / "alicloud" / f"queries.{language}.jsonl"
    return {row["_id"]: row["text"] for row in _read_jsonl(path)}


def _read_qrels(path: Path) -> dict[str, frozenset[str]]:
    relevant: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            if float(row["score"]) > 0:
                relevant[row["query-id"]].add(row["corpus-id"])
    return {query_id: frozenset(ids) for query_id, ids in relevant.items()}


def _read_passages(path: Path) -> dict[str, str]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        return {row["_id"]: row["text"] for row in rows if row["text"].strip()}


def _read_jsonl(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
