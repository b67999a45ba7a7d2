"""What becomes of a release: kept, made live, tried; each step stands in the audit log."""

from collections.abc import Mapping
from typing import Any

from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.releases.live import get_live
from kefu.releases.records import Content, Move, MoveKind, Release, Trial, TrialKind
from kefu.releases.store import (
    end_running_trial,
    find_by_digest,
    find_trial,
    get_release,
    insert_move,
    insert_release,
    insert_trial,
    lock_releases,
    update_share,
)

LONGEST_NOTE = 500


async def keep_release(
    conn: Connection,
    content: Content,
    *,
    knowledge: Mapping[str, str],
    author: str,
    note: str = "",
) -> Release:
    """Make a release of a content; one that is a release already makes no other one.

    Raises:
        BadInput: the note is too long.
    """
    if len(note) > LONGEST_NOTE:
        raise BadInput("The note is longer than %(count)s characters.", count=LONGEST_NOTE)
    await lock_releases(conn)
    found = await find_by_digest(conn, content.digest)
    if found is not None:
        return found
    note = " ".join(note.split())
    release = await insert_release(conn, content, knowledge=knowledge, author=author, note=note)
    await record_audit(
        conn,
        actor=author,
        action="release.proposed",
        subject=f"release {release.id}",
        details={"digest": release.digest, "note": note},
    )
    return release


async def move_live(
    conn: Connection,
    release_id: int,
    *,
    kind: MoveKind,
    author: str,
    reason: str = "",
    verdict: Mapping[str, Any] | None = None,
) -> Move:
    """Make a release the live one; a trial that runs ends with it.

    Raises:
        NotFound: there is no such release.
    """
    await lock_releases(conn)
    release = await get_release(conn, release_id)
    trial = await end_running_trial(conn, author=author, reason=f"release {release_id} went live")
    move = await insert_move(
        conn, release.id, kind=kind, author=author, reason=reason, verdict=verdict
    )
    await record_audit(
        conn,
        actor=author,
        action=f"release.{kind}",
        subject=f"release {release_id}",
        details={
            "replaced": move.replaced_id,
            "reason": reason,
            "digest": release.digest,
            "trial_ended": trial.id if trial else None,
        },
    )
    return move


async def start_trial(
    conn: Connection,
    release_id: int,
    kind: TrialKind,
    *,
    share: float,
    author: str,
    reason: str = "",
) -> Trial:
    """Try a release beside the live one, or give the same trial another share.

    The reason is why it may before it has passed the gate; the audit log keeps it.

    Raises:
        BadInput: the share is none, or the release is live.
        Conflict: another trial runs.
        NotFound: there is no such release, or none is live.
    """
    if not 0 < share <= 1:
        raise BadInput("The share lies above 0 and is at most 1.")
    await lock_releases(conn)
    live = await get_live(conn)
    await get_release(conn, release_id)
    if live.id == release_id:
        raise BadInput("Release %(number)s is live already.", number=release_id)
    running = await find_trial(conn)
    if running is not None and (running.release_id, running.kind) != (release_id, kind):
        raise Conflict(
            "Release %(number)s is being tried. End that first.", number=running.release_id
        )
    if running is None:
        trial = await insert_trial(conn, kind, release_id=release_id, share=share, author=author)
    else:
        await update_share(conn, running.id, share)
        trial = running
    await record_audit(
        conn,
        actor=author,
        action=f"release.{kind}_started" if running is None else f"release.{kind}_changed",
        subject=f"release {release_id}",
        details={"share": share, "live": live.id} | ({"reason": reason} if reason else {}),
    )
    return trial


async def end_trial(conn: Connection, *, author: str, reason: str) -> Trial:
    """Give all conversations back to the live release.

    Raises:
        Conflict: no trial runs.
    """
    await lock_releases(conn)
    trial = await end_running_trial(conn, author=author, reason=reason)
    if trial is None:
        raise Conflict("No release is being tried.")
    await record_audit(
        conn,
        actor=author,
        action=f"release.{trial.kind}_ended",
        subject=f"release {trial.release_id}",
        details={"reason": reason},
    )
    return trial
