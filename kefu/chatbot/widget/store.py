"""Every SQL statement about channels."""

from collections.abc import Sequence
from dataclasses import asdict

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from kefu.chatbot.widget.records import RULES, Channel, ChannelLook
from kefu.errors import NotFound

CHANNEL = (
    "name, base, title, allowed_origins, accent, greetings, starters, proactive_rules,"
    " encrypted_secret, changed_by, changed_at, created_at"
)
LOOK = ("base", "title", "allowed_origins", "accent", "greetings", "starters", "proactive_rules")


async def insert_channel(
    conn: AsyncConnection, name: str, look: ChannelLook, *, encrypted_secret: bytes, changed_by: str
) -> bool:
    """Add a channel; False when there is one of this name."""
    cursor = await conn.execute(
        "insert into channels (name, base, title, allowed_origins, accent, greetings, starters,"
        "  proactive_rules, encrypted_secret, changed_by) values (%(name)s, %(base)s, %(title)s,"
        "  %(allowed_origins)s, %(accent)s, %(greetings)s, %(starters)s, %(proactive_rules)s,"
        "  %(secret)s, %(changed_by)s) on conflict (name) do nothing",
        {**_columns(look), "name": name, "secret": encrypted_secret, "changed_by": changed_by},
    )
    return cursor.rowcount == 1


async def update_channel(
    conn: AsyncConnection, name: str, look: ChannelLook, *, changed_by: str
) -> None:
    """Replace what was decided of a channel."""
    await conn.execute(
        "update channels set base = %(base)s, title = %(title)s,"
        " allowed_origins = %(allowed_origins)s, accent = %(accent)s, greetings = %(greetings)s,"
        " starters = %(starters)s, proactive_rules = %(proactive_rules)s,"
        " changed_by = %(changed_by)s, changed_at = clock_timestamp() where name = %(name)s",
        {**_columns(look), "name": name, "changed_by": changed_by},
    )


async def update_secret(
    conn: AsyncConnection, name: str, encrypted_secret: bytes, *, changed_by: str
) -> None:
    """Replace the secret of a channel."""
    await conn.execute(
        "update channels set encrypted_secret = %s, changed_by = %s,"
        " changed_at = clock_timestamp() where name = %s",
        [encrypted_secret, changed_by, name],
    )


async def delete_channel(conn: AsyncConnection, name: str) -> None:
    """Delete a channel; its conversations stay."""
    await conn.execute("delete from channels where name = %s", [name])


async def get_channel(conn: AsyncConnection, name: str) -> Channel:
    """Read one channel.

    Raises:
        NotFound: there is none of this name.
    """
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(f"select {CHANNEL} from channels where name = %s", [name])
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("There is no channel %(name)r.", name=name)
    return _build(row)


async def list_channels(conn: AsyncConnection) -> Sequence[Channel]:
    """All channels, by name."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(f"select {CHANNEL} from channels order by name")
    return [_build(row) for row in await cursor.fetchall()]


def _columns(look: ChannelLook) -> dict[str, object]:
    columns = asdict(look)
    for name in ("greetings", "proactive_rules"):
        columns[name] = Jsonb(columns[name])
    for name in ("allowed_origins", "starters"):
        columns[name] = list(columns[name])
    return columns


def _build(row: DictRow) -> Channel:
    look = {name: row.pop(name) for name in LOOK}
    look["proactive_rules"] = RULES.validate_python(look["proactive_rules"])
    row["encrypted_secret"] = bytes(row["encrypted_secret"])
    return Channel(look=ChannelLook(**look), **row)
