"""The body of a reply as a model writes it, as far as excerpts and conversation support it."""

import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from kefu.answering import (
    Consultation,
    Grounds,
    check_pieces,
    fit_excerpts,
    stream_consultation,
    strip_markers,
)
from kefu.copilot.dressing import Body, split_body
from kefu.copilot.phrases import list_phrases
from kefu.copilot.reading import NAMES, conversation_text, list_statements
from kefu.copilot.records import Lines, Speaker
from kefu.copilot.wishes import Wish
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import ChatEndpoint
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.viewer import DataClass, highest_class

PROMPT_NAME = "suggest"
NO_DRAFT = "NO_DRAFT"
MAX_TOKENS = 500
EXCERPT_TOKENS = 2000

_SPEAKERS = {name: speaker for names in NAMES.values() for speaker, name in names.items()}
_SPEAKS = re.compile(rf"\s*(?P<name>{'|'.join(_SPEAKERS)})\s*[:：]\s*")
_LONGEST_NAME = max(map(len, _SPEAKERS)) + 2

log = logging.getLogger(__name__)


class NoDraft(Exception):
    """No model wrote anything that may be shown."""


async def draft_body(
    resources: Resources, lines: Lines, wish: Wish, hits: Sequence[Hit], typed: str
) -> AsyncGenerator[Body, None]:
    """The body so far, each time that one more sentence of it holds; the last one is the whole.

    Raises:
        NoDraft: nothing of it counts, whatever came before.
    """
    endpoint = await resources.find_writer()
    if endpoint is None or not hits:
        raise NoDraft
    excerpts = _fit(resources, endpoint, hits)
    given = hits[: len(excerpts)]
    values = {
        "excerpts": "\n\n".join(excerpts),
        "conversation": conversation_text(lines, wish.language),
        "typed": typed,
        "language": wish.language,
    }
    asked = Consultation(
        name=PROMPT_NAME,
        values=values,
        language=wish.language,
        max_tokens=MAX_TOKENS,
        data_class=_find_class(resources, given),
    )
    pieces = _own_words(_until_refused(stream_consultation(resources, endpoint, asked)))
    grounds = find_grounds(resources, lines, wish, given)
    is_drafted = False
    try:
        async with aclosing(check_pieces(pieces, grounds)) as steps:
            async for checked in steps:
                if checked.citations:
                    is_drafted = True
                    yield Body(
                        sentences=split_body(strip_markers(checked.text)),
                        is_grounded=True,
                        citations=checked.citations,
                        mode=endpoint.name,
                        dropped_count=checked.dropped_count,
                    )
    except (ModelForbidden, ModelUnavailable) as error:
        log.info("A reply is suggested without a model: %s", error)
        raise NoDraft from error
    if not is_drafted:
        raise NoDraft


def find_grounds(resources: Resources, lines: Lines, wish: Wish, given: Sequence[Hit]) -> Grounds:
    """What a reply may rest on: hits, what the conversation says, and phrases of courtesy."""
    embedder = resources.embedder
    may_see = embedder.data_class.rank >= _find_class(resources, given).rank
    return Grounds(
        hits=given,
        question=wish.question,
        language=wish.language,
        embedder=embedder if may_see else None,
        known=[*list_statements(lines), " ".join(list_phrases(wish.language))],
    )


def _fit(resources: Resources, endpoint: ChatEndpoint, hits: Sequence[Hit]) -> list[str]:
    """Excerpts of as many hits as there is room for."""
    model = resources.settings.model
    return fit_excerpts(
        hits[: model.max_excerpts],
        budget_tokens=min(model.context_tokens, EXCERPT_TOKENS),
        count_tokens=endpoint.count_tokens,
    )


def _find_class(resources: Resources, given: Sequence[Hit]) -> DataClass:
    """The highest in the conversation and what is given with it."""
    said = resources.settings.routing.conversation_class
    return highest_class(said, *(hit.data_class for hit in given))


async def _until_refused(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """What a model writes, unless it says that it has nothing to write from."""
    text = ""
    async with aclosing(pieces):
        async for piece in pieces:
            text += piece
            if NO_DRAFT in text:
                raise NoDraft
            yield piece


async def _own_words(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """What is the reply, where a model goes on with the transcript and names who speaks."""
    held, is_begin = "", True
    async with aclosing(pieces):
        async for piece in pieces:
            held += piece
            while held:
                if is_begin:
                    if speaks := _SPEAKS.match(held):
                        if _SPEAKERS[speaks["name"]] is Speaker.CUSTOMER:
                            return
                        held = held[speaks.end() :]
                    elif len(held.strip()) <= _LONGEST_NAME and "\n" not in held.strip():
                        break
                line, end, held = held.partition("\n")
                is_begin = bool(end)
                yield line + end
    if held:
        yield held
