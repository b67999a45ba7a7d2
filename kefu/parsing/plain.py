"""Plain text: paragraphs as they are, without headings that nobody wrote."""

import re
from collections.abc import Iterator
from pathlib import Path

from kefu.parsing.encoding import read_text
from kefu.parsing.limits import ParseLimits
from kefu.parsing.metadata import pick_title
from kefu.parsing.records import ParsedDocument

_RULER = re.compile(r"[-=_*~#+.\s]{3,}")
_WOULD_BE_MARKDOWN = re.compile(r"(?=#{1,6}(?:\s|$)|>|`{3,}|~{3,})")


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:  # noqa: ARG001
    """One text file."""
    text = read_text(path)
    yield ParsedDocument(
        title=pick_title("", path), markdown=escape_plain(text.replace("\f", "\n")), format="text"
    )


def escape_plain(text: str) -> str:
    """Plain text as Markdown that reads the same: no indented code, rulers or headings."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(map(_escape_line, text.split("\n")))).strip()


def _escape_line(line: str) -> str:
    stripped = line.strip()
    if _RULER.fullmatch(stripped):
        return ""
    return _WOULD_BE_MARKDOWN.sub(r"\\", stripped, count=1)
