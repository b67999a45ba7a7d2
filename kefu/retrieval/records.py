"""The vocabulary of retrieval: chunk, hit, noise floor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kefu.viewer import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What is looked for besides the words of a question, each against 1 for these.

    A follow-up takes it from the conversation before it, a corrected question from what was typed.

    Attributes:
        texts: earlier questions; their vectors are added to that of the follow-up.
        terms: of the lexical index; their idf counts by this share.
        names: those of the terms that a chunk in the other language may hold too.
        codes: looked up as if they stood in the follow-up.
        corrected: terms of the query that were typed otherwise; they count less.
    """

    texts: Mapping[str, float] = field(default_factory=dict)
    terms: Mapping[str, float] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    corrected: frozenset[str] = frozenset()


NOTHING_CARRIED = Carried()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A chunk as a reader sees it.

    Attributes:
        id: the document's own id where it had one.
        position: 0-based place within the document.
        status: of the document as its front matter says: current, outdated, superseded, ...
        data_class: of the source it comes from.
        places: of its text on the pages, as `kefu.knowledge.boxes_of` reads them.
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
    status: str | None
    updated_at: datetime
    data_class: DataClass
    places: list[int] | None = None

    @property
    def breadcrumb(self) -> str:
        """The title and the headings above it: "Orders > Refunds > How long"."""
        return " > ".join((self.title, *self.heading_path))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreParts:
    """What a score is made of.

    Attributes:
        lexical: BM25; `lexical_share` is it against the highest possible, 0..1.
        dense: cosine similarity, None where the chunk has no vector yet.
        above_noise: how far that is above what irrelevant questions reach in the base.
        literal: share of the question's codes that the chunk holds, rare ones counting more, 0..1.
        rerank: what a reranker said, on its own scale; None where none was asked.
    """

    lexical: float
    lexical_share: float
    dense: float | None
    above_noise: float | None
    literal: float
    rerank: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Chunk):
    """A chunk found.

    Attributes:
        score: what hits are ranked by, 0..1, comparable within one search only; a reranker hands
            the scores out anew, the best to what it puts first.
    """

    score: float
    parts: ScoreParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Where a chunk stands that is near to another one.

    Attributes:
        status: of the document as its front matter says.
        data_class: of the source it comes from.
        similarity: cosine, to the likest of the others; None where either has no vector.
    """

    chunk_id: int
    document_id: int
    title: str
    heading_path: tuple[str, ...]
    status: str | None
    data_class: DataClass
    similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFloor:
    """What irrelevant questions find among the chunks of a language.

    Attributes:
        chunk_count: of the base when it was measured.
        language_share: of the base's chunks, 0..1.
        similarity: cosine.
    """

    chunk_language: str
    chunk_count: int
    language_share: float
    similarity: float


Floors = Mapping[str, NoiseFloor]
"""By the language of the chunks."""
