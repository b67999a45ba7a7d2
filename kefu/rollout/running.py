"""Experiments that a page has started, in the process that serves it; all know of them."""

import asyncio
import logging

from kefu.db import Connection, is_locked
from kefu.errors import KefuError
from kefu.resources import Resources
from kefu.rollout.gating import evaluate_release
from kefu.rollout.store import EVALUATION_LOCK, only_one

log = logging.getLogger(__name__)

_tasks: dict[int, asyncio.Task[None]] = {}


def start_evaluation(resources: Resources, release_id: int, *, author: str) -> None:
    """Put the datasets to a release; one that is on its way, in whichever process, is left alone.

    Killed with the process, the same button goes on where it was.
    """
    if release_id not in _tasks:
        task = asyncio.create_task(_evaluate(resources, release_id, author=author))
        _tasks[release_id] = task
        task.add_done_callback(lambda _: _tasks.pop(release_id))


async def is_being_evaluated(conn: Connection, release_id: int) -> bool:
    """Whether this process or another is at it."""
    return release_id in _tasks or await is_locked(conn, EVALUATION_LOCK, release_id)


async def _evaluate(resources: Resources, release_id: int, *, author: str) -> None:
    try:
        async with (
            resources.database.connection() as conn,
            only_one(conn, release_id, lock=EVALUATION_LOCK) as is_ours,
        ):
            if is_ours:
                await evaluate_release(resources, release_id, author=author)
    except KefuError as error:
        log.warning("Release %s could not be evaluated: %s", release_id, error)
