"""People with passwords, and what stands in a page."""

import re
from functools import cache
from html import unescape

from argon2 import PasswordHasher
from httpx import AsyncClient, Response

from kefu.accounts import Staff, StaffRole, add_staff
from kefu.accounts.store.staff import update_password
from kefu.db import Database

IDENTITY_KEY = "a key of the host site, 32 or more"
PASSWORD = "plum quartz onion"


async def add_person(
    database: Database, email: str = "lin@example.com", *, role: StaffRole = "staff"
) -> Staff:
    async with database.transaction() as conn:
        staff = await add_staff(conn, actor="test", email=email, name="Lin Wei", role=role)
        await update_password(conn, staff.id, _kept())
    return staff


@cache
def _kept() -> str:
    """Made once: a hash takes a quarter of a second on purpose."""
    return PasswordHasher().hash(PASSWORD)


async def enter(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    """Fill in the sign-in form."""
    form = {"email": email, "password": password, "back": "/profile"}
    return await client.post("/sign-in", data=form)


def read_csrf(page: Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    return found[1]


def read_link(page: Response) -> str:
    """The path of the one-time link that a page shows."""
    found = re.search(r"<code>http://127.0.0.1:8210(/welcome/[\w-]+)</code>", page.text)
    assert found is not None
    return unescape(found[1])
