"""The same cases written by two prompts, side by side."""

import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kefu.answering.answer import answer
from kefu.answering.records import EXTRACTIVE
from kefu.answering.write import PROMPT_NAME
from kefu.errors import BadInput
from kefu.knowledge import DEFAULT_BASE
from kefu.llm import Call, ChatEndpoint, OnCall, ignore_call
from kefu.prompts import Specification, read_values, render
from kefu.resources import Resources
from kefu.text import fold_text
from kefu.viewer import DataClass, Viewer

MOST_CASES = 1000
_MARKUP = re.compile(r"[\s|*`#>\\;:-]+")


class Case(BaseModel):
    """What both prompts are given.

    Attributes:
        question: for the prompt `answer`, answered from the knowledge.
        values: for any other prompt, what its variables are filled in with.
        facts: what a right answer says; of a list any one will do.
    """

    model_config = ConfigDict(frozen=True)

    question: str = ""
    values: dict[str, str | int | float | list[str]] = Field(default_factory=dict)
    facts: tuple[str | tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one case, or of all of them, by one prompt.

    Attributes:
        shown_count: of answers in which something that the model wrote was shown.
        right_count: facts that are in what was shown.
        written_right_count: facts that are in the model's own words.
        cost_micros: millionths of `currency`, None where prices are not known.
    """

    shown_count: int
    right_count: int
    written_right_count: int
    input_tokens: int
    output_tokens: int
    cost_micros: int | None
    currency: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One case by one prompt.

    Attributes:
        shown: what the customer would have seen, verified; of other prompts what was written.
        written: the model's own words.
    """

    shown: str
    written: str
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCase:
    """One case by both prompts."""

    question: str
    fact_count: int
    left: Side
    right: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All cases by both prompts, and their sums."""

    cases: list[ComparedCase]
    fact_count: int
    left: Result
    right: Result


def read_cases(text: str) -> list[Case]:
    """Cases of a JSON Lines file; fields that a case does not have are left aside.

    Raises:
        BadInput: a line is no case, or there are none or too many.
    """
    cases = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                cases.append(Case.model_validate_json(line))
            except ValidationError as error:
                problem = error.errors()[0]["msg"]
                raise BadInput(f"Line {number} of the questions is no case: {problem}.") from None
    if not 0 < len(cases) <= MOST_CASES:
        raise BadInput(f"Give 1 to {MOST_CASES} questions, not {len(cases)}.")
    return cases


async def compare_prompts(
    resources: Resources,
    pair: tuple[Specification, Specification],
    cases: Sequence[Case],
    *,
    viewer: Viewer,
    base: str = DEFAULT_BASE,
) -> AsyncIterator[ComparedCase]:
    """Each case as soon as both prompts have written it, one after the other.

    Raises:
        BadInput: no model is configured, or a case does not fit the prompts.
        ModelUnavailable: the model fails at another prompt than `answer`.
    """
    if resources.endpoint is None:
        raise BadInput("No language model is set: set model.url and model.name, or model.local.")
    for case in cases:
        left, right = [
            await _write(resources, each, case, viewer=viewer, base=base) for each in pair
        ]
        yield ComparedCase(
            question=case.question or next((str(each) for each in case.values.values()), ""),
            fact_count=len(case.facts),
            left=left,
            right=right,
        )


def sum_up(cases: list[ComparedCase]) -> Comparison:
    """All of them with their sums."""
    return Comparison(
        cases=cases,
        fact_count=sum(each.fact_count for each in cases),
        left=_sum([each.left.result for each in cases]),
        right=_sum([each.right.result for each in cases]),
    )


async def _write(
    resources: Resources, specification: Specification, case: Case, *, viewer: Viewer, base: str
) -> Side:
    assert resources.endpoint is not None
    listener = Listener(resources.endpoint)
    listening = replace(resources, endpoint=listener)
    started = time.perf_counter()
    if specification.key.name == PROMPT_NAME:
        given = await answer(
            listening, case.question, viewer=viewer, base=base, specification=specification
        )
        shown, is_shown = given.answer, given.mode != EXTRACTIVE
    else:
        shown = await _fill_and_send(listening, specification, case)
        is_shown = bool(shown)
    return Side(
        shown=shown,
        written=listener.text,
        result=Result(
            shown_count=int(is_shown),
            right_count=count_facts(case.facts, shown),
            written_right_count=count_facts(case.facts, listener.text),
            input_tokens=listener.input_tokens,
            output_tokens=listener.output_tokens,
            cost_micros=listener.cost_micros,
            currency=listener.currency,
            seconds=round(time.perf_counter() - started, 3),
        ),
    )


async def _fill_and_send(resources: Resources, specification: Specification, case: Case) -> str:
    assert resources.endpoint is not None
    sent = render(specification, read_values(specification, case.values))
    pieces = resources.endpoint.stream(
        instructions=sent.instructions,
        prompt=sent.message,
        max_tokens=resources.settings.model.max_tokens,
        data_class=resources.settings.routing.conversation_class,
    )
    async with aclosing(pieces):
        return "".join([piece async for piece in pieces]).strip()


class Listener:
    """An endpoint that notes what is written, used and paid."""

    def __init__(self, endpoint: ChatEndpoint) -> None:
        self.text = ""
        self._endpoint = endpoint
        self._calls: list[Call] = []
        self._sent_tokens = 0

    @property
    def name(self) -> str:
        """Of the endpoint."""
        return self._endpoint.name

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
    ) -> AsyncGenerator[str, None]:
        """What the endpoint writes, raising as it does."""

        def note(call: Call) -> None:
            self._calls.append(call)
            on_call(call)

        self._sent_tokens += self.count_tokens(instructions) + self.count_tokens(prompt)
        pieces = self._endpoint.stream(
            instructions=instructions,
            prompt=prompt,
            max_tokens=max_tokens,
            data_class=data_class,
            on_call=note,
        )
        async with aclosing(pieces):
            async for piece in pieces:
                self.text += piece
                yield piece

    def count_tokens(self, text: str) -> int:
        """As the endpoint."""
        return self._endpoint.count_tokens(text)

    async def aclose(self) -> None:
        """The endpoint stays open; it belongs to others."""

    @property
    def input_tokens(self) -> int:
        """As reported, or else estimated."""
        return sum(call.input_tokens for call in self._calls) or self._sent_tokens

    @property
    def output_tokens(self) -> int:
        """As reported, or else estimated."""
        reported = sum(call.output_tokens for call in self._calls)
        return reported or (self.count_tokens(self.text) if self.text else 0)

    @property
    def cost_micros(self) -> int | None:
        """Of all calls, None where one has no price."""
        return _add([call.cost_micros for call in self._calls]) if self._calls else None

    @property
    def currency(self) -> str:
        """Of the last call."""
        return self._calls[-1].currency if self._calls else ""


def count_facts(facts: Sequence[str | tuple[str, ...]], text: str) -> int:
    """How many of the facts a text states, whatever the case, width and markup."""
    plain = _plain(text)
    alternatives = [(fact,) if isinstance(fact, str) else fact for fact in facts]
    return sum(any(_plain(each) in plain for each in fact) for fact in alternatives)


def _plain(text: str) -> str:
    return _MARKUP.sub(" ", fold_text(text))


def _sum(results: Sequence[Result]) -> Result:
    currencies = {each.currency for each in results if each.currency}
    costs = [each.cost_micros for each in results]
    return Result(
        shown_count=sum(each.shown_count for each in results),
        right_count=sum(each.right_count for each in results),
        written_right_count=sum(each.written_right_count for each in results),
        input_tokens=sum(each.input_tokens for each in results),
        output_tokens=sum(each.output_tokens for each in results),
        cost_micros=_add(costs) if len(currencies) == 1 else None,
        currency=currencies.pop() if len(currencies) == 1 else "",
        seconds=round(sum(each.seconds for each in results), 3),
    )


def _add(costs: Sequence[int | None]) -> int | None:
    return None if None in costs else sum(cost for cost in costs if cost is not None)
