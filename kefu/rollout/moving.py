"""A release goes live past the gate by somebody's word, or the one before comes back."""

from collections.abc import Mapping, Sequence
from typing import Any

from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.prompts import follow_release, parse_reference
from kefu.releases import (
    Move,
    MoveKind,
    get_live,
    get_release,
    list_moves,
    lock_releases,
    move_live,
)

LONGEST_REASON = 500
MOVES_READ = 1000
BACK = frozenset({MoveKind.ROLLED_BACK, MoveKind.REVERTED})


async def make_live(
    conn: Connection,
    release_id: int,
    *,
    kind: MoveKind,
    author: str,
    reason: str = "",
    verdict: Mapping[str, Any] | None = None,
) -> Move:
    """Make a release the live one, and label live the prompts it sends.

    Raises:
        NotFound: there is no such release.
        Conflict: it is live already.
    """
    await lock_releases(conn)
    release = await get_release(conn, release_id)
    if release_id == (await get_live(conn)).id:
        raise Conflict("Release %(number)s is live already.", number=release_id)
    numbers = {parse_reference(key).key: pin.number for key, pin in release.content.prompts.items()}
    await follow_release(conn, numbers, author=author)
    return await move_live(
        conn, release_id, kind=kind, author=author, reason=reason, verdict=verdict
    )


async def override(conn: Connection, release_id: int, *, author: str, reason: str) -> Move:
    """Make a release live whatever the gate says; the audit log says who did it and why.

    Raises:
        BadInput: no reason is given, or a long one.
        NotFound: there is no such release.
        Conflict: it is live already.
    """
    return await make_live(
        conn,
        release_id,
        kind=MoveKind.OVERRIDDEN,
        author=author,
        reason=read_reason(reason),
    )


async def roll_back(
    conn: Connection,
    *,
    author: str,
    reason: str,
    to: int | None = None,
    kind: MoveKind = MoveKind.ROLLED_BACK,
) -> Move:
    """Go back to what was live before, or to an earlier one.

    Raises:
        BadInput: the reason is missing, or the release never was live.
        NotFound: there is no such release.
        Conflict: there is nothing to go back to.
    """
    reason = read_reason(reason)
    await lock_releases(conn)
    earlier = find_earlier(await list_moves(conn, limit=MOVES_READ))
    if to is None and earlier is None:
        raise Conflict("Nothing was live before, so there is nothing to roll back to.")
    if to is not None and not (await get_release(conn, to)).live_count:
        raise BadInput("Release %(number)s never was live: promote it instead.", number=to)
    target = earlier if to is None else to
    assert target is not None
    return await make_live(conn, target, kind=kind, author=author, reason=reason)


def find_earlier(moves: Sequence[Move]) -> int | None:
    """What was live before the live release, by moves of which the latest is the first.

    Going back takes with it what came after, so that going back twice goes back two steps.
    """
    stack: list[int] = []
    for move in reversed(moves):
        if move.kind in BACK and move.release_id in stack:
            del stack[stack.index(move.release_id) + 1 :]
        else:
            stack.append(move.release_id)
    return stack[-2] if len(stack) > 1 else None


def read_reason(reason: str) -> str:
    """What is kept of a reason.

    Raises:
        BadInput: there is none, or it is long.
    """
    kept = " ".join(reason.split())
    if not kept:
        raise BadInput("Say why: a reason is kept with it.")
    if len(kept) > LONGEST_REASON:
        raise BadInput("The reason is longer than %(count)s characters.", count=LONGEST_REASON)
    return kept
