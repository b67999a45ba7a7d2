"""The vocabulary of parsing: what becomes of a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedText:
    """A few words on one line of a page.

    Attributes:
        page: from 1.
        box: left, top, right and bottom, each 0..1 of the page as it is shown.
    """

    text: str
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """One document as a parser leaves it.

    Attributes:
        markdown: headings, lists, GFM tables and fenced code. In paged formats a form feed on a
            line of its own stands before every page but the first.
        external_id: the document's own id in the place it came from, if it had one.
        url: where a customer can read it, if it says so.
        metadata: what front matter, document properties or JSON fields say.
        printed: in formats with fixed pages, what stands where, about as it is read.
    """

    title: str
    markdown: str
    format: str
    external_id: str | None = None
    url: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    printed: Sequence[PrintedText] = ()
