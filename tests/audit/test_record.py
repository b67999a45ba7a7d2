"""The audit log: kept with its action or not at all, in one order, and refused to every change."""

import asyncio
import stat
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from kefu.audit import AuditEntry, record_audit, this_operator
from kefu.audit.records import AuditFilter
from kefu.audit.store import list_entries
from kefu.db import Connection, Database, sealing_keys, use_keys_of
from kefu.errors import BadSettings, Unavailable
from kefu.settings import Settings


async def record(conn: Connection, action: str = "staff.changed", **others: str) -> AuditEntry:
    given = {"actor": "ann@example.com", "subject": "bob@example.com"} | others
    return await record_audit(conn, action=action, details={"role": "admin"}, **given)


async def every_entry(conn: Connection, **wanted: object) -> list[AuditEntry]:
    return list(await list_entries(conn, AuditFilter(**wanted), limit=1000))  # type: ignore[arg-type]


async def test_an_entry_says_who_did_what_to_what_and_when(conn: Connection) -> None:
    began_at = datetime.now(UTC)
    await record(conn)
    (entry,) = await every_entry(conn)
    assert (entry.number, entry.actor, entry.action) == (1, "ann@example.com", "staff.changed")
    assert (entry.subject, entry.facts) == ("bob@example.com", {"role": "admin"})
    assert began_at <= entry.recorded_at <= datetime.now(UTC)
    assert entry.is_sealed_by(sealing_keys()[-1])


async def test_an_entry_goes_with_the_transaction_of_its_action(
    committed_database: Database,
) -> None:
    async with committed_database.transaction() as conn:
        await record(conn, "export.made")
        raise psycopg.Rollback
    async with committed_database.transaction() as conn:
        await record(conn, "staff.invited")
        await record(conn, "staff.changed")
    async with committed_database.connection() as conn:
        entries = await every_entry(conn)
    assert [(each.number, each.action) for each in entries] == [
        (2, "staff.changed"),
        (1, "staff.invited"),
    ]


async def test_entries_recorded_at_the_same_time_stand_in_one_unbroken_order(
    committed_database: Database,
) -> None:
    async def work(name: str) -> None:
        for place in range(10):
            async with committed_database.transaction() as conn:
                await conn.execute("select pg_sleep(random() * 0.002)")
                await record(conn, subject=f"{name} {place}")
                if place % 5 == 4:
                    raise psycopg.Rollback

    await asyncio.gather(*(work(str(number)) for number in range(12)))
    async with committed_database.connection() as conn:
        entries = (await every_entry(conn))[::-1]
    assert [each.number for each in entries] == list(range(1, 97))
    assert all(after.previous_seal == before.seal for before, after in pairwise(entries))


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entries set actor = 'somebody else'",
        "update audit_entries set actor = actor where false",
        "delete from audit_entries",
        "truncate audit_entries",
        "delete from audit_head",
        "truncate audit_head, audit_entries",
    ],
)
async def test_the_database_refuses_to_change_what_was_recorded(
    conn: Connection, statement: str
) -> None:
    await record(conn)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        async with conn.transaction():
            await conn.execute(statement.encode())
    assert len(await every_entry(conn)) == 1


async def test_what_strangers_type_is_kept_within_bounds(conn: Connection) -> None:
    await record_audit(
        conn,
        actor="\0\ud800" + "x" * 100_000,
        action="sign_in.failed",
        subject="e'); drop table audit_entries; --",
        details={"text": "\0" + "y" * 9999, "list": ["z" * 9999] * 999, "count": 3, "none": None},
    )
    (entry,) = await every_entry(conn)
    assert len(entry.actor) == 500
    assert entry.actor.startswith("\ufffd?x")
    assert len(entry.details) < 200_000
    assert len(entry.facts["list"]) == 100
    assert (entry.facts["count"], entry.facts["none"]) == (3, None)
    assert entry.is_sealed_by(sealing_keys()[-1])


async def test_nothing_is_recorded_when_the_head_is_gone(conn: Connection) -> None:
    await conn.execute("set local session_replication_role = replica")
    await conn.execute("delete from audit_head")
    with pytest.raises(Unavailable, match="tampered"):
        await record(conn)


async def test_entries_are_found_by_actor_action_subject_and_time(conn: Connection) -> None:
    for action in ("sign_in.ok", "sign_in.failed", "sign_in_link.made"):
        await record(conn, action, subject=f"About {action}")
    await record(conn, "api_key.made", actor="operator:root", subject="100% _new_")

    async def numbers(**wanted: object) -> list[int]:
        return [each.number for each in await every_entry(conn, **wanted)]

    assert await numbers() == [4, 3, 2, 1]
    assert await numbers(actor="OPERATOR") == [4]
    assert await numbers(action="sign_in") == [2, 1]
    assert await numbers(action="sign_in.failed") == [2]
    assert await numbers(subject="%") == [4]
    assert await numbers(subject="about SIGN") == [3, 2, 1]
    assert await numbers(before=3, action="sign_in", actor="ann") == [2, 1]
    assert await numbers(since=datetime.now(UTC) + timedelta(seconds=1)) == []
    assert await numbers(until=datetime.now(UTC) + timedelta(seconds=1)) == [4, 3, 2, 1]


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    use_keys_of(settings)
    (key,) = sealing_keys()
    file = tmp_path / "data" / "audit.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["audit.key"]
    use_keys_of(settings)
    assert sealing_keys() == [key]
    assert "secret" not in repr(key)


def test_a_key_that_is_set_seals_and_those_in_the_file_still_verify(tmp_path: Path) -> None:
    (tmp_path / "audit.key").write_text(f"# two\n{'a' * 32}\n\n{'b' * 32}\n")
    use_keys_of(Settings(data_dir=tmp_path, audit={"key": "c" * 32}))
    assert [key.secret[:1] for key in sealing_keys()] == [b"a", b"b", b"c"]
    use_keys_of(Settings(data_dir=tmp_path / "none", audit={"key": "c" * 32}))
    assert [key.secret[:1] for key in sealing_keys()] == [b"c"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text", ["", "# nothing\n", "short\n"])
def test_a_key_file_without_a_good_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "audit.key").write_text(text)
    use_keys_of(Settings(data_dir=tmp_path))
    with pytest.raises(BadSettings, match=r"audit\.key needs a key of 32 characters"):
        sealing_keys()


def test_a_key_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "audit.key").mkdir()
    use_keys_of(Settings(data_dir=tmp_path))
    with pytest.raises(Unavailable, match="KEFU_AUDIT__KEY"):
        sealing_keys()


def test_the_operator_is_named() -> None:
    assert this_operator().startswith("operator:")
