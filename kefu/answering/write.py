"""Has a language model write an answer from numbered excerpts, piece by piece."""

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from kefu.answering.drafts import Draft, DraftStream
from kefu.answering.orders import without_orders
from kefu.answering.records import Turn
from kefu.llm import ChatEndpoint, OnCall, ignore_call
from kefu.retrieval import Hit
from kefu.text import Language, content_digest
from kefu.viewer import DataClass

NO_ANSWER = "NO_ANSWER"
"""What the model writes, alone, when the excerpts do not hold the answer."""

LONGEST_QUESTION = 2000
"""Characters; more is not a question."""

LONGEST_EARLIER_ANSWER = 600
TURNS_GIVEN = 3
LEAST_TOKENS = 60
"""An excerpt cut shorter than this helps nobody."""

LANGUAGE_NAMES: dict[Language, str] = {"zh": "Chinese (简体中文)", "en": "English"}
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPrompt:
    """What is sent to the model.

    Attributes:
        hit_count: how many of the hits, from the first on, found room.
        version: of the prompt's file: a digest of its text.
    """

    instructions: str
    prompt: str
    hit_count: int
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a prompt is sent.

    Attributes:
        data_class: the highest in the prompt.
        on_call: hears of every call.
    """

    max_tokens: int
    data_class: DataClass
    on_call: OnCall = ignore_call


class ModelRefused(Exception):
    """The model says that the excerpts do not hold the answer."""


def build_prompt(
    question: str,
    hits: Sequence[Hit],
    *,
    language: Language,
    earlier: Sequence[Turn] = (),
    budget_tokens: int,
    count_tokens: Callable[[str], int],
) -> AnswerPrompt:
    """Number the hits from 1 in their order, as many as the budget holds, the last one cut.

    The fence around foreign text is made from the text itself, so no text can hold its own fence.
    """
    excerpts = _fit(hits, budget_tokens, count_tokens)
    conversation = _conversation(earlier[-TURNS_GIVEN:])
    asked = question[:LONGEST_QUESTION]
    digest = content_digest("\n".join((*excerpts, conversation, asked)))
    fence = f"data-{digest[:10]}"
    given = {
        "excerpts": "\n\n".join(excerpts),
        "conversation": f"<earlier {fence}>\n{conversation}\n</earlier {fence}>\n"
        if conversation
        else "",
        "question": asked,
        "language": LANGUAGE_NAMES[language],
        "fence": fence,
    }
    instructions, prompt = _load_template()
    return AnswerPrompt(
        instructions=instructions.substitute(given),
        prompt=prompt.substitute(given),
        hit_count=len(excerpts),
        version=_prompt_version(),
    )


def describe_prompt(prompt: AnswerPrompt) -> dict[str, str | int]:
    """As attributes of the span that writes."""
    return {
        "kefu.prompt": "answer",
        "kefu.prompt_version": prompt.version,
        "kefu.hit_count": prompt.hit_count,
    }


async def write(
    prompt: AnswerPrompt, endpoint: ChatEndpoint, sending: Sending
) -> AsyncGenerator[Draft, None]:
    """The pieces of the answer as they are finished. Close the iterator when you stop early.

    Raises:
        ModelRefused: the model finds no answer in the excerpts; before this pieces may have come.
        ModelUnavailable: it failed; before this pieces may have come.
    """
    drafts = DraftStream()
    pieces = endpoint.stream(
        instructions=prompt.instructions,
        prompt=prompt.prompt,
        max_tokens=sending.max_tokens,
        data_class=sending.data_class,
        on_call=sending.on_call,
    )
    async with aclosing(pieces):
        async for delta in pieces:
            for draft in drafts.feed(delta):
                yield _unless_refused(draft)
    for draft in drafts.flush():
        yield _unless_refused(draft)


def _unless_refused(draft: Draft) -> Draft:
    if NO_ANSWER in draft.text:
        raise ModelRefused
    return draft


def _fit(hits: Sequence[Hit], budget_tokens: int, count_tokens: Callable[[str], int]) -> list[str]:
    excerpts: list[str] = []
    left = budget_tokens
    for number, hit in enumerate(hits, 1):
        excerpt = _excerpt(number, hit)
        size = count_tokens(excerpt)
        if size > left:
            if left >= LEAST_TOKENS:
                excerpts.append(_shorten(excerpt, share=left / size))
            break
        excerpts.append(excerpt)
        left -= size
    return excerpts


def _excerpt(number: int, hit: Hit) -> str:
    place = " > ".join((hit.title, *hit.heading_path))
    return f"[{number}] {place}\n{without_orders(hit.text).strip()}"


def _shorten(excerpt: str, *, share: float) -> str:
    """Whole lines, or else as many characters, of about this share of the tokens."""
    kept = excerpt[: int(len(excerpt) * share)]
    head, line_break, _ = kept.rpartition("\n")
    return head if line_break and len(head) > len(kept) / 2 else kept


def _conversation(earlier: Sequence[Turn]) -> str:
    lines = [
        f"Customer: {turn.question[:LONGEST_QUESTION]}\n"
        f"Answer: {turn.answer[:LONGEST_EARLIER_ANSWER]}"
        for turn in earlier
    ]
    return "\n".join(lines)


def _read_prompt() -> str:
    return (files("kefu.answering") / "prompts" / "answer.md").read_text(encoding="utf-8")


def _prompt_version() -> str:
    return content_digest(_read_prompt())[:12]


def _load_template() -> tuple[Template, Template]:
    text = _read_prompt()
    instructions, _, prompt = _FRONT_MATTER.sub("", text).partition("\n# Prompt\n")
    return Template(instructions.removeprefix("\n# Instructions\n").strip()), Template(
        prompt.strip()
    )
