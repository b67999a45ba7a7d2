"""What is done to accounts stands in the audit log."""

import re

from httpx import AsyncClient
from people import PASSWORD, add_person, enter
from signing_in import sign_in

from kefu.audit import AuditFilter, list_entries
from kefu.db import Database


async def list_deeds(database: Database) -> list[tuple[str, str, str]]:
    """Actor, action and subject, oldest first."""
    async with database.connection() as conn:
        entries = await list_entries(conn, AuditFilter(), limit=100)
    ordered = sorted(entries, key=lambda entry: entry.number)
    return [(entry.actor, entry.action, entry.subject) for entry in ordered]


async def test_sign_ins_and_refusals_are_recorded(client: AsyncClient, database: Database) -> None:
    await add_person(database)
    await enter(client, "lin@example.com", "wrong")
    await enter(client, "my secret password", "oops")
    await enter(client, "lin@example.com", PASSWORD)
    assert await list_deeds(database) == [
        ("test", "staff.added", "lin@example.com"),
        ("lin@example.com", "session.refused", "lin@example.com"),
        ("nobody", "session.refused", "nobody"),
        ("lin@example.com", "session.started", "lin@example.com"),
    ]


async def test_what_an_administrator_does_is_recorded_under_the_own_name(
    client: AsyncClient, database: Database
) -> None:
    staff = await add_person(database)
    admin = await sign_in(client, database, "admin")
    before = len(await list_deeds(database))
    path = f"/admin/staff/{staff.id}"
    await client.post(path, data={"name": "Lin", "role": "manager", "audiences": "vip"})
    await client.post(f"{path}/link")
    await client.post(f"{path}/disable")
    await client.post(f"{path}/enable")
    await client.post("/admin/staff", data={"email": "b@x", "name": "B", "role": "staff"})
    deeds = (await list_deeds(database))[before:]
    assert deeds == [
        (admin.email, action, subject)
        for action, subject in [
            ("staff.changed", "lin@example.com"),
            ("staff.link_made", "lin@example.com"),
            ("staff.disabled", "lin@example.com"),
            ("staff.enabled", "lin@example.com"),
            ("staff.added", "b@x"),
            ("staff.link_made", "b@x"),
        ]
    ]


async def test_another_role_is_recorded_with_the_one_before(
    client: AsyncClient, database: Database
) -> None:
    staff = await add_person(database)
    await sign_in(client, database, "admin")
    form = {"name": "Lin", "role": "manager", "audiences": "vip"}
    await client.post(f"/admin/staff/{staff.id}", data=form)
    async with database.connection() as conn:
        (entry,) = await list_entries(conn, AuditFilter(action="staff.changed"), limit=10)
    assert (entry.facts["role_before"], entry.facts["role"]) == ("staff", "manager")
    assert (entry.facts["audiences_before"], entry.facts["audiences"]) == ([], ["vip"])


async def test_keys_are_recorded_by_their_prefix_and_without_their_secret(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "manager")
    form = {"name": "Export", "days": "30", "scope.search": "yes"}
    page = (await client.post("/profile/keys", data=form)).text
    key = re.search(r"<code>(kefu_\w{12})_([\w-]+)</code>", page)
    path = re.search(r"/profile/keys/\d+/revoke", page)
    assert key is not None
    assert path is not None
    await client.post(path[0])
    deeds = (await list_deeds(database))[-2:]
    assert [deed[1:] for deed in deeds] == [
        ("api_key.created", key[1]),
        ("api_key.revoked", key[1]),
    ]
    async with database.connection() as conn:
        entries = await list_entries(conn, AuditFilter(), limit=100)
    assert all(key[2] not in entry.details + entry.subject for entry in entries)


async def test_a_refused_change_leaves_no_entry(client: AsyncClient, database: Database) -> None:
    await sign_in(client, database, "admin")
    before = await list_deeds(database)
    await client.post("/admin/staff", data={"email": "none", "name": "B", "role": "staff"})
    assert await list_deeds(database) == before
