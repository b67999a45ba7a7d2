"""What somebody who owns the database, triggers and all, cannot hide."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kefu.audit import record_audit
from kefu.audit.anchor import advance_anchor, find_anchor, replace_anchor
from kefu.audit.chain import AuditVerdict, ChainCheck
from kefu.audit.export import export_audit
from kefu.audit.records import Anchor, AuditEntry, AuditFilter, parse_anchor, seal_head
from kefu.audit.store import find_head, insert_entry, list_entries, stream_entries
from kefu.audit.verify import verify_audit, verify_export
from kefu.db import Connection, Database, SealingKey, sealing_keys, use_keys_of
from kefu.errors import BadInput, Unavailable
from kefu.settings import Settings

FORGED = SealingKey(secret=b"what a forger makes up, 32 bytes")


@pytest.fixture
async def log(committed_database: Database, settings: Settings) -> Database:
    """Nine entries."""
    await append(committed_database, 9)
    return committed_database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture(autouse=True)
def _keys(committed_database: Database, settings: Settings) -> None:
    use_keys_of(settings)


async def append(database: Database, count: int = 1) -> None:
    for number in range(count):
        async with database.transaction() as conn:
            await record_audit(
                conn,
                actor="ann@example.com",
                action="staff.changed",
                subject=f"bob {number}",
                details={"role": "admin", "place": number},
            )


async def forge(database: Database, *statements: str) -> None:
    """What a superuser can do: triggers off, then anything."""
    async with database.transaction() as conn:
        await conn.execute("set local session_replication_role = replica")
        for statement in statements:
            await conn.execute(statement.encode())


async def entries_of(conn: Connection) -> list[AuditEntry]:
    return list(await list_entries(conn, AuditFilter(), limit=1000))[::-1]


async def problems(database: Database, settings: Settings) -> str:
    verdict = await verify_audit(database, settings)
    assert verdict.is_whole == (not verdict.problems)
    return " ".join(verdict.problems)


async def test_a_whole_log_is_whole(log: Database, settings: Settings) -> None:
    verdict = await verify_audit(log, settings)
    assert (verdict.is_whole, verdict.entry_count, verdict.problem_count) == (True, 9, 0)
    assert verdict.anchor is not None
    assert find_anchor(settings) == verdict.anchor == parse_anchor(str(verdict.anchor))
    await append(log, 2)
    assert (await verify_audit(log, settings, expected=[verdict.anchor])).is_whole


async def test_an_empty_log_is_whole(committed_database: Database, settings: Settings) -> None:
    verdict = await verify_audit(committed_database, settings)
    assert (verdict.is_whole, verdict.entry_count, verdict.anchor) == (True, 0, None)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'eve@example.com'",
        "action = 'staff.seen'",
        "subject = subject || ' '",
        'details = \'{"role": "staff", "place": 4}\'',
        "details = (details::text || ' ')::json",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "recorded_at = 'infinity'",
        "recorded_at = '0044-03-15 BC'",
        "key_id = 'another'",
        "seal = repeat('0', 64)",
        "previous_seal = repeat('0', 64)",
        "number = 100",
    ],
)
@pytest.mark.parametrize("number", [1, 5, 9])
async def test_an_edit_of_any_column_is_found(
    log: Database, settings: Settings, change: str, number: int
) -> None:
    await forge(log, f"update audit_entries set {change} where number = {number}")
    found = await problems(log, settings)
    assert str(number) in found
    assert find_anchor(settings) is None


async def test_an_edit_is_found_at_its_place_alone(log: Database, settings: Settings) -> None:
    await forge(log, "update audit_entries set actor = 'eve' where number = 5")
    verdict = await verify_audit(log, settings)
    assert verdict.problem_count == 1
    assert verdict.problems[0].startswith("Entry 5 (")
    assert "was edited, moved or forged" in verdict.problems[0]


@pytest.mark.parametrize(
    ("removed", "sentence"),
    [
        ("number = 1", "Entry 1 is missing."),
        ("number = 5", "Entry 5 is missing."),
        ("number in (4, 5, 6)", "Entries 4 to 6 are missing."),
        ("number = 9", "ends with entry 8, but its head stands at 9"),
        ("number > 3", "ends with entry 3, but its head stands at 9"),
        ("true", "ends with entry 0, but its head stands at 9"),
    ],
)
async def test_a_deletion_is_found(
    log: Database, settings: Settings, removed: str, sentence: str
) -> None:
    await forge(log, f"delete from audit_entries where {removed}")
    assert sentence in await problems(log, settings)


async def test_a_deletion_with_the_rest_moved_up_is_found(
    log: Database, settings: Settings
) -> None:
    await forge(
        log,
        "delete from audit_entries where number = 5",
        "update audit_entries set number = number + 999 where number > 5",  # past one another
        "update audit_entries set number = number - 1000 where number > 999",
        "update audit_entries set previous_seal = (select seal from audit_entries where number = 4)"
        " where number = 5",
        "update audit_head set number = 8",
    )
    found = await problems(log, settings)
    assert "Entry 5 (" in found
    assert "The head's seal does not fit" in found


async def test_two_entries_that_changed_places_are_found(log: Database, settings: Settings) -> None:
    await forge(
        log,
        "update audit_entries set number = 100 where number = 3",
        "update audit_entries set number = 3 where number = 6",
        "update audit_entries set number = 6 where number = 100",
    )
    found = await problems(log, settings)
    assert "Entry 3 (" in found
    assert "Entry 6 (" in found


async def test_an_end_that_was_cut_is_found_though_the_head_was_moved(
    log: Database, settings: Settings
) -> None:
    """The seal of entry 6 is there to read, but a head needs one of its own."""
    await forge(
        log,
        "delete from audit_entries where number > 6",
        "update audit_head set number = 6,"
        " entry_seal = (select seal from audit_entries where number = 6)",
    )
    assert "cut or continued without the key" in await problems(log, settings)


async def test_an_end_that_was_cut_with_a_head_kept_from_then_is_found_by_the_anchor(
    committed_database: Database, settings: Settings
) -> None:
    """Whoever has copied the whole database can bring it back; the data folder remembers."""
    await append(committed_database, 6)
    async with committed_database.connection() as conn:
        kept = await find_head(conn)
    assert kept is not None
    await append(committed_database, 3)
    roll_back = (
        "delete from audit_entries where number > 6",
        f"update audit_head set number = 6, entry_seal = '{kept.entry_seal}', seal = '{kept.seal}'",
    )
    verdict = await verify_audit(committed_database, settings)
    await forge(committed_database, *roll_back)
    assert "Entry 9, which was noted down as 9:" in await problems(committed_database, settings)
    (settings.data_dir / "audit.anchor").unlink()
    assert (await verify_audit(committed_database, settings)).is_whole
    assert verdict.anchor is not None
    expected = await verify_audit(committed_database, settings, expected=[verdict.anchor])
    assert not expected.is_whole
    await append(committed_database, 5)
    continued = await verify_audit(committed_database, settings, expected=[verdict.anchor])
    assert "Entry 9 is not the one that was noted down" in " ".join(continued.problems)


async def test_a_log_that_was_emptied_to_its_beginning_is_found_by_the_anchor(
    log: Database, settings: Settings
) -> None:
    await advance_anchor(log, settings)
    await forge(
        log,
        "truncate audit_entries",
        "update audit_head set number = 0, entry_seal = '', key_id = '', seal = ''",
    )
    assert "Entry 9, which was noted down" in await problems(log, settings)


async def build_chain(conn: Connection, entries: list[AuditEntry], key: SealingKey) -> None:
    """Write a log that is whole in itself, under a key of one's own."""
    previous = ""
    for number, entry in enumerate(entries, start=1):
        bare = replace(entry, number=number, key_id=key.id, previous_seal=previous, seal="")
        sealed = replace(bare, seal=key.seal(bare.content()))
        await insert_entry(conn, sealed, head_seal=seal_head(number, sealed.seal, key))
        previous = sealed.seal


