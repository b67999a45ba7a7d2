"""Has a language model write an answer from numbered excerpts, piece by piece."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from kefu.answering.drafts import Draft, DraftStream
from kefu.answering.forms import FormFilter
from kefu.answering.orders import without_orders
from kefu.answering.records import Turn, WritingEnd
from kefu.knowledge import OUTDATED
from kefu.llm import ChatEndpoint, OnCall, ignore_call
from kefu.prompts import SectionName, Specification, render
from kefu.retrieval import Hit
from kefu.safety import Repetition, find_signs
from kefu.settings import ModelSettings
from kefu.text import Language
from kefu.viewer import DataClass

PROMPT_NAME = "answer"
"""Which prompt answers are written by."""

NO_ANSWER = "NO_ANSWER"
"""What the model writes, alone, when the excerpts do not hold the answer."""

LONGEST_QUESTION = 2000
"""Characters; more is not a question."""

LONGEST_EARLIER_ANSWER = 600
TURNS_GIVEN = 3
LEAST_TOKENS = 60
"""An excerpt cut shorter than this helps nobody."""


LEAST_ROOM = 200
FRAME_TOKENS = 200
"""Of the fences around what is sent, and of the frame around messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPrompt:
    """What is sent to the model.

    Attributes:
        hit_count: how many of the hits, from the first on, found room.
        fence: the mark around foreign text; the model has no reason to write it.
        version: of the prompt, with the beginning of its digest.
        signs: of text in question and conversation that addresses the model.
    """

    instructions: str
    prompt: str
    hit_count: int
    fence: str
    version: str = ""
    signs: tuple[str, ...] = ()


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

    end = WritingEnd.REFUSED


class PromptLeaked(ModelRefused):
    """The model writes the mark that only its instructions and the fences hold."""

    end = WritingEnd.LEAKED


def find_room(
    endpoint: ChatEndpoint, specification: Specification, texts: Sequence[str], *, max_tokens: int
) -> int:
    """Tokens left for excerpts in what the endpoint takes, beside instructions, texts and answer.

    At least `LEAST_ROOM`: where not even that is left, the endpoint says so itself.
    """
    beside = [specification.instructions, specification.body(SectionName.MESSAGE), *texts]
    used = sum(map(endpoint.count_tokens, beside)) + FRAME_TOKENS + max_tokens
    return max(endpoint.context_tokens - used, LEAST_ROOM)


def fill_budget(
    hits: Sequence[Hit],
    endpoint: ChatEndpoint,
    specification: Specification,
    texts: Sequence[str],
    *,
    settings: ModelSettings,
) -> list[str]:
    """Excerpts of as many hits as the settings allow and the endpoint takes beside the texts."""
    room = find_room(endpoint, specification, texts, max_tokens=settings.max_tokens)
    return fit_excerpts(
        hits[: settings.max_excerpts],
        budget_tokens=min(settings.context_tokens, room),
        count_tokens=endpoint.count_tokens,
    )


def fit_excerpts(
    hits: Sequence[Hit], *, budget_tokens: int, count_tokens: Callable[[str], int]
) -> list[str]:
    """Number the hits from 1 in their order, as many as the budget holds, the last one cut."""
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


def build_prompt(
    question: str,
    excerpts: Sequence[str],
    *,
    specification: Specification,
    language: Language,
    earlier: Sequence[Turn] = (),
    version: str = "",
) -> AnswerPrompt:
    """What a model is sent: instructions, and what it writes the answer from, fenced.

    Raises:
        BadInput: the specification asks for something else than an answer is written from.
    """
    conversation = conversation_text(earlier[-TURNS_GIVEN:])
    rendered = render(
        specification,
        {
            "excerpts": "\n\n".join(excerpts),
            "earlier": conversation,
            "question": question[:LONGEST_QUESTION],
            "language": language,
        },
    )
    return AnswerPrompt(
        instructions=rendered.instructions,
        prompt=rendered.message,
        hit_count=len(excerpts),
        fence=rendered.fence,
        version=version,
        signs=find_signs(f"{question[:LONGEST_QUESTION]}\n\n{conversation}"),
    )


def describe_prompt(prompt: AnswerPrompt) -> dict[str, str | int]:
    """As attributes of the span that writes."""
    signs = {"kefu.injection_signs": ", ".join(prompt.signs)} if prompt.signs else {}
    return {
        "kefu.prompt": PROMPT_NAME,
        "kefu.prompt_version": prompt.version,
        "kefu.hit_count": prompt.hit_count,
        **signs,
    }


async def write(
    prompt: AnswerPrompt, endpoint: ChatEndpoint, sending: Sending
) -> AsyncGenerator[Draft, None]:
    """The pieces of the answer as they are finished. Close the iterator when you stop early.

    Raises:
        ModelRefused: the model finds no answer in the excerpts; before this pieces may have come.
        PromptLeaked: it repeats what it was given, likewise.
        ModelUnavailable: it failed; before this pieces may have come.
    """
    forms, drafts = FormFilter(), DraftStream()
    repetition = Repetition(prompt.instructions, mark=prompt.fence)
    pieces = endpoint.stream(
        instructions=prompt.instructions,
        prompt=prompt.prompt,
        max_tokens=sending.max_tokens,
        data_class=sending.data_class,
        on_call=sending.on_call,
    )
    async with aclosing(pieces):
        async for delta in pieces:
            if repetition.holds_mark(delta):
                raise PromptLeaked
            for draft in drafts.feed(forms.feed(delta)):
                yield _unless_refused(draft)
    for draft in (*drafts.feed(forms.flush()), *drafts.flush()):
        yield _unless_refused(draft)


def _unless_refused(draft: Draft) -> Draft:
    if NO_ANSWER in draft.text:
        raise ModelRefused
    return draft


def _excerpt(number: int, hit: Hit) -> str:
    place = hit.breadcrumb
    if hit.status in OUTDATED:
        place += " (no longer valid)"
    return f"[{number}] {place}\n{without_orders(hit.text).strip()}"


def _shorten(excerpt: str, *, share: float) -> str:
    """Whole lines, or else as many characters, of about this share of the tokens."""
    kept = excerpt[: int(len(excerpt) * share)]
    head, line_break, _ = kept.rpartition("\n")
    return head if line_break and len(head) > len(kept) / 2 else kept


def conversation_text(earlier: Sequence[Turn]) -> str:
    """Earlier turns as a prompt shows them."""
    lines = [
        f"Customer: {turn.question[:LONGEST_QUESTION]}\n"
        f"Answer: {turn.answer[:LONGEST_EARLIER_ANSWER]}"
        for turn in earlier
    ]
    return "\n".join(lines)
