"""The vocabulary of knowledge: bases, sources, files, documents, chunks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from kefu.knowledge.validity import Validity
from kefu.parsing import ParsedDocument
from kefu.safety import Sign
from kefu.viewer import PUBLIC, DataClass, highest_class


class ChunkKind(StrEnum):
    """What a chunk mainly holds; tables and code are never torn inside a row or a block."""

    TEXT = "text"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBox:
    """An area of a page, from its top left corner, 0..1 of its width and height; page from 1."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the letters of a chunk from `start` to `end` stand."""

    start: int
    end: int
    box: PageBox


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChunk:
    """A chunk before it is stored.

    Attributes:
        position: 0-based place within the document.
        heading_path: headings from the outermost to the innermost; the title is not repeated.
        page: 1-based page on which the chunk begins, for paged formats.
        token_count: tokens of `text` as the embedder counts them.
        places: of its letters, as far as they are known, by `start`.
    """

    position: int
    heading_path: tuple[str, ...]
    text: str
    kind: ChunkKind
    page: int | None
    token_count: int
    places: tuple[Place, ...] = ()


class ChangeKind(StrEnum):
    """What became of a document."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange:
    """A document that answers may differ by: its text, its name, or who may see it was changed.

    Attributes:
        id: its own one in the place it came from.
    """

    document_id: int
    uri: str
    id: str | None
    title: str
    kind: ChangeKind
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledChunk:
    """A chunk with what is said of its document, to ask about."""

    chunk_id: int
    document_id: int
    uri: str
    external_id: str | None
    title: str
    heading_path: Sequence[str]
    text: str
    language: str
    audience: str
    data_class: DataClass

    def __post_init__(self) -> None:
        object.__setattr__(self, "data_class", DataClass(self.data_class))


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A knowledge base: what is searched together.

    Attributes:
        embedder: name of the embedder its vectors come from, None before the first chunk.
        dimensions: of those vectors.
        length_sum: indexed terms of all chunks together.
        weighted_length: the average chunk length, in terms, that the stored weights assume.
    """

    id: int
    name: str
    embedder: str | None
    dimensions: int | None
    chunk_count: int
    length_sum: int
    weighted_length: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file or folder that was given to be taken in.

    Attributes:
        uri: its absolute path.
        audience: who may read what comes from it.
        data_class: how sensitive it is; says which model endpoints may see it.
    """

    id: int
    uri: str
    audience: str
    data_class: DataClass

    def __post_init__(self) -> None:
        """Make a class of the text in its row."""
        object.__setattr__(self, "data_class", DataClass(self.data_class))


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Who may see what is taken in; what is None stays as it is, or gets its default.

    Attributes:
        audience: of people; "public" where nothing is said.
        data_class: for models; "public" for what the public may read, else "internal".
    """

    audience: str | None = None
    data_class: DataClass | None = None

    @classmethod
    def of(cls, source: Source) -> Self:
        """That of a source."""
        return cls(audience=source.audience, data_class=source.data_class)

    def over(self, source: Source | None) -> Self:
        """This with what it leaves open from a source.

        A narrower audience makes what was public internal; a wider one lowers no class.
        """
        audience = self.audience or (source.audience if source else PUBLIC)
        default = DataClass.PUBLIC if audience == PUBLIC else DataClass.INTERNAL
        kept = highest_class(default, source.data_class) if source else default
        return replace(self, audience=audience, data_class=self.data_class or kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as it was when it was last taken in.

    Attributes:
        checksum: of the bytes; None while its documents are not all stored.
        problem: why it could not be taken in, None when it could.
        is_outdated: it was read by a Kefu that made other chunks of the same bytes.
    """

    id: int
    source_id: int
    path: str
    size_bytes: int
    modified_ns: int
    checksum: str | None
    problem: str | None
    is_outdated: bool = False

    @property
    def is_withdrawn(self) -> bool:
        """Whether nothing of it is left to be found."""
        return self.checksum is None and self.problem is None and self.modified_ns == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedChunk:
    """A chunk with what the index needs.

    Attributes:
        terms: how often each term occurs in title, headings and text.
        digest: of the text that is embedded; equal digests have equal vectors.
    """

    chunk: NewChunk
    terms: dict[str, int]
    digest: bytes

    @property
    def length(self) -> int:
        """In terms, repetitions counted."""
        return sum(self.terms.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDocument:
    """A document ready to be stored.

    Attributes:
        key: its identity within its file: empty for the only one, else its own id or line.
        uri: where it is to be found: its URL, or the path of its file.
        checksum: of everything that ends in the index.
        signs: that something in it addresses the model, see `kefu.safety`.
        series: what all versions of it are called alike; None where nothing but a version is named.
    """

    key: str
    uri: str
    language: str
    checksum: str
    signs: tuple[Sign, ...]
    series: str | None
    validity: Validity
    parsed: ParsedDocument
    chunks: tuple[PreparedChunk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingChunk:
    """A chunk that has no vector yet."""

    id: int
    title: str
    heading_path: list[str]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseStatus:
    """What a base holds.

    Attributes:
        waiting_count: chunks without a vector.
        suspicious_count: documents that hold text which addresses a model.
        problem_count: files that could not be taken in.
        index_bytes: chunks with all their indexes on disk.
    """

    name: str
    embedder: str | None
    source_count: int
    file_count: int
    problem_count: int
    document_count: int
    withdrawn_count: int
    suspicious_count: int
    chunk_count: int
    waiting_count: int
    character_count: int
    index_bytes: int
    languages: dict[str, int]
    formats: dict[str, int]
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableBase:
    """A base of which somebody may read something.

    Attributes:
        data_classes: of the sources of what may be read.
    """

    name: str
    created_at: datetime
    data_classes: Sequence[DataClass]

    @property
    def data_class(self) -> DataClass:
        """The highest of what may be read."""
        return highest_class(*map(DataClass, self.data_classes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A file that could not be taken in, and why.

    Attributes:
        held_count: documents that were read from it before and still answer.
    """

    path: str
    reason: str
    held_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFile:
    """A file that cannot be read any more while what it held still answers.

    Attributes:
        titles: of the documents that it held.
    """

    path: str
    reason: str
    titles: Sequence[str]
    language: str
    audience: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A document that holds text which addresses a model; it is taken in, that text never used."""

    path: str
    title: str
    signs: tuple[Sign, ...]


@dataclass(slots=True, kw_only=True)
class IngestReport:
    """What an ingestion has done so far; it is filled while it goes on.

    Attributes:
        file_count: supported files found.
        read_count: files read until now, of `to_read_count`.
        added_count: documents that were not there before; `changed_count` replaced,
            `withdrawn_count` no longer part of the knowledge.
        unsupported: suffix -> files that Kefu does not read.
        embedded_count: chunks that got their vector.
    """

    base: str
    file_count: int = 0
    unchanged_count: int = 0
    renamed_count: int = 0
    to_read_count: int = 0
    read_count: int = 0
    added_count: int = 0
    changed_count: int = 0
    withdrawn_count: int = 0
    chunk_count: int = 0
    embedded_count: int = 0
    waiting_count: int = 0
    seconds: float = 0.0
    unsupported: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    suspicions: list[Suspicion] = field(default_factory=list)
