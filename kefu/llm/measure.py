"""What an endpoint can do, measured on the endpoint itself, within its limits and its budget."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from statistics import median
from time import perf_counter

from openai import OpenAIError

from kefu.errors import BadInput, ModelUnavailable
from kefu.llm.abilities import AbilityWire
from kefu.llm.calls import Call, CallOutcome
from kefu.llm.chat import Wire
from kefu.llm.check import check_embedder
from kefu.llm.endpoints import Endpoint
from kefu.llm.failures import MALFORMED, Place, explain
from kefu.llm.guarded import GuardedEndpoint
from kefu.llm.http import open_client
from kefu.llm.local import LocalWire
from kefu.llm.open_call import OpenCall
from kefu.llm.openai_chat import OpenAICompatibleWire
from kefu.llm.records import CheckFinding, Effort, FindingKind
from kefu.llm.remote import RemoteEmbedder
from kefu.llm.store import Connect
from kefu.settings import EmbeddingSettings
from kefu.viewer import DataClass

CALLS = 5
LEAST_GROWTH = 1.15
"""More calls at once are useful as long as throughput grows by so much."""
ANSWER_TOKENS = 64
WORD_TOKENS = 200
"""Room for a model that thinks before it says one word."""
BRIEF = "Answer with one word or number and nothing else."
LONG = "Count from one to one hundred in words, separated by commas."
ORDER = "Order 4711 goes to Hamburg. Where is it?"
ORDER_INSTRUCTIONS = "Read the order number and the city, as the schema or the tool wants them."
LANGUAGES: Sequence[tuple[FindingKind, str, str, tuple[str, ...]]] = (
    ("chinese", "只用一个词回答。", "中国的首都是哪座城市？", ("北京",)),
    ("english", BRIEF, "What is the capital of France?", ("paris",)),
)


async def measure(
    endpoint: Endpoint, *, effort: Effort, connect: Connect | None
) -> AsyncIterator[CheckFinding]:
    """Findings as they come; after one that is not reachable, none.

    Raises:
        BadInput: endpoints of this purpose cannot be measured.
        BadSettings: an extra or a file of a local model is missing.
    """
    match endpoint.purpose:
        case "chat":
            findings = _measure_chat(endpoint, effort, connect)
        case "embedding":
            findings = _measure_embedding(endpoint)
        case "rerank":
            findings = _measure_rerank(endpoint)
        case _:
            raise BadInput(f"Endpoint {endpoint.name}: transcription cannot be measured.")
    async for finding in findings:
        yield finding


async def _measure_chat(
    endpoint: Endpoint, effort: Effort, connect: Connect | None
) -> AsyncIterator[CheckFinding]:
    wire = LocalWire(endpoint) if endpoint.is_local else OpenAICompatibleWire(endpoint)
    asking = _Asking(endpoint, wire, connect)
    try:
        try:
            await asking.ask(BRIEF, "Say: ready", WORD_TOKENS)
        except ModelUnavailable as error:
            yield CheckFinding(kind="reachable", is_ok=False, detail=str(error))
            return
        yield CheckFinding(kind="reachable", is_ok=True)
        for finding in await _measure_speed(asking):
            yield finding
        for with_tool in (False, True):
            able = _Asking(endpoint, AbilityWire(wire, with_tool=with_tool), connect)
            yield await _try_order(able, "tools" if with_tool else "json")
        for kind, instructions, question, words in LANGUAGES:
            yield await _try_words(asking, kind, instructions, question, words)
        if not effort.is_quick:
            yield await _find_knee(asking, effort)
    finally:
        await wire.aclose()


class _Asking:
    """One endpoint behind its limits, asked for itself."""

    def __init__(self, endpoint: Endpoint, wire: Wire, connect: Connect | None) -> None:
        self.endpoint = endpoint
        self._guarded = GuardedEndpoint(endpoint, wire, connect=connect)

    async def ask(self, instructions: str, prompt: str, max_tokens: int) -> tuple[str, Call]:
        """What it wrote, and what that took.

        Raises:
            ModelUnavailable: it did not answer.
        """
        call = OpenCall(self.endpoint, data_class=DataClass.PUBLIC, fallback_from=None)
        outcome, problem, pieces = CallOutcome.FAILED, None, list[str]()
        try:
            stream = self._guarded.stream(
                instructions=instructions, prompt=prompt, max_tokens=max_tokens, call=call
            )
            async with aclosing(stream):
                pieces = [piece async for piece in stream]
            outcome = CallOutcome.DONE
        except ModelUnavailable as error:
            problem = str(error)
            raise
        finally:
            finished = call.finish(outcome, problem=problem)
        return "".join(pieces), finished


async def _measure_speed(asking: _Asking) -> list[CheckFinding]:
    """First token and tokens a second, each the median of some calls, one after another."""
    waits, speeds = [], []
    try:
        for _ in range(CALLS):
            _, call = await asking.ask("", LONG, ANSWER_TOKENS)
            first = call.first_token_seconds or call.seconds
            waits.append(first)
            if call.seconds > first:
                speeds.append(call.output_tokens / (call.seconds - first))
    except ModelUnavailable as error:
        return [CheckFinding(kind="first_token", is_ok=False, detail=str(error))]
    detail = f"median of {CALLS} calls"
    found = [
        CheckFinding(
            kind="first_token", is_ok=True, value=round(median(waits), 4), unit="s", detail=detail
        )
    ]
    if speeds:
        value = round(median(speeds), 2)
        found.append(
            CheckFinding(kind="speed", is_ok=True, value=value, unit="tokens/s", detail=detail)
        )
    return found


async def _try_order(asking: _Asking, kind: FindingKind) -> CheckFinding:
    try:
        text, _ = await asking.ask(ORDER_INSTRUCTIONS, ORDER, WORD_TOKENS)
    except ModelUnavailable as error:
        return CheckFinding(kind=kind, is_ok=False, detail=str(error))
    return CheckFinding(kind=kind, is_ok="4711" in text and "Hamburg" in text, detail=text)


async def _try_words(
    asking: _Asking, kind: FindingKind, instructions: str, question: str, words: Sequence[str]
) -> CheckFinding:
    try:
        text, _ = await asking.ask(instructions, question, WORD_TOKENS)
    except ModelUnavailable as error:
        return CheckFinding(kind=kind, is_ok=False, detail=str(error))
    is_right = any(word in text.lower() for word in words)
    return CheckFinding(kind=kind, is_ok=is_right, detail=text.strip()[:80])


async def _find_knee(asking: _Asking, effort: Effort) -> CheckFinding:
    """Twice as many calls at once, as long as that writes more tokens a second."""
    useful, best, used, steps = 0, 0.0, 0, list[str]()
    problem, count = "", 1
    while count <= asking.endpoint.settings.concurrency and used < effort.tokens:
        started = perf_counter()
        try:
            asked = [asking.ask("", LONG, ANSWER_TOKENS) for _ in range(count)]
            answers = await asyncio.gather(*asked)
        except ModelUnavailable as error:
            problem = f"; {error}"
            break
        calls = [call for _, call in answers]
        used += sum(call.input_tokens + call.output_tokens for call in calls)
        rate = sum(call.output_tokens for call in calls) / (perf_counter() - started)
        steps.append(f"{count}: {rate:.0f} tokens/s")
        if rate < best * LEAST_GROWTH:
            break
        useful, best, count = count, rate, count * 2
    return CheckFinding(
        kind="concurrency",
        is_ok=useful > 0,
        value=useful or None,
        unit="calls",
        detail=", ".join(steps) + problem,
    )


async def _measure_embedding(endpoint: Endpoint) -> AsyncIterator[CheckFinding]:
    settings = EmbeddingSettings(url=endpoint.url, model=endpoint.model, key=endpoint.settings.key)
    try:
        embedder = await RemoteEmbedder.open(settings)
    except ModelUnavailable as error:
        yield CheckFinding(kind="reachable", is_ok=False, detail=str(error))
        return
    try:
        yield CheckFinding(kind="reachable", is_ok=True)
        check = await check_embedder(embedder)
        yield CheckFinding(
            kind="vectors",
            is_ok=check.is_ok,
            value=embedder.dimensions,
            unit="dimensions",
            detail=check.detail,
        )
    finally:
        await embedder.aclose()


async def _measure_rerank(endpoint: Endpoint) -> AsyncIterator[CheckFinding]:
    """Whether the document that answers comes first, by the protocol of Jina and Cohere."""
    seconds = endpoint.settings.first_token_seconds
    body = {
        "model": endpoint.model,
        "query": "How do I get my money back?",
        "documents": ["The sky is blue at noon.", "Refunds are paid within 7 days of a return."],
    }
    async with open_client(
        endpoint.url, endpoint.settings.key, timeout_seconds=seconds, tries=1
    ) as client:
        try:
            answer = await client.post("/rerank", cast_to=object, body=body)
            ranked = sorted(
                answer["results"],  # type: ignore[index]
                key=lambda each: -float(each["relevance_score"]),
            )
            first = int(ranked[0]["index"])
        except (OpenAIError, TimeoutError, *MALFORMED) as error:
            sentence = explain(error, Place.of(endpoint))
            yield CheckFinding(kind="reachable", is_ok=False, detail=sentence)
            return
    yield CheckFinding(kind="reachable", is_ok=True)
    yield CheckFinding(kind="ranking", is_ok=first == 1)
