"""Checks a text that somebody wrote as a whole, as a draft of a reply, sentence by sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kefu.answering.citing import Citer
from kefu.answering.drafts import MARKER, Draft, DraftStream
from kefu.answering.records import Citation
from kefu.answering.verify import supports
from kefu.answering.written import Judge, states_something
from kefu.llm import Embedder
from kefu.retrieval import Hit
from kefu.text import Language

_PLACE = re.compile(r"\[\[[^\]\n]{1,80}\]\]|【[^】\n]{1,80}】")
"""Left open for a person to fill in."""


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


async def check_text(
    text: str,
    hits: Sequence[Hit],
    *,
    question: str,
    language: Language,
    embedder: Embedder | None,
    known: Sequence[str] = (),
) -> Checked:
    """The sentences that the hits support, cited, or that the known texts do, without a citation.

    What states nothing is kept; a place left open for somebody to fill in states nothing.
    """
    citer, drafts = Citer(), DraftStream()
    judge = Judge(question, hits, language=language, embedder=embedder, citer=citer)
    kept: list[str] = []
    dropped_count = 0
    for draft in (*drafts.feed(text), *drafts.flush()):
        shown = await _check(draft, judge, question, known)
        if shown is None:
            dropped_count += 1
        else:
            kept.append(shown)
    return Checked(
        text="".join(kept).strip(),
        citations=citer.citations,
        kept_count=len(kept),
        dropped_count=dropped_count,
    )


async def _check(draft: Draft, judge: Judge, question: str, known: Sequence[str]) -> str | None:
    """The draft as it is shown; None where nothing supports it."""
    claims = tuple(_PLACE.sub(" ", claim) for claim in draft.claims)
    closed = replace(draft, claims=claims)
    if not states_something(closed):
        return MARKER.sub("", draft.text)
    judged = await judge.judge(closed)
    if judged.sentence is not None:
        return judged.sentence.text
    is_known = known and all(supports(each, known, question).is_supported for each in claims)
    return MARKER.sub("", draft.text) if is_known else None
