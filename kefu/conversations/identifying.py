"""A conversation of somebody unknown becomes that of the customer who signed in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from kefu.conversations.changing import keep
from kefu.conversations.records import Conversation
from kefu.conversations.store.conversations import lock_conversation, update_customer_id
from kefu.conversations.store.inbox import get_customer, replace_customer
from kefu.db import Connection
from kefu.errors import NotFound

LONGEST_IDLE = timedelta(hours=24)
"""After so long somebody else may sit before the same browser."""


async def give_to_customer(
    conn: Connection,
    conversation_id: UUID,
    *,
    unknown_id: str,
    customer_id: str,
    channel: str,
    now: datetime | None = None,
) -> Conversation | None:
    """Make a conversation the customer's own that was that of somebody unknown, in one channel.

    What the staff noted of the unknown one stays, as far as nothing is known of the customer. One
    that is the customer's already stays as it is. None: there is no such conversation, it is
    somebody else's, or nobody wrote in it for a day.
    """
    try:
        conversation = await lock_conversation(conn, conversation_id)
    except NotFound:
        return None
    if conversation.channel != channel:
        return None
    if conversation.customer_id == customer_id:
        return conversation
    if conversation.customer_id != unknown_id:
        return None
    last_at = conversation.last_message_at or conversation.created_at
    if (now or datetime.now(UTC)) - last_at > LONGEST_IDLE:
        return None
    identified = await update_customer_id(conn, conversation_id, customer_id)
    await _merge(conn, unknown_id, customer_id)
    data = {"customer_id": customer_id, "replaced_id": unknown_id}
    return await keep(conn, identified, "identified", data=data)


async def _merge(conn: Connection, unknown_id: str, customer_id: str) -> None:
    before = await get_customer(conn, unknown_id)
    known = await get_customer(conn, customer_id)
    await replace_customer(
        conn,
        customer_id,
        name=known.name or before.name,
        email=known.email or before.email,
        language=known.language or before.language,
        is_vip=known.is_vip,
        attributes={**before.attributes, **known.attributes},
    )
