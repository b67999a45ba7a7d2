"""Replies to cases that are known without asking: of experiments, and those that the gate kept.

A change is held against the replies before it. Asking for them again would take as long as the
check itself, so each check leaves behind those that it was given, and those that hold once the
change is live. What a change does not touch is carried over; a loss that rests on such a reply is
looked at again.
"""

from collections.abc import Mapping, Sequence

from kefu.db import Connection
from kefu.evaluation.affected import Posed
from kefu.evaluation.candidates import Setup
from kefu.evaluation.store.experiments import list_cached
from kefu.evaluation.store.replies import KeptReply, list_kept, replace_kept

Replies = Mapping[str, KeptReply]
"""By the digest of what was asked."""


async def list_replies(conn: Connection, setup: Setup, posed: Sequence[Posed]) -> Replies:
    """The last ones from the knowledge as it is."""
    asked = {each.case.asked_digest for each in posed}
    same = {"fingerprint": setup.fingerprint, "knowledge_digest": setup.knowledge_digest}
    kept = await list_kept(conn, setup.base.id, **same)
    cached = await list_cached(conn, list(asked), **same)
    return {
        **{digest: reply for digest, reply in kept.items() if digest in asked},
        **{digest: KeptReply(reply=reply) for digest, (reply, _) in cached.items()},
    }


async def keep_replies(
    conn: Connection, setup: Setup, knowledge_digest: str, replies: Replies
) -> None:
    """What the next change is held against, as long as the knowledge stays like this."""
    whole = {
        asked: each
        for asked, each in replies.items()
        if each.reply.error is None and each.reply.notice is None
    }
    same = {"fingerprint": setup.fingerprint, "knowledge_digest": knowledge_digest}
    await replace_kept(conn, setup.base.id, whole, **same)
