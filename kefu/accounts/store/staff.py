"""People and the links by which they choose a password."""

from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row

from kefu.accounts.permissions import StaffRole
from kefu.accounts.records import Link, Staff
from kefu.errors import Conflict, NotFound

STAFF = (
    "id, email, name, role, audiences, password_hash is not null as has_password, created_at,"
    " (select max(seen_at) from sessions where staff_id = staff.id) as seen_at, disabled_at"
)


async def insert_staff(
    conn: AsyncConnection,
    *,
    email: str,
    name: str,
    role: StaffRole,
    audiences: Sequence[str] = (),
    password_hash: str | None = None,
) -> Staff:
    """Add a person.

    Raises:
        Conflict: the address is taken.
    """
    cursor = conn.cursor(row_factory=class_row(Staff))
    try:
        async with conn.transaction():
            await cursor.execute(
                "insert into staff (email, name, role, audiences, password_hash)"
                f" values (%s, %s, %s, %s, %s) returning {STAFF}",
                [email, name, role, list(audiences), password_hash],
            )
    except UniqueViolation as error:
        raise Conflict(
            "There is somebody with the address %(email)s already.", email=email
        ) from error
    staff = await cursor.fetchone()
    assert staff is not None
    return staff


async def get_staff(conn: AsyncConnection, id: int) -> Staff:
    """Read one person.

    Raises:
        NotFound: there is none.
    """
    cursor = conn.cursor(row_factory=class_row(Staff))
    await cursor.execute(f"select {STAFF} from staff where id = %s", [id])
    staff = await cursor.fetchone()
    if staff is None:
        raise NotFound("There is nobody with the number %(number)s.", number=id)
    return staff


async def lock_staff(conn: AsyncConnection) -> None:
    """Let nobody else change or add people until the transaction ends."""
    await conn.execute("lock table staff in share row exclusive mode")


async def find_staff(conn: AsyncConnection, email: str) -> Staff | None:
    """Read one person by address."""
    cursor = conn.cursor(row_factory=class_row(Staff))
    await cursor.execute(f"select {STAFF} from staff where email = %s", [email])
    return await cursor.fetchone()


async def find_password_hash(conn: AsyncConnection, id: int) -> str | None:
    """The hash of a person's password, None when there is no password."""
    cursor = await conn.execute("select password_hash from staff where id = %s", [id])
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def list_staff(conn: AsyncConnection) -> Sequence[Staff]:
    """Everybody by name; who is disabled comes last."""
    cursor = conn.cursor(row_factory=class_row(Staff))
    await cursor.execute(f"select {STAFF} from staff order by disabled_at is not null, name, id")
    return await cursor.fetchall()


async def list_names(conn: AsyncConnection) -> Sequence[tuple[str, str]]:
    """The address and the name of everybody."""
    cursor = await conn.execute("select email, name from staff")
    return await cursor.fetchall()


async def count_admins(conn: AsyncConnection) -> int:
    """How many administrators could sign in."""
    cursor = await conn.execute(
        "select count(*) from staff where role = 'admin' and disabled_at is null"
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def update_staff(
    conn: AsyncConnection, id: int, *, name: str, role: StaffRole, audiences: Sequence[str]
) -> None:
    """Change what is said of a person and what the person may do."""
    await conn.execute(
        "update staff set name = %s, role = %s, audiences = %s where id = %s",
        [name, role, list(audiences), id],
    )


async def update_disabled(conn: AsyncConnection, id: int, *, is_disabled: bool) -> None:
    """Shut a person out, or let the person in again."""
    await conn.execute(
        "update staff set disabled_at = case when %s then clock_timestamp() end where id = %s",
        [is_disabled, id],
    )


async def update_password(conn: AsyncConnection, id: int, password_hash: str) -> None:
    """Put a password in the place of the one before."""
    await conn.execute("update staff set password_hash = %s where id = %s", [password_hash, id])


async def insert_link(
    conn: AsyncConnection, token_hash: bytes, *, staff_id: int | None, hours: int
) -> None:
    """Keep a link and forget those that ran out."""
    await conn.execute(
        "delete from links where token_hash in (select token_hash from links"
        " where expires_at < clock_timestamp() for update skip locked)"
    )
    await conn.execute(
        "insert into links (token_hash, staff_id, expires_at)"
        " values (%s, %s, clock_timestamp() + make_interval(hours => %s))",
        [token_hash, staff_id, hours],
    )


async def find_link(conn: AsyncConnection, token_hash: bytes) -> Link | None:
    """A link that still works."""
    cursor = conn.cursor(row_factory=class_row(Link))
    await cursor.execute(
        "select staff_id, expires_at from links"
        " where token_hash = %s and expires_at > clock_timestamp()",
        [token_hash],
    )
    return await cursor.fetchone()


async def delete_links(conn: AsyncConnection, *, staff_id: int | None) -> None:
    """Make all links of a person useless; None: those that make the first administrator."""
    await conn.execute("delete from links where staff_id is not distinct from %s", [staff_id])
