"""Whole answers beside plain pipelines of LlamaIndex and Haystack: same passages, embedder and model.

    python benchmarks/pipelines.py [--most 20]

English questions, because the bundled SmolLM2 knows no other language: those about the demo company
that were held out from every choice, its test split, and clapnq, whose unanswerable questions have
their passage in the base, too. The pipelines are those of the libraries' first tutorials.
"""

import argparse
import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from answers import DEMO, HELD_OUT, REFUSAL, Case, Reply, is_supported, list_claims, load_demo
from answers import reply_by_kefu as ask_kefu
from bench_data import data_root
from datasets import SEED
from haystack import Document, Pipeline
from haystack.components.builders import ChatPromptBuilder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.dataclasses import ChatMessage
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import Secret
from kefu_bases import ensure_filled, open_bench
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.schema import TextNode
from openai import OpenAI
from vectors import embed_cached

from kefu.knowledge import ingest
from kefu.llm.endpoints import Endpoint, resolve_all
from kefu.llm.local import LocalWire
from kefu.resources import Resources
from kefu.text import content_words, detect_language
from kefu.viewer import OPERATOR

CONTEXT_TOKENS = 1200
ANSWER_TOKENS = 250
TOP_K = 3  # chunks, about CONTEXT_TOKENS
LEAST_COVERED = 0.5  # of the content words of a reference answer
RESAMPLES = 2000
HAYSTACK_TEMPLATE = """Given the following information, answer the question.

Context:
{% for document in documents %}
    {{ document.content }}
{% endfor %}

Question: {{question}}
Answer:"""


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


class LocalModel(CustomLLM):
    """The bundled model as LlamaIndex asks it."""

    url: str
    key: str
    name: str

    @property
    def metadata(self) -> LLMMetadata:
        """Room for the passages, so that one call answers."""
        return LLMMetadata(context_window=8192, num_output=ANSWER_TOKENS, model_name=self.name)

    def complete(self, prompt: str, *_given: object, **_named: object) -> CompletionResponse:
        """One chat message, as for any chat model."""
        client = OpenAI(base_url=self.url, api_key=self.key, timeout=600)
        answer = client.chat.completions.create(
            model=self.name,
            messages=[{"role": "user", "content": prompt}],
            max_tokens=ANSWER_TOKENS,
            temperature=0,
        )
        return CompletionResponse(text=answer.choices[0].message.content or "")

    def stream_complete(self, prompt: str, *_given: object, **_named: object) -> object:
        """Not needed here."""
        raise NotImplementedError


class CachedEmbedding(BaseEmbedding):
    """Kefu's embedder as LlamaIndex asks it."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return embed_cached([query], is_query=True)[0].tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return embed_cached([text], is_query=False)[0].tolist()


def build_llama_index(passages: Sequence[str], endpoint: Endpoint) -> Callable[[Case], Reply]:
    """An index of vectors and its query engine, with LlamaIndex's own prompt."""
    vectors = embed_cached(passages, is_query=False)
    nodes = [
        TextNode(text=text, embedding=vector.tolist())
        for text, vector in zip(passages, vectors, strict=True)
    ]
    index = VectorStoreIndex(nodes, embed_model=CachedEmbedding())
    model = LocalModel(url=endpoint.url, key=read_key(endpoint), name=endpoint.model)
    engine = index.as_query_engine(llm=model, similarity_top_k=TOP_K)

    def reply(case: Case) -> Reply:
        response = engine.query(case.question)
        return _reply(str(response), [node.text for node in response.source_nodes])

    return reply


def build_haystack(passages: Sequence[str], endpoint: Endpoint) -> Callable[[Case], Reply]:
    """A retriever, a prompt and a generator, as its tutorial connects them."""
    store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
    vectors = embed_cached(passages, is_query=False)
    store.write_documents(
        [
            Document(id=str(number), content=text, embedding=vector.tolist())
            for number, (text, vector) in enumerate(zip(passages, vectors, strict=True))
        ]
    )
    pipeline = Pipeline()
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=TOP_K))
    template = [ChatMessage.from_user(HAYSTACK_TEMPLATE)]
    pipeline.add_component("prompt", ChatPromptBuilder(template=template))
    generator = OpenAIChatGenerator(
        api_key=Secret.from_token(read_key(endpoint)),
        api_base_url=endpoint.url,
        model=endpoint.model,
        generation_kwargs={"max_tokens": ANSWER_TOKENS, "temperature": 0},
        timeout=600,
    )
    pipeline.add_component("model", generator)
    pipeline.connect("retriever", "prompt.documents")
    pipeline.connect("prompt.prompt", "model.messages")

    def reply(case: Case) -> Reply:
        vector = embed_cached([case.question], is_query=True)[0].tolist()
        out = pipeline.run(
            {"retriever": {"query_embedding": vector}, "prompt": {"question": case.question}},
            include_outputs_from={"retriever"},
        )
        read = [document.content for document in out["retriever"]["documents"]]
        return _reply(out["model"]["replies"][0].text or "", read)

    return reply


