"""Find a quote in a parsed document and mark it, whatever the markup between its words.

Quote and document are compared by their visible letters and digits alone, so line breaks, table
bars and emphasis that differ do not matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

CLOSING = frozenset(".!?。！？…；;”’）)】」』")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A character: its text among the texts of a document, and its index there."""

    text: int
    index: int


def highlight(tokens: list[Token], quote: Sequence[Token]) -> list[Token]:
    """Wrap what the quote says in mark elements; without a match nothing is marked."""
    texts = list(_texts(tokens))
    letters, places = _letters(texts)
    wanted, _ = _letters(list(_texts(quote)))
    start = letters.find(wanted) if wanted else -1
    if start >= 0:
        _mark(tokens, texts, first=places[start], last=places[start + len(wanted) - 1])
    return tokens


def _texts(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        if token.type in {"fence", "code_block"}:
            yield token
        for child in token.children or []:
            if child.type in {"text", "code_inline"}:
                yield child


def _letters(texts: Sequence[Token]) -> tuple[str, list[Place]]:
    letters: list[str] = []
    places: list[Place] = []
    for number, token in enumerate(texts):
        for index, character in enumerate(token.content):
            if character.isalnum():
                letters.append(character.lower()[0])
                places.append(Place(text=number, index=index))
    return "".join(letters), places


def _mark(tokens: Iterable[Token], texts: Sequence[Token], *, first: Place, last: Place) -> None:
    spans: dict[int, tuple[int, int]] = {}
    for number in range(first.text, last.text + 1):
        content = texts[number].content
        start = first.index if number == first.text else 0
        stop = last.index + 1 if number == last.text else len(content)
        while number == last.text and stop < len(content) and content[stop] in CLOSING:
            stop += 1
        spans[id(texts[number])] = (start, stop)
    for token in tokens:
        if id(token) in spans:
            token.attrJoin("class", "marked")
        if token.children:
            token.children = [
                part for child in token.children for part in _split(child, spans.get(id(child)))
            ]


def _split(token: Token, span: tuple[int, int] | None) -> list[Token]:
    if span is None or not token.content:
        return [token]
    start, stop = (0, len(token.content)) if token.type == "code_inline" else span
    marked = [
        Token("mark_open", "mark", 1),
        _part(token, start, stop),
        Token("mark_close", "mark", -1),
    ]
    return [_part(token, 0, start), *marked, _part(token, stop, len(token.content))]


def _part(token: Token, start: int, stop: int) -> Token:
    return token.copy(content=token.content[start:stop]) if stop > start else Token("text", "", 0)
