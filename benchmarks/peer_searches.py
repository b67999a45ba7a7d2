"""Searches built from other libraries, over given texts and vectors in memory.

Each `build_...` indexes a corpus and returns a search: query text and vector -> passage ids, best
first. Every half gives its best CANDIDATES to the fusion, as Kefu's do. None of the libraries
segments Chinese: on corpora with Chinese in texts or queries they are given Kefu's terms, joined
by spaces, and a tokenizer that splits at spaces; on English ones each uses its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import Stemmer
from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from llama_index.core import VectorStoreIndex
from llama_index.core.embeddings.mock_embed_model import MockEmbedding
from llama_index.core.llms.mock import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import QueryBundle, TextNode
from llama_index.retrievers.bm25 import BM25Retriever

from kefu.text import index_terms, query_terms

CANDIDATES = 100
TOP_K = 10
RANK_CONSTANT = 60
OWN_WORDS = r"(?u)\b\w\w+\b"
SPACED_TERMS = r"\S+"

Search = Callable[[str, np.ndarray], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Passages with their unit vectors (len(texts), dimensions)."""

    ids: Sequence[str]
    texts: Sequence[str]
    vectors: np.ndarray
    has_chinese: bool

    def words(self, text: str, *, is_query: bool = False) -> str:
        """What a library that splits words itself is given of a text."""
        if not self.has_chinese:
            return text
        return " ".join(query_terms(text) if is_query else index_terms(text))


def build_bm25s(corpus: Corpus) -> Search:
    """Lexical search alone."""
    score = _bm25s_scores(corpus)
    return lambda query, _: _names(corpus, _best(score(query), TOP_K))


def build_brute_force(corpus: Corpus) -> Search:
    """Dense search alone, exact."""
    return lambda _, vector: _names(corpus, _best(corpus.vectors @ vector, TOP_K))


def build_bm25s_with_numpy(corpus: Corpus, *, fusion: str) -> Search:
    """The least that a hybrid search in memory can cost: bm25s, a matrix product, a fusion."""
    score = _bm25s_scores(corpus)
    fuse = _fuse_ranks if fusion == "rrf" else _fuse_relative_scores

    def search(query: str, vector: np.ndarray) -> list[str]:
        halves = (score(query), corpus.vectors @ vector)
        fused = fuse([(best, half[best]) for half in halves for best in [_best(half, CANDIDATES)]])
        ranked = sorted(fused, key=lambda place: (-fused[place], place))
        return _names(corpus, ranked[:TOP_K])

    return search


def build_haystack(corpus: Corpus, *, mode: str) -> Search:
    """Haystack's in-memory store, both its retrievers and its joiner."""
    store = InMemoryDocumentStore(
        embedding_similarity_function="dot_product",
        **({"bm25_tokenization_regex": SPACED_TERMS} if corpus.has_chinese else {}),
    )
    store.write_documents(
        [
            Document(id=name, content=corpus.words(text), embedding=vector.tolist())
            for name, text, vector in zip(corpus.ids, corpus.texts, corpus.vectors, strict=True)
        ]
    )
    needs_scale = mode in {"concatenate", "merge"}
    lexical = InMemoryBM25Retriever(store, top_k=CANDIDATES, scale_score=needs_scale)
    dense = InMemoryEmbeddingRetriever(store, top_k=CANDIDATES, scale_score=needs_scale)
    joiner = DocumentJoiner(join_mode=mode, top_k=TOP_K)

    def search(query: str, vector: np.ndarray) -> list[str]:
        words = corpus.words(query, is_query=True)
        by_words = lexical.run(query=words)["documents"] if words.strip() else []
        by_meaning = dense.run(query_embedding=vector.tolist())["documents"]
        return [found.id for found in joiner.run([by_words, by_meaning])["documents"]]

    return search


def build_llama_index(
    corpus: Corpus, *, mode: str, weights: tuple[float, float] | None = None
) -> Search:
    """LlamaIndex's vector index, BM25 retriever and query fusion without generated queries."""
    nodes = [
        TextNode(
            id_=name,
            text=corpus.words(text),
            embedding=vector.tolist(),
            metadata={"id": name},
            excluded_embed_metadata_keys=["id"],
        )
        for name, text, vector in zip(corpus.ids, corpus.texts, corpus.vectors, strict=True)
    ]
    embedder = MockEmbedding(embed_dim=corpus.vectors.shape[1])
    own = {} if not corpus.has_chinese else {"token_pattern": SPACED_TERMS, "skip_stemming": True}
    retriever = QueryFusionRetriever(
        [
            BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=CANDIDATES, **own),
            VectorStoreIndex(nodes, embed_model=embedder).as_retriever(similarity_top_k=CANDIDATES),
        ],
        llm=MockLLM(),
        mode=mode,
        similarity_top_k=TOP_K,
        num_queries=1,
        use_async=False,
        retriever_weights=list(weights) if weights else None,
    )

    def search(query: str, vector: np.ndarray) -> list[str]:
        words = corpus.words(query, is_query=True)
        asked = QueryBundle(query_str=words, embedding=vector.tolist())
        return [found.node.node_id for found in retriever.retrieve(asked)]

    return search


def _bm25s_scores(corpus: Corpus) -> Callable[[str], np.ndarray]:
    stemmer = Stemmer.Stemmer("english")

    def tokenize(texts: Sequence[str], *, is_query: bool) -> list[list[str]]:
        if corpus.has_chinese:
            terms = query_terms if is_query else index_terms
            return [terms(text) for text in texts]
        tokens: list[list[str]] = bm25s.tokenize(
            list(texts), stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False
        )
        return tokens

    index = bm25s.BM25()
    index.index(tokenize(corpus.texts, is_query=False), show_progress=False)
    nothing = np.zeros(len(corpus.ids), dtype=np.float32)

    def score(query: str) -> np.ndarray:
        tokens = [t for t in tokenize([query], is_query=True)[0] if t in index.vocab_dict]
        return index.get_scores(tokens) if tokens else nothing

    return score


def _best(scores: np.ndarray, count: int) -> np.ndarray:
    if count >= len(scores):
        return np.argsort(-scores, kind="stable")
    best = np.argpartition(-scores, count)[:count]
    return best[np.argsort(-scores[best], kind="stable")]


def _names(corpus: Corpus, places: Sequence[int] | np.ndarray) -> list[str]:
    return [corpus.ids[place] for place in places]


def _fuse_ranks(halves: list[tuple[np.ndarray, np.ndarray]]) -> Mapping[int, float]:
    fused: dict[int, float] = {}
    for places, scores in halves:
        for rank, place in enumerate(places[scores > 0].tolist(), 1):
            fused[place] = fused.get(place, 0.0) + 1 / (RANK_CONSTANT + rank)
    return fused


def _fuse_relative_scores(halves: list[tuple[np.ndarray, np.ndarray]]) -> Mapping[int, float]:
    fused: dict[int, float] = {}
    for places, scores in halves:
        low, high = float(scores.min()), float(scores.max())
        for place, score in zip(places.tolist(), scores.tolist(), strict=True):
            share = (score - low) / (high - low) if high > low else 0.0
            fused[place] = fused.get(place, 0.0) + share
    return fused
