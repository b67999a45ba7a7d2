"""The vocabulary of knowledge: bases, sources, files, documents, chunks."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ChunkKind(StrEnum):
    """What a chunk mainly holds; tables and code are never torn inside a row or a block."""

    TEXT = "text"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """One document as a parser leaves it.

    Attributes:
        markdown: headings, lists, GFM tables and fenced code. In paged formats a form feed on a
            line of its own stands before every page but the first.
        external_id: the document's own id in the place it came from, if it had one.
        url: where a customer can read it, if it says so.
        metadata: what front matter, document properties or JSON fields say.
    """

    title: str
    markdown: str
    format: str
    external_id: str | None = None
    url: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChunk:
    """A chunk before it is stored.

    Attributes:
        position: 0-based place within the document.
        heading_path: headings from the outermost to the innermost; the title is not repeated.
        page: 1-based page on which the chunk begins, for paged formats.
        token_count: tokens of `text` as the embedder counts them.
    """

    position: int
    heading_path: tuple[str, ...]
    text: str
    kind: ChunkKind
    page: int | None
    token_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A chunk with its surroundings, to read a citation in its place.

    Attributes:
        before: text of the chunk before it in the document, empty at the beginning.
        after: text of the chunk after it, empty at the end.
    """

    chunk_id: int
    document_id: int
    uri: str
    external_id: str | None
    title: str
    heading_path: tuple[str, ...]
    page: int | None
    before: str
    text: str
    after: str
    updated_at: datetime


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
    """

    id: int
    uri: str
    audience: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as it was when it was last taken in.

    Attributes:
        checksum: of the bytes; None while its documents are not all stored.
        problem: why it could not be taken in, None when it could.
    """

    id: int
    source_id: int
    path: str
    size_bytes: int
    modified_ns: int
    checksum: str | None
    problem: str | None

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
    """

    key: str
    uri: str
    language: str
    checksum: str
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
    chunk_count: int
    waiting_count: int
    character_count: int
    index_bytes: int
    languages: dict[str, int]
    formats: dict[str, int]
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A file that could not be taken in, and why."""

    path: str
    reason: str


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
