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