async def test_a_chain_rebuilt_without_the_key_is_found(log: Database, settings: Settings) -> None:
    async with log.transaction() as conn:
        entries = await entries_of(conn)
        await conn.execute("set local session_replication_role = replica")
        await conn.execute("truncate audit_entries")
        await build_chain(conn, [each for each in entries if each.number != 5], FORGED)
    found = await problems(log, settings)
    assert "Entries 1 to 8 were sealed with the key" in found
    assert "The head was sealed with the key" in found


async def test_a_chain_rebuilt_under_the_name_of_the_true_key_is_found(
    log: Database, settings: Settings
) -> None:
    async with log.connection() as conn:
        true_id = (await entries_of(conn))[0].key_id
    async with log.transaction() as conn:
        entries = await entries_of(conn)
        await conn.execute("set local session_replication_role = replica")
        await conn.execute("truncate audit_entries")
        await build_chain(conn, entries, FORGED)
        await conn.execute("update audit_entries set key_id = %s", [true_id])
        await conn.execute("update audit_head set key_id = %s", [true_id])
    verdict = await verify_audit(log, settings)
    assert verdict.problem_count == 10


async def test_a_forged_entry_at_the_end_is_found(log: Database, settings: Settings) -> None:
    async with log.transaction() as conn:
        last = (await entries_of(conn))[-1]
        bare = replace(last, number=10, previous_seal=last.seal, action="staff.allowed")
        forged = replace(bare, seal=FORGED.seal(bare.content()))
        await insert_entry(conn, forged, head_seal=seal_head(10, forged.seal, FORGED))
    found = await problems(log, settings)
    assert "Entry 10 (" in found
    assert "The head's seal does not fit" in found
    await append(log)
    assert "Entry 10 (" in await problems(log, settings)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("delete from audit_head", "The head of the log is gone."),
        ("update audit_head set seal = ''", "The head's seal does not fit"),
        ("update audit_head set number = 12", "its head stands at 12"),
        ("update audit_head set key_id = 'x'", "sealed with the key 'x', which is not here"),
    ],
)
async def test_a_forged_head_is_found(
    log: Database, settings: Settings, statement: str, sentence: str
) -> None:
    await forge(log, "create temporary table kept as select * from audit_head", statement)
    assert sentence in await problems(log, settings)
    await forge(
        log, "insert into audit_head select true, 0, '', '', '' on conflict (is_only) do nothing"
    )


