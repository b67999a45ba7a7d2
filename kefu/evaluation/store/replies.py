"""SQL of the replies that the gate of knowledge keeps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from kefu.evaluation.records import Reply
from kefu.evaluation.store.experiments import REPLY


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    """A reply to a case from the knowledge as it is.

    Attributes:
        is_carried: given before the last changes, which did not touch the case.
    """

    reply: Reply
    is_carried: bool = False


async def list_kept(
    conn: AsyncConnection, base_id: int, *, fingerprint: str, knowledge_digest: str
) -> dict[str, KeptReply]:
    """By the digest of what was asked; of the same candidate from the same knowledge."""
    cursor = await conn.execute(
        "select asked_digest, reply, is_carried from evaluation_kept_replies"
        " where base_id = %s and fingerprint = %s and knowledge_digest = %s",
        [base_id, fingerprint, knowledge_digest],
    )
    return {
        digest: KeptReply(reply=REPLY.validate_python(reply), is_carried=is_carried)
        for digest, reply, is_carried in await cursor.fetchall()
    }


async def replace_kept(
    conn: AsyncConnection,
    base_id: int,
    kept: Mapping[str, KeptReply],
    *,
    fingerprint: str,
    knowledge_digest: str,
) -> None:
    """Keep these; those from other knowledge are not needed any more."""
    await conn.execute(
        "delete from evaluation_kept_replies where base_id = %s"
        " and (fingerprint, knowledge_digest) <> (%s, %s)",
        [base_id, fingerprint, knowledge_digest],
    )
    async with conn.cursor() as cursor:
        await cursor.executemany(
            "insert into evaluation_kept_replies"
            " (base_id, fingerprint, knowledge_digest, asked_digest, reply, is_carried)"
            " values (%s, %s, %s, %s, %s, %s)"
            " on conflict (base_id, fingerprint, knowledge_digest, asked_digest)"
            " do update set reply = excluded.reply, is_carried = excluded.is_carried",
            [
                [base_id, fingerprint, knowledge_digest, asked, Jsonb(asdict(each.reply)),
                 each.is_carried]
                for asked, each in kept.items()
            ],
        )  # fmt: skip
