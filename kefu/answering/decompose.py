"""Has a model take a message apart, and name what it describes; both are checked word by word.

What a model proposes is used only where it adds nothing to what was said. In all other cases, and
wherever no model answers in time, the rules decide.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from kefu.answering.comparisons import split_comparison
from kefu.answering.consulting import Consultation, consult
from kefu.answering.hops import Hop, is_name_for, split_hop
from kefu.answering.orders import without_orders
from kefu.answering.parts import MOST_PARTS, split_parts
from kefu.answering.records import Turn
from kefu.answering.rewrite import find_firm_terms, says_only
from kefu.answering.write import conversation_text, fit_excerpts
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import ChatEndpoint, Unreadable, read_object
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.text import content_words, detect_language, index_terms
from kefu.viewer import highest_class

PARTS_PROMPT, NAME_PROMPT, AGAIN_PROMPT = "decompose", "name-described", "search-again"
TURNS_GIVEN = 3
PATIENCE_SECONDS = 5.0  # for all that models are asked before a message is searched
PARTS_TOKENS, NAME_TOKENS, AGAIN_TOKENS = 300, 60, 200  # that a model may write
MOST_QUERIES = 3  # of a second search
EXCERPTS_GIVEN, EXCERPT_TOKENS = 3, 900  # from which it copies a name
FEWEST_WORDS = 4  # a shorter message asks one thing
LONGEST_READ = 500  # characters in which there are signs of several

_SEVERAL = re.compile(
    r"[?？].*[?？]|\b(?:each|respectively|vs|versus|compared?|comparison|differ\w*)\b"
    r"|\b(?:and|also|or)\b.*\b(?:how|what|when|where|which|who|why|can|do|does|is|are)\b"
    r"|\b(?:how|what|which|is|are|does)\b.*\bor\b"
    r"|\b(?:that|which|where|whose)\b.*[,:]|\b(?:the|that) [\w -]+ (?:that|which|where|whose)\b"
    r"|另外|还有|以及|顺便|分别|各自|相比|比起来|区别|不同|差异|差别|差多少|相差"
    r"|(?:和|与|跟|还是).*(?:哪|谁|各)|那个|那种|那款",
    re.IGNORECASE | re.DOTALL,
)

log = logging.getLogger(__name__)

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]


class _Parts(BaseModel):
    parts: list[Line] = Field(min_length=1, max_length=MOST_PARTS)
    first: Line = ""


class _Name(BaseModel):
    name: Line


class _Queries(BaseModel):
    queries: list[Line] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a message is looked up.

    Attributes:
        parts: its questions; more than one are answered one by one.
        sides: of a comparison, looked for one by one.
        hop: the two steps of its one question.
        stands_alone: each part is complete without what was said before it.
    """

    parts: Sequence[str]
    sides: Sequence[str] = ()
    hop: Hop | None = None
    stands_alone: bool = False

    @property
    def is_one_search(self) -> bool:
        """Whether the message is looked up as it stands."""
        return len(self.parts) == 1 and not self.sides and self.hop is None


