"""Every SQL statement about messages, who read them, and the files they come with."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from kefu.conversations.records import Attachment, Message, NewMessage, Role
from kefu.conversations.store.claims import ANSWERING_SECONDS
from kefu.errors import NotFound

FILES = (
    "(select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name,"
    " 'media_type', a.media_type, 'size', a.size) order by a.created_at, a.id), '[]')"
    " from attachments a where a.message_id = messages.id) as attachments"
)
MESSAGE = (
    "id, conversation_id, position, role, text, answer, trace_id, release_id, created_at,"
    " staff_id, (select s.name from staff s where s.id = messages.staff_id) as staff_name,"
    f" is_internal, mentions, client_key, content, {FILES}"
)
POSITION = (
    "(select coalesce(max(position) + 1, 0) from messages"
    " where conversation_id = %(conversation_id)s)"
)
APPEND = (
    "with messages as (insert into messages"
    " (id, conversation_id, position, role, text, answer, trace_id, release_id, reply_to,"
    "  client_key, answering_until)"
    f" values (%(id)s, %(conversation_id)s, {POSITION}, %(role)s, %(text)s, %(answer)s,"
    "  %(trace_id)s, %(release_id)s, %(reply_to)s, (select %(client_key)s::text where not exists"
    "   (select from messages where conversation_id = %(conversation_id)s"
    "    and client_key = %(client_key)s)),"
    "  clock_timestamp() + make_interval(secs => %(answering_seconds)s)) returning *"
    "), changed as (update conversations set version = version + 1,"
    "  last_message_at = (select created_at from messages) where id = %(conversation_id)s"
    "), told as (insert into conversation_events (conversation_id, kind, message_id, data)"
    "  select conversation_id, 'message', id, jsonb_build_object('role', role) from messages"
    f") select {MESSAGE} from messages"
).encode()
ATTACHMENT = "id, conversation_id, message_id, staff_id, name, media_type, size, sha256, created_at"


async def insert_message(  # noqa: PLR0913 - one parameter a column
    conn: AsyncConnection,
    *,
    conversation_id: UUID,
    role: Role,
    text: str,
    answer: Mapping[str, object] | None = None,
    trace_id: UUID | None = None,
    release_id: int | None = None,
    reply_to: UUID | None = None,
    client_key: str | None = None,
) -> Message:
    """Append a message to a conversation that this transaction began or locked, and tell of it.

    A key that another message of the conversation has is left out. A customer's is a question
    that whoever stores it answers.
    """
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(
        APPEND,
        {
            "id": uuid4(),
            "conversation_id": conversation_id,
            "role": role,
            "text": text,
            "answer": None if answer is None else Jsonb(answer),
            "trace_id": trace_id,
            "release_id": release_id,
            "reply_to": reply_to,
            "client_key": client_key,
            "answering_seconds": ANSWERING_SECONDS if role == "customer" else None,
        },
    )
    message = await cursor.fetchone()
    assert message is not None
    return message


async def insert_sent(
    conn: AsyncConnection,
    sent: NewMessage,
    *,
    conversation_id: UUID,
    role: Role,
    staff_id: int | None = None,
    is_internal: bool = False,
) -> Message:
    """Append what somebody sends, with its files.

    Raises:
        NotFound: a file was not uploaded to this conversation by the sender, or is sent already.
    """
    message = await _insert(
        conn,
        conversation_id,
        {
            "role": role,
            "text": sent.text,
            "staff_id": staff_id,
            "is_internal": is_internal,
            "mentions": list(sent.mentions),
            "client_key": sent.client_key,
            "content": Jsonb(list(sent.content)),
        },
    )
    if not sent.attachment_ids:
        return message
    cursor = await conn.execute(
        "update attachments set message_id = %s where id = any(%s) and conversation_id = %s"
        " and message_id is null and staff_id is not distinct from %s",
        [message.id, list(sent.attachment_ids), conversation_id, staff_id],
    )
    if cursor.rowcount != len(set(sent.attachment_ids)):
        raise NotFound("A file of the message was not uploaded to this conversation.")
    return await get_message(conn, message.id, conversation_id=conversation_id)


async def _insert(
    conn: AsyncConnection, conversation_id: UUID, values: Mapping[str, object]
) -> Message:
    cursor = conn.cursor(row_factory=class_row(Message))
    names = ", ".join(values)
    places = ", ".join(f"%({name})s" for name in values)
    await cursor.execute(
        f"insert into messages (id, conversation_id, position, {names})"
        f" values (%(id)s, %(conversation_id)s, {POSITION}, {places}) returning {MESSAGE}".encode(),
        {**values, "id": uuid4(), "conversation_id": conversation_id},
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


async def find_sent(conn: AsyncConnection, conversation_id: UUID, key: str) -> Message | None:
    """The message that was sent with this key, also in the conversations that follow."""
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(
        "with recursive line as (select %(id)s::uuid as id"
        "  union select c.id from conversations c join line on c.follows_id = line.id)"
        f" select {MESSAGE} from messages where client_key = %(key)s and conversation_id in"
        " (select line.id from line) order by created_at desc limit 1",
        {"key": key, "id": conversation_id},
    )
    return await cursor.fetchone()


async def update_key(conn: AsyncConnection, id: UUID, key: str | None) -> None:
    """Say with which key a message was sent, that no other one of its conversation has."""
    await conn.execute("update messages set client_key = %s where id = %s", [key, id])


async def find_reply(conn: AsyncConnection, asked: Message) -> Message | None:
    """What the chatbot said to a question; before it was noted to what, the next message."""
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(
        f"select {MESSAGE} from messages where conversation_id = %(conversation_id)s"
        " and role = 'chatbot' and (reply_to = %(id)s"
        "  or reply_to is null and position = %(position)s + 1)",
        {
            "conversation_id": asked.conversation_id,
            "id": asked.id,
            "position": asked.position,
        },
    )
    return await cursor.fetchone()


async def list_messages(
    conn: AsyncConnection,
    conversation_id: UUID,
    *,
    limit: int,
    until: int | None = None,
    with_notes: bool = False,
) -> Sequence[Message]:
    """The last messages of a conversation, oldest first; `until` is the last position wanted."""
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(
        f"select * from (select {MESSAGE} from messages where conversation_id = %(id)s"
        " and (%(until)s::int is null or position <= %(until)s)"
        " and (%(with_notes)s or not is_internal)"
        " order by position desc limit %(limit)s) as latest order by position",
        {"id": conversation_id, "until": until, "limit": limit, "with_notes": with_notes},
    )
    return await cursor.fetchall()


async def update_read(
    conn: AsyncConnection, conversation_id: UUID, staff_id: int, *, position: int
) -> None:
    """Note how far somebody has read; nobody reads backwards."""
    await conn.execute(
        "insert into conversation_reads as r (conversation_id, staff_id, position)"
        " values (%s, %s, %s) on conflict (conversation_id, staff_id) do update"
        " set position = greatest(r.position, excluded.position), read_at = clock_timestamp()",
        [conversation_id, staff_id, position],
    )


async def insert_attachment(  # noqa: PLR0913 - one parameter a column
    conn: AsyncConnection,
    *,
    conversation_id: UUID,
    staff_id: int | None,
    name: str,
    media_type: str,
    sha256: str,
    content: bytes,
) -> Attachment:
    """Keep a file that no message has yet."""
    cursor = conn.cursor(row_factory=class_row(Attachment))
    await cursor.execute(
        "insert into attachments (id, conversation_id, staff_id, name, media_type, size, sha256,"
        f" content) values (%s, %s, %s, %s, %s, %s, %s, %s) returning {ATTACHMENT}",
        [uuid4(), conversation_id, staff_id, name, media_type, len(content), sha256, content],
    )
    attachment = await cursor.fetchone()
    assert attachment is not None
    return attachment


async def get_attachment(
    conn: AsyncConnection, id: UUID, *, conversation_id: UUID, with_notes: bool
) -> tuple[Attachment, bytes]:
    """A file of a conversation with its content.

    Raises:
        NotFound: the conversation has no such file, or only in a note.
    """
    cursor = conn.cursor(row_factory=class_row(Attachment))
    await cursor.execute(
        f"select {ATTACHMENT} from attachments a where id = %s and conversation_id = %s"
        " and (%s or not exists (select from messages m where m.id = a.message_id"
        "  and m.is_internal) and (a.message_id is not null or a.staff_id is null))",
        [id, conversation_id, with_notes],
    )
    attachment = await cursor.fetchone()
    if attachment is None:
        raise NotFound("There is no file %(number)s in that conversation.", number=id)
    read = await conn.execute("select content from attachments where id = %s", [id])
    row = await read.fetchone()
    assert row is not None
    return attachment, bytes(row[0])


async def count_waiting_files(conn: AsyncConnection, conversation_id: UUID) -> int:
    """Files that were uploaded and not sent."""
    cursor = await conn.execute(
        "select count(*) from attachments where conversation_id = %s and message_id is null",
        [conversation_id],
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def delete_unsent(conn: AsyncConnection, *, hours: int) -> None:
    """Delete files that were uploaded so long ago and never sent."""
    await conn.execute(
        "delete from attachments where message_id is null"
        " and created_at < clock_timestamp() - make_interval(hours => %s)",
        [hours],
    )
