"""Identities at a provider, and sign-ins that were begun there."""

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row

from kefu.accounts.oidc_records import SignInRequest
from kefu.errors import NotAllowed


async def insert_request(
    conn: AsyncConnection, state_hash: bytes, request: SignInRequest, *, minutes: int
) -> None:
    """Remember a sign-in that goes to the provider, and forget those that never came back."""
    await conn.execute(
        "delete from sign_in_requests"
        " where created_at < clock_timestamp() - make_interval(mins => %s)",
        [minutes],
    )
    await conn.execute(
        "insert into sign_in_requests (state_hash, nonce, verifier, back) values (%s, %s, %s, %s)",
        [state_hash, request.nonce, request.verifier, request.back],
    )


async def take_request(
    conn: AsyncConnection, state_hash: bytes, *, minutes: int
) -> SignInRequest | None:
    """Remove a sign-in that was begun and return it; nobody gets it a second time."""
    cursor = conn.cursor(row_factory=class_row(SignInRequest))
    await cursor.execute(
        "delete from sign_in_requests where state_hash = %s"
        " and created_at >= clock_timestamp() - make_interval(mins => %s)"
        " returning nonce, verifier, back",
        [state_hash, minutes],
    )
    return await cursor.fetchone()


async def find_staff_id(conn: AsyncConnection, *, issuer: str, subject: str) -> int | None:
    """Whose identity this is."""
    cursor = await conn.execute(
        "select staff_id from identities where issuer = %s and subject = %s", [issuer, subject]
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def insert_identity(
    conn: AsyncConnection, *, issuer: str, subject: str, staff_id: int
) -> None:
    """Tie an identity to a person.

    Raises:
        NotAllowed: the person has another identity there.
    """
    try:
        async with conn.transaction():
            await conn.execute(
                "insert into identities (issuer, subject, staff_id) values (%s, %s, %s)",
                [issuer, subject, staff_id],
            )
    except UniqueViolation as error:
        raise NotAllowed(
            "Somebody else at the provider has signed in with this address before. "
            "Ask an administrator."
        ) from error
