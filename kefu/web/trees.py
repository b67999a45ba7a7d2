"""HTML that Kefu rendered as a tree, for programs that build elements instead of parsing HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element of HTML."""

    tag: str
    attributes: Mapping[str, str]
    children: "Sequence[Node]"


Node = str | Element
"""An element, or the text between elements."""


def build_tree(html: str) -> list[Node]:
    """The elements and texts of well-formed HTML."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.levels[0]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.levels: list[list[Node]] = [[]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        children: list[Node] = []
        attributes = {name: value or "" for name, value in attrs}
        self.levels[-1].append(Element(tag=tag, attributes=attributes, children=children))
        if tag not in VOID:
            self.levels.append(children)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.levels.pop()

    def handle_data(self, data: str) -> None:
        self.levels[-1].append(data)
