"""Packing pieces of text into as few and as evenly filled groups as fit a number of tokens."""

import math
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kefu.knowledge.records import ChunkKind

STUB = 40
"""Letters below which a text says too little to be found for it."""

_GOOD_BREAK = re.compile(r"\s|[，；、。：！？）]|[,;.:)](?!\w)")
_LETTERS_PER_TOKEN = 60
"""No text of an embedder's vocabulary has so many letters a token; only spares counting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a text that is not cut any further.

    Attributes:
        tokens: without those the counter adds to every text.
        before: what stands between it and the piece before, if they come to stand together.
        keeps_next: it introduces what follows and should not be parted from it.
        lead: what stands before it if it begins a text: the list items it belongs to, in short.
    """

    text: str
    tokens: int
    page: int | None
    before: str = "\n\n"
    kind: ChunkKind = ChunkKind.TEXT
    keeps_next: bool = False
    lead: str = ""


class Budget:
    """How many tokens a text may have, and a counter that remembers."""

    def __init__(
        self,
        count_tokens: Callable[[str], int],
        max_tokens: int,
        *,
        counted: dict[str, int] | None = None,
    ) -> None:
        self.max_tokens = max_tokens
        self._count_tokens = count_tokens
        self._counted = {} if counted is None else counted
        self._overhead = self.count("")

    def lowered(self, tokens: int) -> "Budget":
        """A budget for what shares its text with so many other tokens."""
        max_tokens = max(self.max_tokens - tokens, self._overhead + 1)
        return Budget(self._count_tokens, max_tokens, counted=self._counted)

    def count(self, text: str) -> int:
        """Tokens of a text that stands alone."""
        if text not in self._counted:
            self._counted[text] = self._count_tokens(text)
        return self._counted[text]

    def count_inside(self, text: str) -> int:
        """Tokens it adds to a text it is a part of."""
        if not text:
            return 0
        return max(self.count(text) - self._overhead, 0)

    @property
    def room(self) -> int:
        """Tokens that the parts of a text may have together."""
        return self.max_tokens - self._overhead

    def fits(self, text: str) -> bool:
        """Whether it may stand alone."""
        return (
            len(text) <= self.max_tokens * _LETTERS_PER_TOKEN
            and self.count(text) <= self.max_tokens
        )


def join(pieces: list[Piece]) -> str:
    """The text of pieces that stand together."""
    first, *others = pieces
    return first.lead + first.text + "".join(piece.before + piece.text for piece in others)


def pack(
    pieces: list[Piece], budget: Budget, *, head: str = "", foot: str = ""
) -> list[list[Piece]]:
    """Group pieces in order so that each group fits, with `head` and `foot` around it.

    Every piece must fit alone.
    """
    room = budget.room - (budget.count_inside(head + foot) if head + foot else 0)
    left = sum(piece.tokens for piece in pieces)
    groups: list[list[Piece]] = []
    at = 0
    while at < len(pieces):
        aim = left / math.ceil(left / max(room, 1)) if left else 0
        group = _fill(pieces, at, aim=aim, room=room)
        while len(group) > 1 and budget.count(head + join(group) + foot) > budget.max_tokens:
            group.pop()
        if at + len(group) < len(pieces):
            _give_back_introduction(group)
        groups.append(group)
        at += len(group)
        left -= sum(piece.tokens for piece in group)
    return _without_stubs(groups, lambda group: budget.fits(head + join(group) + foot))


def _without_stubs(
    groups: list[list[Piece]], fits: Callable[[list[Piece]], bool]
) -> list[list[Piece]]:
    """Join groups of a few letters to a neighbour, or give them a piece of one."""
    settled: list[list[Piece]] = []
    waiting = deque(groups)
    while waiting:
        group = waiting.popleft()
        if len(join(group)) >= STUB or not (settled or waiting):
            settled.append(group)
        elif settled and fits(settled[-1] + group):
            settled[-1] += group
        elif waiting and fits(group + waiting[0]):
            waiting[0] = group + waiting[0]
        else:
            borrowed = _borrowed(settled[-1], group) if settled else 0
            if borrowed and fits(settled[-1][-borrowed:] + group):
                group = settled[-1][-borrowed:] + group
                del settled[-1][-borrowed:]
            settled.append(group)
    return settled


def _borrowed(lender: list[Piece], group: list[Piece]) -> int:
    """How many pieces the group before must give so that neither is a stub; 0 for none."""
    count = 1
    while count < len(lender) and (
        lender[-count - 1].keeps_next or len(join(lender[-count:] + group)) < STUB
    ):
        count += 1
    return count if count < len(lender) and len(join(lender[:-count])) >= STUB else 0


def _fill(pieces: list[Piece], at: int, *, aim: float, room: int) -> list[Piece]:
    group: list[Piece] = []
    size = 0
    for piece in pieces[at:]:
        is_full = size >= aim and not group[-1].keeps_next if group else False
        if group and (is_full or size + piece.tokens > room):
            break
        group.append(piece)
        size += piece.tokens
    return group


def _give_back_introduction(group: list[Piece]) -> None:
    """Leave to the next group what introduces it."""
    while len(group) > 1 and group[-1].keeps_next:
        group.pop()


def cut_hard(text: str, budget: Budget) -> Iterator[str]:
    """Cut what has no sentences, behind a word or clause if there is one, else anywhere."""
    size = budget.max_tokens * 4
    at = 0
    while at < len(text):
        part = text[at : at + size]
        while len(part) > 1 and (count := budget.count(part)) > budget.max_tokens:
            part = part[: max(int(len(part) * budget.max_tokens / count * 0.95), 1)]
        if at + len(part) < len(text):
            part = part[: _last_break(text, at, at + len(part)) - at]
            size = max(int(len(part) * 1.2), budget.max_tokens * 2)
        at += len(part)
        yield part


def _last_break(text: str, begin: int, end: int) -> int:
    """The last place in a stretch at which no word or number is torn, or its end."""
    found = _GOOD_BREAK.finditer(text, begin, end + 1)
    return max((each.end() for each in found if each.end() <= end), default=end)
