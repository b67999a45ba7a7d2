"""The lexical half: BM25 straight from its formula, its budget, and whose words it looks up."""

import random
from collections import Counter
from collections.abc import Iterable

import pytest
from filling import fill, idf

from kefu.knowledge import K1, Base
from kefu.knowledge.store.chunks import renew_weights
from kefu.resources import Resources
from kefu.retrieval import search
from kefu.retrieval.search import build_query
from kefu.retrieval.store.search import search_hits
from kefu.settings import RetrievalSettings
from kefu.text import find_identifiers, index_terms, name_terms, query_terms
from kefu.viewer import ANONYMOUS

B = 0.75


async def test_a_question_of_common_words_is_bounded(resources: Resources) -> None:
    texts = {f"Note {n}": f"Refund {n}" for n in range(130)}
    base = await fill(resources, texts, embed=False)
    settings = RetrievalSettings(lexical_budget=100, candidates=1000)
    query = build_query(base, "refund", vector=None, floors={}, settings=settings)
    async with resources.database.connection() as conn:
        hits = await search_hits(conn, base, query, viewer=ANONYMOUS, top_k=1000)
    assert len(hits) == 100


def bm25(chunks: dict[str, str], wanted: Iterable[str]) -> dict[str, float]:
    """Title -> score, straight from the formula."""
    counts = {title: Counter(index_terms(f"{title}\n{text}")) for title, text in chunks.items()}
    average = sum(sum(each.values()) for each in counts.values()) / len(counts)
    held = Counter(term for each in counts.values() for term in each)
    scores = {}
    for title, terms in counts.items():
        norm = K1 * (1 - B + B * sum(terms.values()) / average)
        scores[title] = sum(
            idf(len(chunks), held[term]) * terms[term] * (K1 + 1) / (terms[term] + norm)
            for term in set(wanted)
        )
    return {title: score for title, score in scores.items() if score > 0}


async def lexical_scores(resources: Resources, base: Base, question: str) -> dict[str, float]:
    query = build_query(
        base, question, vector=None, floors={}, settings=RetrievalSettings(candidates=1000)
    )
    async with resources.database.connection() as conn:
        hits = await search_hits(conn, base, query, viewer=ANONYMOUS, top_k=1000)
    return {hit.title: hit.parts.lexical for hit in hits}


ENGLISH = [
    "refund",
    "invoice",
    "quota",
    "snapshot",
    "disk",
    "region",
    "LH-4031",
    "v2.3.1",
    "account",
    "billing",
]
CHINESE = ["退款", "发票", "配额", "快照", "云盘", "地域", "账户", "账单", "ECS", "备案"]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("words", [ENGLISH, CHINESE])
async def test_the_lexical_score_is_bm25(resources: Resources, words: list[str], seed: int) -> None:
    chance = random.Random(seed)
    joint = " " if words is ENGLISH else ""
    chunks = {
        f"{chance.choice(words)}{joint}{n}": joint.join(
            chance.choices(words, k=chance.randint(1, 30))
        )
        for n in range(chance.randint(1, 20))
    }
    await fill(resources, chunks, embed=False)
    base = await fill(resources, {}, embed=False)
    await renew(resources, base)
    for _ in range(3):
        question = joint.join(chance.choices(words, k=3))
        expected = bm25(chunks, query_terms(question))
        assert await lexical_scores(resources, base, question) == pytest.approx(expected, abs=1e-3)


async def renew(resources: Resources, base: Base) -> None:
    """Give the stored weights the average length of all chunks."""
    async with resources.database.transaction() as conn:
        await renew_weights(conn, base)


async def test_of_a_chunk_in_another_language_only_names_are_compared(resources: Resources) -> None:
    chunks = {"价格": "ECS 的 price 和 refund 说明，另见 LH-4031。", "条款": "refund 条款说明。"}
    base = await fill(resources, chunks, embed=False)
    question = "What is the refund price of ECS, error LH-4031?"
    await renew(resources, base)
    assert not {"price", "refund"} & set(name_terms(question))
    expected = bm25(chunks, [*name_terms(question), *find_identifiers(question)])
    assert expected.keys() == {"价格"}
    assert await lexical_scores(resources, base, question) == pytest.approx(expected, abs=1e-3)


async def test_the_few_chunks_in_the_questions_language_are_asked_for_names_alone(
    resources: Resources,
) -> None:
    texts = {f"说明{n}": f"第{n}条：实例的快照保留{n}天。" for n in range(1, 13)}
    await fill(resources, texts | {"Code": "print refund", "Other code": "ECS refund"})
    question = "How does a refund of ECS work?"
    hits = {hit.title: hit for hit in await search(resources, question, viewer=ANONYMOUS)}
    assert hits["Code"].parts.lexical > 0
    await fill(resources, {f"说明{n}": f"第{n}条：云盘的账单。" for n in range(20, 60)})
    hits = {hit.title: hit for hit in await search(resources, question, viewer=ANONYMOUS, top_k=60)}
    assert "Code" not in hits or hits["Code"].parts.lexical == 0
    assert hits["Other code"].parts.lexical > 0
