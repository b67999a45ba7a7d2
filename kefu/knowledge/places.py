"""Where the text of a chunk stands on the pages of its document.

A parser says what is printed where; chunks are made of its Markdown, from which margins are gone
and in which headings, lists and tables have marks and repeated heads. Both are laid side by side
letter by letter: from a place where a few letters agree, as far as they go on agreeing.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kefu.knowledge.records import NewChunk, PageBox, Place
from kefu.parsing import PrintedText

_ANCHOR = 10  # letters that must agree before the two are taken for the same
_SHORT_ANCHOR = 3  # where the chunk, or a line of it, has no more
_WINDOW = 50_000  # letters in which it is looked for ahead and, for what is repeated, behind
_NUMBERS = 7  # that a place is stored as
_UNIT = 10_000  # of the page: what coordinates are stored in


def locate(chunks: Sequence[NewChunk], printed: Sequence[PrintedText]) -> list[NewChunk]:
    """The chunks of a document, each with the places of its letters."""
    page_text = _PageText(printed)
    return [replace(chunk, places=tuple(page_text.find(chunk.text))) for chunk in chunks]


def boxes_of(places: Sequence[int] | None, text: str = "", quote: str = "") -> tuple[PageBox, ...]:
    """The areas in which a quote stands, or all of the text where it is not found in it.

    An area ends with its page and its column.
    """
    known = unpack_places(places or ())
    start = text.find(quote) if quote else -1
    if start >= 0:
        end = start + len(quote)
        quoted = [each for each in known if each.start < end and each.end > start]
        known = quoted or known
    boxes: list[PageBox] = []
    for place in known:
        if boxes and _goes_on(boxes[-1], place.box):
            boxes[-1] = _around(boxes[-1], place.box)
        else:
            boxes.append(place.box)
    return tuple(boxes)


def pack_places(places: Sequence[Place]) -> list[int] | None:
    """As they are stored: start, end, page and four edges of each, one behind another."""
    return [
        number
        for place in places
        for number in (place.start, place.end, place.box.page, *_edges(place.box))
    ] or None


def unpack_places(stored: Sequence[int]) -> list[Place]:
    """From what `pack_places` made."""
    return [
        Place(
            start=stored[at],
            end=stored[at + 1],
            box=PageBox(
                page=stored[at + 2],
                x0=stored[at + 3] / _UNIT,
                y0=stored[at + 4] / _UNIT,
                x1=stored[at + 5] / _UNIT,
                y1=stored[at + 6] / _UNIT,
            ),
        )
        for at in range(0, len(stored), _NUMBERS)
    ]


def _edges(box: PageBox) -> tuple[int, int, int, int]:
    """Rounded outwards."""
    return (
        int(box.x0 * _UNIT),
        int(box.y0 * _UNIT),
        -int(-box.x1 * _UNIT // 1),
        -int(-box.y1 * _UNIT // 1),
    )


def _goes_on(above: PageBox, box: PageBox) -> bool:
    """Whether text goes on in the same column: it does not jump up."""
    return above.page == box.page and box.y1 > above.y0


def _around(one: PageBox, other: PageBox) -> PageBox:
    return PageBox(
        page=one.page,
        x0=min(one.x0, other.x0),
        y0=min(one.y0, other.y0),
        x1=max(one.x1, other.x1),
        y1=max(one.y1, other.y1),
    )


class _PageText:
    """The letters of all pages as one text, and whose they are; chunks are found one by one."""

    def __init__(self, printed: Sequence[PrintedText]) -> None:
        self._printed = printed
        self._letters = ""
        self._owners: list[int] = []
        parts = []
        for number, each in enumerate(printed):
            letters = "".join(letter for letter, _ in _letters(each.text))
            parts.append(letters)
            self._owners.extend([number] * len(letters))
        self._letters = "".join(parts)
        self._at = 0

    def find(self, text: str) -> Iterator[Place]:
        """The places of a text that follows those it was asked for before."""
        letters = list(_letters(text))
        for first, last, owner in _runs(self._align("".join(each for each, _ in letters))):
            each = self._printed[owner]
            x0, y0, x1, y1 = each.box
            yield Place(
                start=letters[first][1],
                end=letters[last][1] + 1,
                box=PageBox(page=each.page, x0=x0, y0=y0, x1=x1, y1=y1),
            )

    def _align(self, text: str) -> list[int | None]:
        """For each letter the fragment that it stands in."""
        owners: list[int | None] = [None] * len(text)
        at = 0
        while at < len(text):
            start, is_ahead = self._find_anchor(text, at)
            if start < 0:
                at += 1
                continue
            place = start
            while at < len(text) and place < len(self._letters):
                if text[at] != self._letters[place]:
                    break
                owners[at] = self._owners[place]
                at, place = at + 1, place + 1
            if is_ahead:
                self._at = place
        return owners

    def _find_anchor(self, text: str, at: int) -> tuple[int, bool]:
        """Where the letters from a place on are printed, and whether that is further on."""
        anchor = text[at : at + _ANCHOR]
        if self._letters.startswith(anchor[:_SHORT_ANCHOR], self._at):
            return self._at, True
        if len(anchor) < _ANCHOR:
            return self._letters.find(anchor, self._at, self._at + _ANCHOR * 4), True
        ahead = self._letters.find(anchor, self._at, self._at + _WINDOW)
        if ahead >= 0:
            return ahead, True
        return self._letters.rfind(anchor, max(self._at - _WINDOW, 0), self._at), False


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Letters and digits in one form, each with its place in the text."""
    for at, character in enumerate(text):
        if character.isascii():
            if character.isalnum():
                yield character.lower(), at
            continue
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if letter.isalnum():
                yield letter, at


def _runs(owners: Sequence[int | None]) -> Iterator[tuple[int, int, int]]:
    """First and last place of each stretch with the same owner, and that owner."""
    first = 0
    for at in range(1, len(owners) + 1):
        if at == len(owners) or owners[at] != owners[first]:
            owner = owners[first] if first < len(owners) else None
            if owner is not None:
                yield first, at - 1, owner
            first = at
