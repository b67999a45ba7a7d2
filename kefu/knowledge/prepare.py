"""From a parsed document to what is stored: language, chunks, terms, checksums. Pure."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kefu.errors import BadInput
from kefu.knowledge.chunking import split
from kefu.knowledge.places import locate
from kefu.knowledge.records import NewChunk, PreparedChunk, PreparedDocument
from kefu.knowledge.validity import name_series, read_validity
from kefu.parsing import ParsedDocument
from kefu.safety import find_signs
from kefu.text import content_digest, detect_language, index_terms

HEADING_SEPARATOR = " > "
READING = 6
"""Raised whenever parsing, chunking or terms make something else of the same bytes.

Files that were read under another number are read again, whether or not they changed.
"""

LANGUAGE_SAMPLE = 4000  # characters; enough to tell Chinese from English


def prepare(
    document: ParsedDocument,
    *,
    path: Path,
    count_tokens: Callable[[str], int],
    max_tokens: int,
) -> PreparedDocument:
    """Cut the document into chunks and compute what the index needs of each.

    Raises:
        BadInput: its lists or quotes are nested hundreds of levels deep.
    """
    try:
        chunks = split(
            document.markdown,
            title=document.title,
            count_tokens=count_tokens,
            max_tokens=max_tokens,
        )
    except RecursionError as error:
        raise BadInput("Its lists or quotes are nested too deeply; flatten them.") from error
    if document.printed:
        chunks = locate(chunks, document.printed)
    sample = f"{document.title}\n{document.markdown[:LANGUAGE_SAMPLE]}"
    return PreparedDocument(
        key=document.external_id or "",
        uri=document.url or display_path(path),
        language=detect_language(sample),
        checksum=_checksum(document),
        parsed=document,
        series=name_series(document.title),
        validity=read_validity(document.title, document.markdown, document.metadata),
        signs=find_signs(f"{document.title}\n\n{document.markdown}"),
        chunks=tuple(_prepare_chunk(document.title, chunk) for chunk in chunks),
    )


def index_text(title: str, heading_path: tuple[str, ...], text: str) -> str:
    """What is indexed and embedded: the chunk under its title and headings."""
    headings = HEADING_SEPARATOR.join(part for part in (title, *heading_path) if part)
    return f"{headings}\n{text}" if headings else text


def display_path(path: Path) -> str:
    """A path as text that the database accepts, bytes that are not UTF-8 written out."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _prepare_chunk(title: str, chunk: NewChunk) -> PreparedChunk:
    text = index_text(title, chunk.heading_path, chunk.text)
    return PreparedChunk(
        chunk=chunk,
        terms=dict(Counter(index_terms(text))),
        digest=bytes.fromhex(content_digest(text)),
    )


def _checksum(document: ParsedDocument) -> str:
    content = [document.title, document.url, document.markdown, sorted(document.metadata.items())]
    printed = [[each.text, each.page, each.box] for each in document.printed]
    return content_digest(json.dumps([READING, *content, printed], ensure_ascii=False))
