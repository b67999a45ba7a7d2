"""The same cases by several contenders, side by side: other prompts, or other endpoints."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from statistics import median

from kefu.answering.answer import answer
from kefu.answering.cases import Case, count_facts
from kefu.answering.listening import Listener, add_costs
from kefu.answering.records import EXTRACTIVE
from kefu.answering.write import PROMPT_NAME
from kefu.errors import BadInput, NotFound
from kefu.knowledge import DEFAULT_BASE
from kefu.llm import ChatEndpoint, Endpoints
from kefu.prompts import Specification, read_values, render
from kefu.resources import Resources
from kefu.viewer import Viewer

NO_MODEL = "No language model is set: set model.url and model.name, or model.local."


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Who writes, and by what.

    Attributes:
        specification: None: the live version of the prompt `answer`.
    """

    name: str
    endpoint: ChatEndpoint
    specification: Specification | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one case, or of all of them, by one contender.

    Attributes:
        shown_count: of answers in which something that the model wrote was shown.
        right_count: facts that are in what was shown.
        written_right_count: facts that are in the model's own words.
        forbidden_count: of cases whose data it may not see.
        failed_count: of cases in which it was asked and failed.
        cost_micros: millionths of `currency`, None where prices are not known.
        first_token_seconds: of the model, None where nothing came; of several the median.
        seconds: until the answer was whole; of several the median.
    """

    shown_count: int
    right_count: int
    written_right_count: int
    forbidden_count: int
    failed_count: int
    input_tokens: int
    output_tokens: int
    cost_micros: int | None
    currency: str
    first_token_seconds: float | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One case by one contender.

    Attributes:
        shown: what the customer would have seen, verified; of other prompts what was written.
        written: the model's own words.
        problem: why the model did not write, or not to the end.
    """

    shown: str
    written: str
    problem: str
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCase:
    """One case by all contenders, in their order."""

    question: str
    fact_count: int
    sides: Sequence[Side]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All cases by all contenders, and what came of them in all."""

    names: Sequence[str]
    cases: Sequence[ComparedCase]
    fact_count: int
    results: Sequence[Result]


async def contend_by_prompts(
    resources: Resources, specifications: Mapping[str, Specification]
) -> list[Contender]:
    """The configured model by each of the prompts.

    Raises:
        BadInput: no model is configured.
    """
    endpoint, endpoints = resources.endpoint, resources.endpoints
    if endpoint is None or (endpoints is not None and not await _list_writers(endpoints)):
        raise BadInput(NO_MODEL)
    return [
        Contender(name=name, endpoint=endpoint, specification=each)
        for name, each in specifications.items()
    ]


async def contend_by_endpoints(endpoints: Endpoints, names: Sequence[str]) -> list[Contender]:
    """Each endpoint of these names by the live prompt; without names, every one that writes.

    Raises:
        BadInput: there is none.
        NotFound: one of them is not there, or does not write.
    """
    writers = await _list_writers(endpoints)
    for name in names:
        if name not in writers:
            known = f" There are: {', '.join(writers)}." if writers else ""
            raise NotFound(f"There is no chat endpoint {name}.{known}")
    if not writers:
        raise BadInput(NO_MODEL)
    return [
        Contender(name=name, endpoint=endpoints.choose([name]))
        for name in dict.fromkeys(names or writers)
    ]


async def compare(
    resources: Resources,
    contenders: Sequence[Contender],
    cases: Sequence[Case],
    *,
    viewer: Viewer,
    base: str = DEFAULT_BASE,
) -> AsyncIterator[ComparedCase]:
    """Each case as soon as all have written it, one after another, so that none slows another.

    Each begins in turn: whoever comes first finds the caches cold.

    Raises:
        BadInput: a case does not fit the prompts.
        ModelUnavailable: the model fails at another prompt than `answer`.
    """
    for number, case in enumerate(cases):
        sides: dict[int, Side] = {}
        for turn in range(len(contenders)):
            place = (number + turn) % len(contenders)
            sides[place] = await _write(
                resources, contenders[place], case, viewer=viewer, base=base
            )
        yield ComparedCase(
            question=case.question or next((str(each) for each in case.values.values()), ""),
            fact_count=len(case.facts),
            sides=[sides[place] for place in range(len(contenders))],
        )


def sum_up(contenders: Sequence[Contender], cases: Sequence[ComparedCase]) -> Comparison:
    """All of them with what came of them in all."""
    places = range(len(contenders))
    return Comparison(
        names=[each.name for each in contenders],
        cases=cases,
        fact_count=sum(each.fact_count for each in cases),
        results=[_sum([each.sides[place].result for each in cases]) for place in places],
    )


async def _list_writers(endpoints: Endpoints) -> list[str]:
    await endpoints.refresh()
    return [each.name for each in endpoints.list_endpoints() if each.purpose == "chat"]


async def _write(
    resources: Resources, contender: Contender, case: Case, *, viewer: Viewer, base: str
) -> Side:
    specification = contender.specification
    listener = Listener(contender.endpoint)
    started = time.perf_counter()
    if specification is None or specification.key.name == PROMPT_NAME:
        given = await answer(
            replace(resources, endpoint=listener),
            case.question,
            viewer=viewer,
            base=base,
            specification=specification,
        )
        shown, is_shown = given.answer, given.mode != EXTRACTIVE
    else:
        shown = await _fill_and_send(resources, listener, specification, case)
        is_shown = bool(shown)
    seconds = time.perf_counter() - started
    return Side(
        shown=shown,
        written=listener.text,
        problem=listener.problem,
        result=Result(
            shown_count=int(is_shown),
            right_count=count_facts(case.facts, shown),
            written_right_count=count_facts(case.facts, listener.text),
            forbidden_count=int(listener.was_forbidden),
            failed_count=int(bool(listener.problem) and not listener.was_forbidden),
            input_tokens=listener.input_tokens,
            output_tokens=listener.output_tokens,
            cost_micros=listener.cost_micros,
            currency=listener.currency,
            first_token_seconds=_round(listener.first_token_seconds),
            seconds=round(seconds, 3),
        ),
    )


async def _fill_and_send(
    resources: Resources, endpoint: ChatEndpoint, specification: Specification, case: Case
) -> str:
    sent = render(specification, read_values(specification, case.values))
    pieces = endpoint.stream(
        instructions=sent.instructions,
        prompt=sent.message,
        max_tokens=resources.settings.model.max_tokens,
        data_class=resources.settings.routing.conversation_class,
    )
    async with aclosing(pieces):
        return "".join([piece async for piece in pieces]).strip()


def _sum(results: Sequence[Result]) -> Result:
    currencies = {each.currency for each in results if each.currency}
    costs = [each.cost_micros for each in results]
    waits = [each.first_token_seconds for each in results if each.first_token_seconds is not None]
    return Result(
        shown_count=sum(each.shown_count for each in results),
        right_count=sum(each.right_count for each in results),
        written_right_count=sum(each.written_right_count for each in results),
        forbidden_count=sum(each.forbidden_count for each in results),
        failed_count=sum(each.failed_count for each in results),
        input_tokens=sum(each.input_tokens for each in results),
        output_tokens=sum(each.output_tokens for each in results),
        cost_micros=add_costs(costs) if len(currencies) < 2 else None,
        currency=currencies.pop() if len(currencies) == 1 else "",
        first_token_seconds=_round(median(waits)) if waits else None,
        seconds=round(median(each.seconds for each in results), 3),
    )


def _round(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
