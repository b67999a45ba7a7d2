"""Checks a text that a model or a person writes, as a draft of a reply, sentence by sentence."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from kefu.answering.citing import Citer
from kefu.answering.drafts import MARKER, Draft, DraftStream
from kefu.answering.judging import Judge, states_something
from kefu.answering.records import Citation
from kefu.answering.verify import supports
from kefu.llm import Embedder
from kefu.retrieval import Hit
from kefu.text import Language

_PLACE = re.compile(r"\[\[[^\]\n]{1,80}\]\]|【[^】\n]{1,80}】")
"""Left open for a person to fill in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a text is held against.

    Attributes:
        known: texts that may be repeated without a citation.
    """

    hits: Sequence[Hit]
    question: str
    language: Language
    embedder: Embedder | None
    known: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What of a text holds.

    Attributes:
        text: with its markers.
        dropped_count: sentences that nothing supports.
    """

    text: str
    citations: tuple[Citation, ...]
    kept_count: int
    dropped_count: int


async def check_text(text: str, grounds: Grounds) -> Checked:
    """All of a text that holds, as `check_pieces`."""
    checking, drafts = _Checking(grounds), DraftStream()
    for draft in (*drafts.feed(text), *drafts.flush()):
        await checking.take(draft)
    return checking.result


async def check_pieces(
    pieces: AsyncGenerator[str, None], grounds: Grounds
) -> AsyncGenerator[Checked, None]:
    """What holds of a text that is still being written, again after each sentence.

    Sentences are kept that the hits support, cited, or that the known texts do, without a citation.
    What states nothing is kept; a place left open for somebody to fill in states nothing. What was
    written before in the same words is passed over.
    """
    checking, drafts = _Checking(grounds), DraftStream()
    async with aclosing(pieces):
        async for piece in pieces:
            for draft in drafts.feed(piece):
                await checking.take_new(draft)
                yield checking.result
    for draft in drafts.flush():
        await checking.take_new(draft)
        yield checking.result


class _Checking:
    """Takes drafts, keeps those that hold."""

    def __init__(self, grounds: Grounds) -> None:
        self._citer = Citer()
        self._grounds = grounds
        self._judge = Judge(
            grounds.question,
            grounds.hits,
            language=grounds.language,
            embedder=grounds.embedder,
            citer=self._citer,
        )
        self._kept: list[str] = []
        self._taken: set[tuple[str, ...]] = set()
        self._dropped_count = 0

    async def take(self, draft: Draft) -> None:
        """Keep the draft or drop it."""
        shown = await self._check(draft)
        if shown is None:
            self._dropped_count += 1
        else:
            self._kept.append(shown)

    async def take_new(self, draft: Draft) -> None:
        """Take the draft unless one said the same before: small models go round in circles."""
        if not draft.claims or draft.claims not in self._taken:
            self._taken.add(draft.claims)
            await self.take(draft)

    @property
    def result(self) -> Checked:
        """All that was kept so far."""
        return Checked(
            text="".join(self._kept).strip(),
            citations=self._citer.citations,
            kept_count=len(self._kept),
            dropped_count=self._dropped_count,
        )

    async def _check(self, draft: Draft) -> str | None:
        """The draft as it is shown; None where nothing supports it."""
        claims = tuple(_PLACE.sub(" ", claim) for claim in draft.claims)
        closed = replace(draft, claims=claims)
        if not states_something(closed):
            return MARKER.sub("", draft.text)
        judged = await self._judge.judge(closed)
        if judged.hits:
            return self._judge.show(closed, judged.hits).text
        known, question = self._grounds.known, self._grounds.question
        is_known = known and all(supports(each, known, question).is_supported for each in claims)
        return MARKER.sub("", draft.text) if is_known else None
