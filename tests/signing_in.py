"""Clients of the application that are signed in."""

from uuid import uuid4

from httpx import AsyncClient

from kefu.accounts import Staff, StaffRole, add_staff, derive_csrf_token, start_session
from kefu.db import Database
from kefu.settings import Settings

COOKIE = "kefu_session"
CSRF_HEADER = "X-CSRF-Token"


async def sign_in(client: AsyncClient, database: Database, role: StaffRole) -> Staff:
    """Make a person of this role and sign the client in; its forms then pass the CSRF check."""
    async with database.transaction() as conn:
        staff = await add_staff(
            conn,
            actor="test",
            email=f"{role}.{uuid4().hex[:8]}@example.com",
            name=role.title(),
            role=role,
        )
    await sign_in_as(client, database, staff)
    return staff


async def sign_in_as(client: AsyncClient, database: Database, staff: Staff) -> None:
    """Sign the client in as somebody who is there."""
    async with database.transaction() as conn:
        secret = await start_session(conn, staff, settings=Settings().accounts)
    client.cookies.set(COOKIE, secret)
    client.headers[CSRF_HEADER] = derive_csrf_token(secret)
