"""A second release answers the same question: nobody is shown it, and nobody waits for it."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from opentelemetry import trace
from opentelemetry.context import Context

from kefu.answering import Answer
from kefu.chatbot.answerer import ANSWER, Answerer
from kefu.chatbot.records import PendingTurn
from kefu.errors import KefuError
from kefu.releases import Release, Trial, apply_release, insert_shadow_answer
from kefu.resources import Resources
from kefu.tracing import Value, current_trace_id
from kefu.viewer import Viewer

MOST_AT_ONCE = 2
LONGEST_SECONDS = 120.0

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.chatbot")

_tasks: set[asyncio.Task[None]] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A question that a release answers beside the one whose answer was shown.

    Attributes:
        message_id: of that answer.
    """

    turn: PendingTurn
    message_id: UUID
    release: Release
    trial: Trial
    viewer: Viewer


def start_shadow(resources: Resources, shadow: Shadow, *, answerer: Answerer) -> None:
    """Answer once more in the background; left out where too many are at it already."""
    if len(_tasks) >= MOST_AT_ONCE:
        log.info("A shadow was left out: %s are being answered.", MOST_AT_ONCE)
        return
    task = asyncio.create_task(_answer(resources, shadow, answerer=answerer))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def finish_shadows() -> None:
    """Wait until those are answered that were begun."""
    await asyncio.gather(*_tasks)


async def end_shadows() -> None:
    """Give up those that are not answered yet."""
    for task in _tasks:
        task.cancel()
    await asyncio.gather(*_tasks, return_exceptions=True)


async def _answer(resources: Resources, shadow: Shadow, *, answerer: Answerer) -> None:
    turn = shadow.turn
    attributes: dict[str, Value] = {
        "kefu.release": shadow.release.id,
        "kefu.trial": shadow.trial.id,
        "kefu.base": turn.base,
        "kefu.input": turn.question,
    }
    with tracer.start_as_current_span("shadow", context=Context(), attributes=attributes):
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                applied = await apply_release(resources, shadow.release)
                events = answerer(
                    applied,
                    turn.question,
                    viewer=shadow.viewer,
                    base=turn.base,
                    history=turn.history,
                )
                async with aclosing(events):
                    async for event in events:
                        if isinstance(event, Answer):
                            await _keep(resources, shadow, event)
        except (KefuError, TimeoutError) as error:
            log.warning("Release %s gave no shadow answer: %s", shadow.release.id, error)


async def _keep(resources: Resources, shadow: Shadow, answer: Answer) -> None:
    async with resources.database.transaction() as conn:
        await insert_shadow_answer(
            conn,
            shadow.message_id,
            release_id=shadow.release.id,
            trial_id=shadow.trial.id,
            answer=ANSWER.dump_python(answer, mode="json"),
            trace_id=current_trace_id(),
        )
