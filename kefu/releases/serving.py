"""Which release answers a conversation: always the same one for as long as a trial runs."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from kefu.db import Connection
from kefu.releases.records import Release, Trial, TrialKind
from kefu.releases.store import find_serving, get_release


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What answers one conversation.

    Attributes:
        release: whose answers are shown; None: nothing was released yet.
        trial: that the conversation takes part in.
        shadow: a release whose answers are only kept.
    """

    release: Release | None
    trial: Trial | None = None
    shadow: Release | None = None


async def choose_release(
    conn: Connection, conversation_id: UUID, *, started_at: datetime
) -> Serving:
    """What answers a conversation; one that began before a trial is no part of it."""
    live, trial = await find_serving(conn)
    if live is None or trial is None or trial.live_id != live.id or started_at < trial.started_at:
        return Serving(release=live)
    if draw(conversation_id, salt=trial.id) >= trial.share:
        return Serving(release=live, trial=None if trial.kind is TrialKind.SHADOW else trial)
    tried = await get_release(conn, trial.release_id)
    if trial.kind is TrialKind.SHADOW:
        return Serving(release=live, trial=trial, shadow=tried)
    return Serving(release=tried, trial=trial)


def draw(conversation_id: UUID, *, salt: int) -> float:
    """A number from 0 to 1 that a conversation always draws in the same trial."""
    digest = sha256(f"{salt}:{conversation_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