async def test_constraints_that_were_removed_do_not_stop_the_proof(
    log: Database, settings: Settings
) -> None:
    async with log.connection() as conn, conn.transaction(force_rollback=True):
        await conn.execute("set local session_replication_role = replica")
        await conn.execute("alter table audit_entries drop constraint audit_entries_pkey")
        await conn.execute("insert into audit_entries select * from audit_entries where number = 5")
        for column in ("actor", "key_id", "seal", "recorded_at", "details"):
            await conn.execute(
                f"alter table audit_entries alter column {column} drop not null".encode()
            )
            await conn.execute(
                f"update audit_entries set {column} = null where number = 7".encode()
            )
        verdict = await verify_inside(conn)
    found = " ".join(verdict.problems)
    assert "Entry 5 stands behind entry 5." in found
    assert "7" in found


async def verify_inside(conn: Connection) -> AuditVerdict:
    """As `verify_audit` does, in a transaction that goes on."""
    check = ChainCheck(sealing_keys(), anchors=[])
    async for entry in stream_entries(conn):
        check.add(entry)
    return check.judge(await find_head(conn))


async def test_entries_under_an_earlier_key_verify_as_long_as_it_is_kept(
    log: Database, settings: Settings
) -> None:
    file = settings.data_dir / "audit.key"
    earlier = file.read_text()
    file.write_text(earlier + "n" * 32 + "\n")
    use_keys_of(settings)
    await append(log, 3)
    assert (await verify_audit(log, settings)).is_whole
    file.write_text("n" * 32 + "\n")
    use_keys_of(settings)
    assert "Entries 1 to 9 were sealed with the key" in await problems(log, settings)


async def test_an_export_is_verified_without_the_database(
    log: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "audit.jsonl"
    assert await export_audit(log, file) == 9
    assert file.stat().st_mode & 0o777 == 0o600
    verdict = verify_export(file)
    assert (verdict.is_whole, verdict.entry_count) == (True, 9)
    assert not verify_export(file, expected=[Anchor(number=9, seal="0" * 64)]).is_whole


Damage = Callable[[list[str]], list[str]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines[1:],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:-2], lines[-1]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines[:3], lines[2], *lines[3:]],
        lambda lines: [line.replace("bob 4", "bob 5") for line in lines],
    ],
    ids=["first", "head", "last", "order", "twice", "edit"],
)
async def test_an_export_that_was_changed_is_found(
    log: Database, settings: Settings, tmp_path: Path, damage: Damage
) -> None:
    file = tmp_path / "audit.jsonl"
    await export_audit(log, file)
    lines = file.read_text().splitlines()
    file.write_text("".join(f"{line}\n" for line in damage(lines)))
    assert not verify_export(file).is_whole


@pytest.mark.parametrize("content", [b"{}\n", b"nonsense", b"\xff\xfe", b'{"number": "x"}'])
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(BadInput, match="audit log"):
        verify_export(tmp_path / "other")


async def test_the_anchor_follows_the_log_and_stays_when_the_log_went_back(
    log: Database, settings: Settings
) -> None:
    await advance_anchor(log, settings)
    assert (noted := find_anchor(settings)) is not None
    assert noted.number == 9
    await append(log)
    await advance_anchor(log, settings)
    assert (noted := find_anchor(settings)) is not None
    assert noted.number == 10
    await forge(log, "update audit_head set number = 11, seal = ''")
    await advance_anchor(log, settings)
    assert find_anchor(settings) == noted
    await forge(log, "delete from audit_entries where number = 10")
    with pytest.raises(Unavailable, match="no longer holds entry 10"):
        await advance_anchor(log, settings)
    assert find_anchor(settings) == noted


@pytest.mark.parametrize("text", ["", "9", "9:xyz", "-1:" + "0" * 64, "1:" + "0" * 63])
def test_text_that_is_no_anchor_is_refused(settings: Settings, text: str) -> None:
    with pytest.raises(BadInput, match="no anchor"):
        parse_anchor(text)
    replace_anchor(settings, Anchor(number=1, seal="0" * 64))
    (settings.data_dir / "audit.anchor").write_text(text)
    with pytest.raises(Unavailable, match=r"audit\.anchor cannot be read"):
        find_anchor(settings)
