"""API keys; of the secret only a hash is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kefu.accounts.records import ApiKey, NewKey
from kefu.errors import NotFound

KEY = "id, staff_id, name, prefix, scopes, created_at, expires_at, used_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAndHash:
    """A key that has not expired, with what its secret is checked against."""

    id: int
    staff_id: int
    scopes: Sequence[str]
    secret_hash: bytes


async def insert_key(
    conn: AsyncConnection, wanted: NewKey, *, staff_id: int, prefix: str, secret_hash: bytes
) -> ApiKey:
    """Keep a key."""
    cursor = conn.cursor(row_factory=class_row(ApiKey))
    await cursor.execute(
        "insert into api_keys (staff_id, name, prefix, secret_hash, scopes, expires_at)"
        " values (%s, %s, %s, %s, %s, clock_timestamp() + make_interval(days => %s))"
        f" returning {KEY}",
        [staff_id, wanted.name, prefix, secret_hash, sorted(wanted.scopes), wanted.days],
    )
    key = await cursor.fetchone()
    assert key is not None
    return key


async def find_key(conn: AsyncConnection, prefix: str) -> KeyAndHash | None:
    """The key that begins so, unless it has expired."""
    cursor = conn.cursor(row_factory=class_row(KeyAndHash))
    await cursor.execute(
        "select id, staff_id, scopes, secret_hash from api_keys"
        " where prefix = %s and expires_at > clock_timestamp()",
        [prefix],
    )
    return await cursor.fetchone()


async def touch_key(conn: AsyncConnection, id: int, *, after_seconds: int) -> None:
    """Note that a key was used, unless that was noted a moment ago."""
    await conn.execute(
        "update api_keys set used_at = clock_timestamp() where id = %s and (used_at is null"
        " or used_at < clock_timestamp() - make_interval(secs => %s))",
        [id, after_seconds],
    )


async def list_keys(conn: AsyncConnection, staff_id: int) -> Sequence[ApiKey]:
    """The keys of a person, the latest first; expired ones too."""
    cursor = conn.cursor(row_factory=class_row(ApiKey))
    await cursor.execute(
        f"select {KEY} from api_keys where staff_id = %s order by id desc", [staff_id]
    )
    return await cursor.fetchall()


async def delete_key(conn: AsyncConnection, id: int, *, staff_id: int) -> ApiKey:
    """Delete one key of a person.

    Raises:
        NotFound: the person has no such key.
    """
    cursor = conn.cursor(row_factory=class_row(ApiKey))
    await cursor.execute(
        f"delete from api_keys where id = %s and staff_id = %s returning {KEY}", [id, staff_id]
    )
    key = await cursor.fetchone()
    if key is None:
        raise NotFound("You have no such API key.")
    return key
