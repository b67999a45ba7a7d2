"""What an endpoint can do, measured on the endpoint itself, within its limits and its budget."""

import io
import math
import wave
from collections.abc import AsyncIterator
from struct import pack
from time import perf_counter

from kefu.errors import ModelUnavailable
from kefu.llm.asking import told
from kefu.llm.calls import ignore_call
from kefu.llm.check import check_embedder
from kefu.llm.endpoint_embedder import EndpointEmbedder
from kefu.llm.endpoints import Endpoint
from kefu.llm.guarded import GuardedEmbedder, GuardedReranker, GuardedTranscriber
from kefu.llm.measure_chat import measure_chat
from kefu.llm.open_call import OpenCall
from kefu.llm.recording import Recording
from kefu.llm.records import CheckFinding, Effort
from kefu.llm.store import Connect
from kefu.settings import EmbeddingSettings
from kefu.viewer import DataClass

RANKED = (
    ("English", "How do I get my money back?", "Refunds are paid within 7 days of a return."),
    ("Chinese", "退货之后多久能收到退款？", "退款在收到退货后 7 天内支付。"),
)
"""A question and what answers it, in each language."""
BESIDE = ("The sky is blue at noon.", "中午的天空是蓝色的。")
TONE_SECONDS = 1
TONE_HERTZ = 440
SAMPLES_PER_SECOND = 16_000


def measure(
    endpoint: Endpoint, *, effort: Effort, connect: Connect | None
) -> AsyncIterator[CheckFinding]:
    """Findings as they come; after one that is not reachable, none.

    Raises:
        BadSettings: an extra or a file of a local model is missing.
    """
    match endpoint.purpose:
        case "chat":
            return measure_chat(endpoint, effort, connect)
        case "embedding":
            return _measure_embedding(endpoint, connect)
        case "rerank":
            return _measure_rerank(endpoint, connect)
        case "transcription":
            return _measure_transcription(endpoint, connect)


async def _measure_embedding(
    endpoint: Endpoint, connect: Connect | None
) -> AsyncIterator[CheckFinding]:
    guarded = GuardedEmbedder.open(endpoint, connect=connect)
    embedder = EndpointEmbedder.of(guarded, EmbeddingSettings())
    try:
        await embedder.learn_dimensions()
        yield CheckFinding(kind="reachable", is_ok=True)
        check = await check_embedder(embedder)
        yield CheckFinding(
            kind="vectors",
            is_ok=check.is_ok,
            value=embedder.dimensions,
            unit="dimensions",
            detail=check.detail,
        )
    except ModelUnavailable as error:
        yield _unreachable(error)
    finally:
        await guarded.aclose()


async def _measure_rerank(
    endpoint: Endpoint, connect: Connect | None
) -> AsyncIterator[CheckFinding]:
    """Whether the text that answers comes first, in both languages."""
    reranker = GuardedReranker.open(endpoint, connect=connect)
    wrong, details = 0, list[str]()
    try:
        for language, question, answer in RANKED:
            call = OpenCall(endpoint, data_class=DataClass.PUBLIC, fallback_from=None)
            with told(call, ignore_call):
                *beside, score = await reranker.rerank(question, [*BESIDE, answer], call=call)
            wrong += score <= max(beside)
            details.append(f"{language}: {score:.3g}, beside it {max(beside):.3g}")
    except ModelUnavailable as error:
        yield _unreachable(error)
        return
    finally:
        await reranker.aclose()
    yield CheckFinding(kind="reachable", is_ok=True)
    yield CheckFinding(kind="ranking", is_ok=not wrong, detail="; ".join(details))


async def _measure_transcription(
    endpoint: Endpoint, connect: Connect | None
) -> AsyncIterator[CheckFinding]:
    """Whether sound is taken and how long that takes; a tone, in which nothing is said."""
    transcriber = GuardedTranscriber.open(endpoint, connect=connect)
    call = OpenCall(endpoint, data_class=DataClass.PUBLIC, fallback_from=None)
    started = perf_counter()
    try:
        with told(call, ignore_call):
            text = await transcriber.transcribe(_record_tone(), call=call)
    except ModelUnavailable as error:
        yield _unreachable(error)
        return
    finally:
        await transcriber.aclose()
    seconds = round(perf_counter() - started, 4)
    detail = f"{TONE_SECONDS} s of a tone" + (f', written down as "{text[:80]}"' if text else "")
    yield CheckFinding(kind="reachable", is_ok=True, value=seconds, unit="s", detail=detail)


def _record_tone() -> Recording:
    places = range(TONE_SECONDS * SAMPLES_PER_SECOND)
    turn = 2 * math.pi * TONE_HERTZ / SAMPLES_PER_SECOND
    samples = [round(8000 * math.sin(turn * place)) for place in places]
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLES_PER_SECOND)
        sound.writeframes(pack(f"<{len(samples)}h", *samples))
    return Recording(sound=file.getvalue(), name="tone.wav", language=None)


def _unreachable(error: ModelUnavailable) -> CheckFinding:
    return CheckFinding(kind="reachable", is_ok=False, detail=str(error))
