"""The vocabulary of retrieval: query, candidate, hit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreParts:
    """What a score is made of.

    Attributes:
        lexical: BM25.
        dense: cosine similarity, None where the chunk has no vector yet.
    """

    lexical: float
    dense: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk found.

    Attributes:
        id: the document's own id where it had one.
        score: what hits are ranked by; comparable within one search.
    """

    chunk_id: int
    document_id: int
    uri: str
    id: str | None
    title: str
    heading_path: list[str]
    text: str
    kind: str
    page: int | None
    position: int
    language: str
    score: float
    parts: ScoreParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk before fusion."""

    chunk_id: int
    lexical: float
    dense: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTerm:
    """A term of the question as the base knows it.

    Attributes:
        chunk_count: chunks that hold it; 0 for a term that the base does not know.
        idf: its weight in BM25.
    """

    id: int
    chunk_count: int
    idf: float
