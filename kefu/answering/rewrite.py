"""Has a model say a follow-up question so that it stands alone, and checks that it adds nothing."""

import asyncio
import logging
from collections.abc import Sequence

from kefu.answering.asking_back import resolve_choice
from kefu.answering.consulting import Consultation, consult
from kefu.answering.follow_up import Asked, follow_up, leans_back
from kefu.answering.records import Turn
from kefu.answering.write import conversation_text
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.knowledge import Base
from kefu.llm import ChatEndpoint
from kefu.resources import Resources
from kefu.text import (
    Language,
    content_words,
    detect_language,
    find_identifiers,
    find_tokens,
    index_terms,
    simplify_text,
)
from kefu.viewer import Viewer, highest_class

PROMPT_NAME = "rewrite"
TURNS_GIVEN = 3
MAX_TOKENS = 200
LONGEST_REWRITTEN = 400  # characters; longer ones answer, or tell a story
PATIENCE_SECONDS = 5.0
MOST_UNSAID = 0.25  # of the words that are no names: "cost" for "much"

log = logging.getLogger(__name__)


async def understand(
    resources: Resources, question: str, history: Sequence[Turn], *, viewer: Viewer, base: Base
) -> Asked:
    """The question as it stands alone: by a model where one can, else by rules."""
    if history and (chosen := resolve_choice(question, history[-1])):
        return Asked(query=chosen, text=chosen)
    if history and leans_back(question):
        language = detect_language(question)
        written = await rewrite(resources, question, history, language=language)
        if written is not None:
            return Asked(query=written, text=written)
    return await follow_up(resources, question, history, viewer=viewer, base=base)


async def rewrite(
    resources: Resources, question: str, history: Sequence[Turn], *, language: Language
) -> str | None:
    """The question as a model says it.

    None where no model may see it, answers in time, or keeps to what was said.
    """
    endpoint = await resources.find_writer()
    if endpoint is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            written = await _ask(resources, endpoint, question, history, language=language)
    except (ModelForbidden, ModelUnavailable, TimeoutError) as error:
        log.info("A follow-up is rewritten by rules: %s", error)
        return None
    said = [question, *(text for turn in history for text in (turn.question, turn.answer))]
    return written if adds_nothing(written, question, said) else None


def adds_nothing(written: str, question: str, said: Sequence[str]) -> bool:
    """Whether a rewritten question is one, keeps what was asked, and only names what was said.

    Every name, code and number of it stands in the conversation, those of the question stand in it,
    and so do nearly all of its other words.
    """
    keeps_all = find_firm_terms(question) <= set(index_terms(written))
    return keeps_all and says_only(written, question, said)


def says_only(written: str, question: str, said: Sequence[str]) -> bool:
    """Whether it is a question in the same language that only names what was said."""
    if not written or "\n" in written or len(written) > LONGEST_REWRITTEN:
        return False
    if detect_language(written) != detect_language(question):
        return False
    known = {term for text in said for term in index_terms(text)}
    if not find_firm_terms(written) <= known:
        return False
    words = [word for word in content_words(written) if not word.is_name]
    unsaid = [word for word in words if not known.issuperset(word.terms)]
    return len(unsaid) <= MOST_UNSAID * max(len(words), 1)


def find_firm_terms(text: str) -> set[str]:
    """Terms of the names, codes and numbers of a text, which may be neither added nor lost."""
    names = (word.terms for word in content_words(text) if word.is_name)
    figures = (token for token in find_tokens(simplify_text(text)) if token[0].isdecimal())
    return {
        *(term for terms in names for term in terms),
        *(term for figure in figures for term in index_terms(figure)),
        *find_identifiers(text),
    }


async def _ask(
    resources: Resources,
    endpoint: ChatEndpoint,
    question: str,
    history: Sequence[Turn],
    *,
    language: Language,
) -> str:
    earlier = history[-TURNS_GIVEN:]
    asked = Consultation(
        name=PROMPT_NAME,
        values={"earlier": conversation_text(earlier), "question": question},
        language=language,
        max_tokens=MAX_TOKENS,
        data_class=highest_class(
            resources.settings.routing.conversation_class, *(turn.data_class for turn in earlier)
        ),
    )
    text = await consult(resources, endpoint, asked)
    return text.strip().strip('"“”「」').strip()
