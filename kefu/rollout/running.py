"""Experiments that a page has started, in the process that serves it."""

import asyncio
import logging

from kefu.errors import KefuError
from kefu.resources import Resources
from kefu.rollout.gating import evaluate_release

log = logging.getLogger(__name__)

_tasks: dict[int, asyncio.Task[None]] = {}


def start_evaluation(resources: Resources, release_id: int, *, author: str) -> None:
    """Put the datasets to a release; one that is on its way is left alone.

    Killed with the process, the same button goes on where it was.
    """
    if release_id not in _tasks:
        task = asyncio.create_task(_evaluate(resources, release_id, author=author))
        _tasks[release_id] = task
        task.add_done_callback(lambda _: _tasks.pop(release_id))


def is_being_evaluated(release_id: int) -> bool:
    """Whether this process is at it."""
    return release_id in _tasks


async def _evaluate(resources: Resources, release_id: int, *, author: str) -> None:
    try:
        await evaluate_release(resources, release_id, author=author)
    except KefuError as error:
        log.warning("Release %s could not be evaluated: %s", release_id, error)
