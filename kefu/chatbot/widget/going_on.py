"""Where a visitor writes: in a conversation of the own channel, which people may serve by now."""

from uuid import UUID

from kefu.chatbot.repeating import name_beginning
from kefu.chatbot.widget.records import Channel, Visitor
from kefu.conversations import (
    Conversation,
    NewMessage,
    get_conversation,
    get_customer,
    give_to_customer,
    lock_conversation,
    replace_customer,
    require_own,
    start_conversation,
)
from kefu.db import Connection
from kefu.errors import NotFound


async def get_own(
    conn: Connection, conversation_id: UUID, *, channel: Channel, visitor: Visitor
) -> Conversation:
    """A conversation that this visitor had in this channel.

    Raises:
        NotFound: there is none.
    """
    conversation = await get_conversation(conn, conversation_id)
    _require_here(conversation, channel=channel, visitor=visitor)
    return conversation


async def write_in(
    conn: Connection,
    sent: NewMessage,
    *,
    conversation_id: UUID | None,
    channel: Channel,
    visitor: Visitor,
) -> Conversation:
    """The conversation in which the visitor writes, a new one where none is given.

    What is sent again with its key goes where it went.

    Raises:
        NotFound: it is not the visitor's.
    """
    if conversation_id is None:
        base, name, viewer = channel.look.base, channel.name, visitor.viewer
        conversation = await start_conversation(
            conn,
            sent.text,
            base=base,
            customer_id=viewer.customer_id,
            channel=name,
            beginning=name_beginning(sent, base=base, viewer=viewer, channel=name),
        )
        await _note_customer(conn, visitor)
        return conversation
    conversation = await lock_conversation(conn, conversation_id)
    _require_here(conversation, channel=channel, visitor=visitor)
    return conversation


async def carry_over(
    conn: Connection, conversation_id: UUID, *, unknown_id: str, channel: Channel, visitor: Visitor
) -> bool:
    """Whether a conversation goes on as the customer's, whom the host site identified by now.

    It was that of the anonymous visitor whose token came along with the identity, or is the
    customer's already.
    """
    assert visitor.viewer.customer_id is not None
    given = await give_to_customer(
        conn,
        conversation_id,
        unknown_id=unknown_id,
        customer_id=visitor.viewer.customer_id,
        channel=channel.name,
    )
    if given is not None:
        await _note_customer(conn, visitor)
    return given is not None


async def _note_customer(conn: Connection, visitor: Visitor) -> None:
    """Keep the name and address that the host site signed."""
    if visitor.viewer.customer_id is None or not (visitor.name or visitor.email):
        return
    known = await get_customer(conn, visitor.viewer.customer_id)
    await replace_customer(
        conn,
        known.id,
        name=visitor.name or known.name,
        email=visitor.email or known.email,
        language=known.language,
        is_vip=known.is_vip,
        attributes=known.attributes,
    )


def _require_here(conversation: Conversation, *, channel: Channel, visitor: Visitor) -> None:
    require_own(conversation, visitor.viewer)
    if conversation.channel != channel.name:
        raise NotFound("There is no conversation %(number)s.", number=conversation.id)
