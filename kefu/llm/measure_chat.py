"""How fast a model writes and what it can do beside, measured within its limits and budget."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from statistics import median
from time import perf_counter

from kefu.errors import ModelUnavailable
from kefu.llm.abilities import AbilityWire
from kefu.llm.asking import told
from kefu.llm.calls import Call
from kefu.llm.chat import Wire
from kefu.llm.endpoints import Endpoint
from kefu.llm.guarded import GuardedEndpoint
from kefu.llm.local import LocalWire
from kefu.llm.open_call import OpenCall
from kefu.llm.openai_chat import OpenAICompatibleWire
from kefu.llm.records import CheckFinding, Effort, FindingKind
from kefu.llm.store import Connect
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


async def measure_chat(
    endpoint: Endpoint, effort: Effort, connect: Connect | None
) -> AsyncIterator[CheckFinding]:
    """How fast it writes, and what it can do.

    Raises:
        BadSettings: an extra or a file of a local model is missing.
    """
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
            await able.aclose()
        for kind, instructions, question, words in LANGUAGES:
            yield await _try_words(asking, kind, instructions, question, words)
        if not effort.is_quick:
            yield await _find_knee(asking, effort)
    finally:
        await asking.aclose()


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
        finished: list[Call] = []
        stream = self._guarded.stream(
            instructions=instructions, prompt=prompt, max_tokens=max_tokens, call=call
        )
        with told(call, finished.append):
            async with aclosing(stream):
                text = "".join([piece async for piece in stream])
        return text, finished[0]

    async def aclose(self) -> None:
        """Close the connections and wait until what was spent is written down."""
        await self._guarded.aclose()


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
