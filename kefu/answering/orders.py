"""What in documents addresses whoever answers, as a customer's ticket quoted in them may.

Such paragraphs are true quotations of somebody, so verification cannot tell them from the company's
word. They are therefore neither given to a model, nor quoted, nor taken as support.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath

from kefu.retrieval import Hit
from kefu.safety import find_injections, find_signs
from kefu.text import Span, split_sentences

_PARAGRAPH = re.compile(r"\S.*?(?=\n[ \t]*\n|\Z)", re.DOTALL)


def without_orders(text: str) -> str:
    """The text with each such paragraph left out."""
    for start, end in reversed(_find_orders(text)):
        text = text[:start] + text[end:]
    return text


def split_readable(text: str) -> list[Span]:
    """The sentences of a text that stand in no such paragraph."""
    return list(_split(text))


def without_loud_titles(hits: Iterable[Hit]) -> list[Hit]:
    """The hits, those whose title or headings address a model without them."""
    return [_without_loud_title(hit) for hit in hits]


def _without_loud_title(hit: Hit) -> Hit:
    headings = [heading for heading in hit.heading_path if not _is_loud(heading)]
    title = PurePath(hit.uri).suffix.lstrip(".") if _is_loud(hit.title) else hit.title
    if title == hit.title and len(headings) == len(hit.heading_path):
        return hit
    return replace(hit, title=title, heading_path=headings)


@lru_cache(maxsize=2048)
def _is_loud(title: str) -> bool:
    return bool(find_signs(title))


@lru_cache(maxsize=1024)
def _split(text: str) -> tuple[Span, ...]:
    orders = _find_orders(text)
    return tuple(
        span
        for span in split_sentences(text)
        if not any(start <= span.start < end for start, end in orders)
    )


@lru_cache(maxsize=2048)
def _find_orders(text: str) -> tuple[tuple[int, int], ...]:
    injections = find_injections(text)
    if not injections:
        return ()
    return tuple(
        paragraph.span()
        for paragraph in _PARAGRAPH.finditer(text)
        if any(each.start < paragraph.end() and paragraph.start() < each.end for each in injections)
    )
