"""The vocabulary of retrieval: candidate, chunk, hit."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk before fusion.

    Attributes:
        lexical: BM25.
        dense: cosine similarity, None where the chunk or the question has no vector.
        idf_sum: of all terms of the question; the most a chunk could gather is some two times it.
    """

    chunk_id: int
    lexical: float
    dense: float | None
    idf_sum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A chunk as a reader sees it.

    Attributes:
        id: the document's own id where it had one.
        position: 0-based place within the document.
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
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreParts:
    """What a score is made of.

    Attributes:
        lexical: BM25; `lexical_share` is it against the highest possible, 0..1.
        dense: cosine similarity, None where the chunk has no vector yet.
    """

    lexical: float
    lexical_share: float
    dense: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Chunk):
    """A chunk found.

    Attributes:
        score: what hits are ranked by, 0..1, comparable within one search only.
    """

    score: float
    parts: ScoreParts


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFloor:
    """What irrelevant questions find in a base.

    Attributes:
        chunk_count: of the base when it was measured.
        similarity: cosine.
    """

    chunk_count: int
    similarity: float
