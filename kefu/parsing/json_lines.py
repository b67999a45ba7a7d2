"""JSON Lines (.jsonl, .ndjson): a document on every line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kefu.errors import BadInput
from kefu.parsing.encoding import decode, detect, tidy
from kefu.parsing.limits import ParseLimits, shown
from kefu.parsing.metadata import as_metadata, pick_title, pick_url
from kefu.parsing.records import ParsedDocument

_SAMPLE = 64 * 1024
_NAMED = frozenset({"id", "_id", "title", "text", "url"})


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:  # noqa: ARG001
    """The documents one by one; lines and documents without any text are passed over.

    Raises:
        BadInput: a line is not a JSON object with a text, naming the line.
    """
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            document = _document(line, path, number)
            if document.markdown:
                yield document


def _lines(path: Path) -> Iterator[str]:
    """Lines of UTF-8, or of whatever encoding the beginning of the file shows."""
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        yield from decode(path.read_bytes()).split("\n")
        return
    with path.open("rb") as stream:
        for line in stream:
            yield _decode_line(line, head).removeprefix("\ufeff")


def _decode_line(line: bytes, head: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode(detect(head + line), errors="replace")


def _document(line: str, path: Path, number: int) -> ParsedDocument:
    fields = _fields(line, path, number)
    text = fields.get("text")
    title = fields.get("title") or ""
    if not isinstance(text, str | None) or not isinstance(title, str) or "text" not in fields:
        raise BadInput(
            f'{shown(path)}, line {number}: a document needs a "text" (and may have a "title") '
            "that is a JSON string."
        )
    own_id = next((str(fields[key]) for key in ("id", "_id") if fields.get(key) is not None), None)
    markdown = tidy(text or title).replace("\f", "\n").strip()
    return ParsedDocument(
        title=pick_title(markdown, path, stated=tidy(title) or own_id or ""),
        markdown=markdown,
        format="jsonl",
        external_id=tidy(own_id) if own_id else None,
        url=pick_url(str(fields.get("url") or "")),
        metadata=_metadata(fields),
    )


def _fields(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise BadInput(
            f"{shown(path)}, line {number} is not valid JSON: {reason}; mend the line."
        ) from error
    if not isinstance(fields, dict):
        raise BadInput(f"{shown(path)}, line {number} is not a JSON object; mend the line.")
    return fields


def _metadata(fields: dict[str, Any]) -> dict[str, str]:
    others = {key: value for key, value in fields.items() if key not in _NAMED}
    return {tidy(key): tidy(value) for key, value in as_metadata(others).items()}