def read_key(endpoint: Endpoint) -> str:
    """The key that the server of the bundled model asks for."""
    return endpoint.settings.key.get_secret_value()


def _reply(text: str, read: Sequence[str]) -> Reply:
    return Reply(
        text=text, has_abstained=bool(REFUSAL.search(text)), cited=(), grounds="\n".join(read)
    )


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


def load_clapnq(root: Path, most: int) -> tuple[dict[str, str], list[Case]]:
    """All passages, and some questions of both kinds."""
    passages: dict[str, str] = {}
    cases: list[Case] = []
    for kind in ("answerable", "unanswerable"):
        path = root / "clapnq" / "annotated_data" / "dev" / f"clapnq_dev_{kind}.jsonl"
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for row in rows:
            for place, passage in enumerate(row["passages"]):
                passages[f"{row['id']}.{place}"] = f"{passage['title']}\n{passage['text']}"
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
    return passages, cases


def _covers(references: Sequence[str]) -> Callable[[str, Sequence[str]], bool]:
    def words(text: str) -> set[str]:
        return {term for word in content_words(text) for term in word.terms}

    def check(text: str, _cited: Sequence[str]) -> bool:
        shown = words(text)
        expected = [words(reference) for reference in references if reference]
        return any(len(each & shown) >= LEAST_COVERED * len(each) for each in expected if each)

    return check


async def list_texts(resources: Resources, base: str) -> list[str]:
    """The chunks of a base with title and headings, as Kefu embeds them."""
    async with resources.database.connection() as conn:
        rows = await conn.execute(
            "select concat_ws(E'\\n', d.title, array_to_string(c.heading_path, ' > '), c.text)"
            " from chunks c join documents d on d.id = c.document_id"
            " join knowledge_bases b on b.id = c.base_id where b.name = %s order by c.id",
            [base],
        )
        return [text for (text,) in await rows.fetchall()]


async def compare(
    resources: Resources, base: str, cases: Sequence[Case]
) -> dict[str, list[Result]]:
    """Every question through every system."""
    passages = await list_texts(resources, base)
    model = LocalWire(resolve_all(resources.settings)[0])
    endpoint = await model.reach()
    peers = {
        "llama-index, SmolLM2-135M": build_llama_index(passages, endpoint),
        "haystack, SmolLM2-135M": build_haystack(passages, endpoint),
    }
    results: dict[str, list[Result]] = {}
    for name, held in {
        "kefu, extractive": replace(resources, endpoint=None),
        "kefu, SmolLM2-135M": resources,
    }.items():
        results[name] = [judge(case, await ask_kefu(held, base, case)) for case in cases]
    for name, reply in peers.items():
        results[name] = [judge(case, await asyncio.to_thread(reply, case)) for case in cases]
    await model.aclose()
    return results


def print_table(results: dict[str, list[Result]]) -> None:
    """A row a system; differences to Kefu with the model, by paired bootstrap."""
    print(
        "| system | correct facts | unsupported claims | abstention F1 | right in all"
        " | kefu with the model minus it |\n|---|---|---|---|---|---|"
    )
    ours = results["kefu, SmolLM2-135M"]
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
    """Print a table a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=20, help="clapnq questions of either kind")
    options = parser.parse_args()
    model = {
        "local": True,
        "context_tokens": CONTEXT_TOKENS,
        "max_tokens": ANSWER_TOKENS,
        "first_token_seconds": 300,
        "between_tokens_seconds": 60,
    }
    passages, clapnq = load_clapnq(data_root(), options.most)
    async with open_bench(model=model) as resources:
        extractive = replace(resources, endpoint=None)
        await ingest(extractive, [DEMO / "documents"], base_name="demo")
        await ensure_filled(extractive, "clapnq", passages)
        sets = {
            "demo company, held-out questions": ("demo", load_demo(HELD_OUT)),
            "demo company, test split": ("demo", load_demo(DEMO / "questions.jsonl", split="test")),
            "clapnq": ("clapnq", clapnq),
        }
        for name, (base, cases) in sets.items():
            english = [case for case in cases if detect_language(case.question) == "en"]
            print(f"\n### {name}: {len(english)} questions\n")
            print_table(await compare(resources, base, english))


if __name__ == "__main__":
    asyncio.run(main())
