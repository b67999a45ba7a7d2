"""Every SQL statement about conversations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from kefu.conversations.records import Conversation, Message, Role
from kefu.errors import NotFound

MESSAGE = "id, conversation_id, position, role, text, answer, trace_id, release_id, created_at"
CONVERSATION = "id, customer_id, base, language, created_at"


async def insert_conversation(
    conn: AsyncConnection, *, id: UUID, customer_id: str | None, base: str, language: str
) -> Conversation:
    """Begin a conversation."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        "insert into conversations (id, customer_id, base, language) values (%s, %s, %s, %s)"
        f" returning {CONVERSATION}",
        [id, customer_id, base, language],
    )
    conversation = await cursor.fetchone()
    assert conversation is not None
    return conversation


async def get_conversation(conn: AsyncConnection, id: UUID) -> Conversation:
    """Read one conversation.

    Raises:
        NotFound: there is none.
    """
    return await _read_conversation(
        conn,
        f"select {CONVERSATION} from conversations where id = %s",
        id,
    )


async def lock_conversation(conn: AsyncConnection, id: UUID) -> Conversation:
    """Read one conversation and let nobody else write to it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    return await _read_conversation(
        conn,
        f"select {CONVERSATION} from conversations where id = %s for update",
        id,
    )


async def _read_conversation(conn: AsyncConnection, statement: str, id: UUID) -> Conversation:
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(statement.encode(), [id])
    conversation = await cursor.fetchone()
    if conversation is None:
        raise NotFound("There is no conversation %(number)s.", number=id)
    return conversation


async def sample_conversations(
    conn: AsyncConnection, *, since: datetime, count: int, seed: int
) -> Sequence[Conversation]:
    """So many of those that began since then, the same ones for the same seed."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        f"select {CONVERSATION} from conversations where created_at >= %s"
        " order by md5(id::text || %s::text) limit %s",
        [since, seed, count],
    )
    return await cursor.fetchall()


async def insert_message(  # noqa: PLR0913 - one parameter a column
    conn: AsyncConnection,
    *,
    conversation_id: UUID,
    role: Role,
    text: str,
    answer: Mapping[str, object] | None = None,
    trace_id: UUID | None = None,
    release_id: int | None = None,
) -> Message:
    """Append a message to a conversation that this transaction began or locked."""
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(
        "insert into messages (id, conversation_id, position, role, text, answer, trace_id,"
        "  release_id) values (%(id)s, %(conversation_id)s, (select coalesce(max(position) + 1, 0)"
        "  from messages where conversation_id = %(conversation_id)s),"
        f" %(role)s, %(text)s, %(answer)s, %(trace_id)s, %(release_id)s) returning {MESSAGE}",
        {
            "id": uuid4(),
            "conversation_id": conversation_id,
            "role": role,
            "text": text,
            "answer": None if answer is None else Jsonb(answer),
            "trace_id": trace_id,
            "release_id": release_id,
        },
    )
    message = await cursor.fetchone()
    assert message is not None
    return message


async def get_message(conn: AsyncConnection, id: UUID, *, conversation_id: UUID) -> Message:
    """Read one message of a conversation that the caller knows.

    Raises:
        NotFound: the conversation has no such message.
    """
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(
        f"select {MESSAGE} from messages where id = %s and conversation_id = %s",
        [id, conversation_id],
    )
    message = await cursor.fetchone()
    if message is None:
        raise NotFound("There is no message %(number)s in that conversation.", number=id)
    return message


async def find_message(conn: AsyncConnection, id: UUID) -> Message | None:
    """Read one message of whatever conversation, for those who may read them all."""
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(f"select {MESSAGE} from messages where id = %s", [id])
    return await cursor.fetchone()


async def find_last_message(conn: AsyncConnection, conversation_id: UUID) -> Message | None:
    """Read the end of a conversation."""
    messages = await list_messages(conn, conversation_id, limit=1)
    return messages[-1] if messages else None


async def list_messages(
    conn: AsyncConnection, conversation_id: UUID, *, limit: int, until: int | None = None
) -> Sequence[Message]:
    """The last messages of a conversation, oldest first; `until` is the last position wanted."""
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(
        f"select * from (select {MESSAGE} from messages where conversation_id = %(id)s"
        " and (%(until)s::int is null or position <= %(until)s)"
        " order by position desc limit %(limit)s) as latest order by position",
        {"id": conversation_id, "until": until, "limit": limit},
    )
    return await cursor.fetchall()