class Planner:
    """Plans how messages are looked up, with a model where one helps in time."""

    def __init__(self, resources: Resources, history: Sequence[Turn]) -> None:
        """With what was said before."""
        self._resources = resources
        self._history = history[-TURNS_GIVEN:]
        self._deadline: float | None = None

    async def plan(self, message: str) -> Plan:
        """By a model where it proposes something that holds, else by rules."""
        if may_hold_several(message):
            written = await self._consult(
                PARTS_PROMPT,
                {"earlier": conversation_text(self._history), "question": message},
                message,
                max_tokens=PARTS_TOKENS,
            )
            said = [text for turn in self._history for text in (turn.question, turn.answer)]
            if (proposed := read_plan(written, message, [message, *said])) is not None:
                return proposed
        return plan_by_rules(message)

    async def name(self, what: str, hits: Sequence[Hit], question: str) -> str | None:
        """What the hits call the thing described; None where no model says so word for word."""
        endpoint = await self._resources.find_writer()
        if endpoint is None or not hits:
            return None
        excerpts = fit_excerpts(
            hits[:EXCERPTS_GIVEN], budget_tokens=EXCERPT_TOKENS, count_tokens=endpoint.count_tokens
        )
        given = hits[: len(excerpts)]
        written = await self._consult(
            NAME_PROMPT,
            {"excerpts": "\n\n".join(excerpts), "question": what},
            question,
            max_tokens=NAME_TOKENS,
            hits=given,
        )
        return read_name(written, given, question)

    async def reword(self, question: str) -> list[str]:
        """The question in the words that documents may use; none where no model writes any."""
        self._deadline = None
        written = await self._consult(
            AGAIN_PROMPT, {"question": question}, question, max_tokens=AGAIN_TOKENS
        )
        try:
            queries = read_object(written, _Queries).queries
        except Unreadable:
            return []
        return [each for each in dict.fromkeys(queries) if each and each != question][:MOST_QUERIES]

    async def _consult(
        self,
        name: str,
        values: dict[str, str],
        message: str,
        *,
        max_tokens: int,
        hits: Sequence[Hit] = (),
    ) -> str:
        """What the model writes; nothing where none may, or none does in time."""
        endpoint = await self._resources.find_writer()
        if endpoint is None:
            return ""
        asked = Consultation(
            name=name,
            values=values,
            language=detect_language(message),
            max_tokens=max_tokens,
            data_class=highest_class(
                self._resources.settings.routing.conversation_class,
                *(turn.data_class for turn in self._history),
                *(hit.data_class for hit in hits),
            ),
        )
        return await self._in_time(endpoint, asked)

    async def _in_time(self, endpoint: ChatEndpoint, asked: Consultation) -> str:
        now = asyncio.get_running_loop().time()
        self._deadline = self._deadline or now + PATIENCE_SECONDS
        try:
            async with asyncio.timeout_at(self._deadline):
                return await consult(self._resources, endpoint, asked)
        except (ModelForbidden, ModelUnavailable, TimeoutError) as error:
            log.info("Rules decide instead of %s: %s", asked.name, error)
            self._deadline = now
            return ""


def may_hold_several(message: str) -> bool:
    """Whether it is worth asking a model; most messages ask one thing."""
    return (
        bool(_SEVERAL.search(message[:LONGEST_READ]))
        and len(content_words(message)) >= FEWEST_WORDS
    )


def plan_by_rules(message: str) -> Plan:
    """The questions, or else the steps, or else the sides."""
    parts = split_parts(message)
    if len(parts) > 1:
        return Plan(parts=parts)
    hop = split_hop(message)
    return Plan(parts=parts, hop=hop, sides=() if hop else split_comparison(message))


def read_plan(written: str, message: str, said: Sequence[str]) -> Plan | None:
    """What a model proposes, if it is more than one question or step and adds and loses nothing."""
    try:
        proposed = read_object(written, _Parts)
    except Unreadable:
        return None
    parts = list(dict.fromkeys(proposed.parts))
    questions = [*parts, proposed.first] if proposed.first else parts
    if len(questions) < 2 or not all(says_only(each, message, said) for each in questions):
        return None
    kept = {term for each in questions for term in index_terms(each)}
    if not find_firm_terms(message) <= kept:
        return None
    if proposed.first:
        is_one = len(parts) == 1
        hop = Hop(what=proposed.first, rest=parts[0])
        return Plan(parts=[message], hop=hop) if is_one else None
    return Plan(parts=parts, stands_alone=True)


def read_name(written: str, hits: Sequence[Hit], question: str) -> str | None:
    """The name that a model copied, if the hits hold it where they address nobody."""
    try:
        name = read_object(written, _Name).name
    except Unreadable:
        return None
    texts = [" ".join((hit.title, *hit.heading_path, without_orders(hit.text))) for hit in hits]
    is_copied = any(name.casefold() in text.casefold() for text in texts)
    return name if is_copied and is_name_for(question, name) else None
