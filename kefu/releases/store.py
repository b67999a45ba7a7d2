"""Every SQL statement about releases; what was released is only ever added to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow, class_row, dict_row
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from kefu.errors import NotFound
from kefu.releases.records import (
    Content,
    EndpointPin,
    Move,
    MoveKind,
    Release,
    SettingValue,
    ShadowAnswer,
    Trial,
    TrialKind,
)

LOCK = 0x4B52454C  # "KREL"; one changes what is live, the others wait
CONTENT = TypeAdapter(Content)
PINS = TypeAdapter(tuple[EndpointPin, ...])

RELEASE = (
    "id, content, digest, knowledge, note, author, created_at,"
    " (select count(*) from release_moves m where m.release_id = releases.id)::int as live_count"
)
LIVE = "(select release_id from release_moves order by id desc limit 1)"
MOVE = "id, release_id, replaced_id, kind, author, reason, verdict, created_at"
TRIAL = (
    "id, kind, release_id, live_id, share, share_since, author, started_at, ended_at, ended_by,"
    " reason"
)


async def lock_releases(conn: AsyncConnection) -> None:
    """Let nobody else change what is live until the transaction ends."""
    await conn.execute("select pg_advisory_xact_lock(%s)", [LOCK])


async def insert_release(
    conn: AsyncConnection,
    content: Content,
    *,
    knowledge: Mapping[str, str],
    author: str,
    note: str,
) -> Release:
    """Keep a content as a release."""
    found = await _read(
        conn,
        "insert into releases (content, digest, knowledge, note, author)"
        f" values (%s, %s, %s, %s, %s) returning {RELEASE}",
        [Jsonb(asdict(content)), content.digest, Jsonb(dict(knowledge)), note, author],
    )
    return found[0]


async def get_release(conn: AsyncConnection, id: int) -> Release:
    """Read a release.

    Raises:
        NotFound: there is none of this number.
    """
    found = await _read(conn, f"select {RELEASE} from releases where id = %s", [id])
    if not found:
        raise NotFound(
            "There is no release %(number)s. `kefu releases list` shows those there are.", number=id
        )
    return found[0]


async def find_by_digest(conn: AsyncConnection, digest: str) -> Release | None:
    """The release of a content."""
    found = await _read(conn, f"select {RELEASE} from releases where digest = %s", [digest])
    return found[0] if found else None


async def find_live_release(conn: AsyncConnection) -> Release | None:
    """What answers customers."""
    found = await _read(conn, f"select {RELEASE} from releases where id = {LIVE}", [])
    return found[0] if found else None


async def list_releases(conn: AsyncConnection, *, limit: int = 100) -> Sequence[Release]:
    """The latest first."""
    return await _read(conn, f"select {RELEASE} from releases order by id desc limit %s", [limit])


async def insert_move(
    conn: AsyncConnection,
    release_id: int,
    *,
    kind: MoveKind,
    author: str,
    reason: str,
    verdict: Mapping[str, Any] | None,
) -> Move:
    """Make a release the live one."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        "insert into release_moves (release_id, replaced_id, kind, author, reason, verdict)"
        f" values (%s, {LIVE}, %s, %s, %s, %s) returning {MOVE}",
        [release_id, kind, author, reason, None if verdict is None else Jsonb(verdict)],
    )
    row = await cursor.fetchone()
    assert row is not None
    return _move(row)


async def list_moves(conn: AsyncConnection, *, limit: int = 100) -> Sequence[Move]:
    """Who released what, the latest first."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(f"select {MOVE} from release_moves order by id desc limit %s", [limit])
    return [_move(row) for row in await cursor.fetchall()]


async def insert_trial(
    conn: AsyncConnection, kind: TrialKind, *, release_id: int, share: float, author: str
) -> Trial:
    """Begin to try a release beside the live one."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        "insert into release_trials (kind, release_id, live_id, share, author)"
        f" values (%s, %s, {LIVE}, %s, %s) returning {TRIAL}",
        [kind, release_id, share, author],
    )
    row = await cursor.fetchone()
    assert row is not None
    return _trial(row)


async def update_share(conn: AsyncConnection, trial_id: int, share: float) -> None:
    """Give a trial another share; conversations that were in it stay in a larger one."""
    await conn.execute(
        "update release_trials set share = %(share)s,"
        "  share_since = case when share = %(share)s::real then share_since"
        "   else clock_timestamp() end"
        " where id = %(id)s",
        {"share": share, "id": trial_id},
    )


async def end_running_trial(conn: AsyncConnection, *, author: str, reason: str) -> Trial | None:
    """End the trial that runs; None when none does."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        "update release_trials set ended_at = clock_timestamp(), ended_by = %s, reason = %s"
        f" where ended_at is null returning {TRIAL}",
        [author, reason],
    )
    row = await cursor.fetchone()
    return _trial(row) if row else None


async def find_trial(conn: AsyncConnection) -> Trial | None:
    """The trial that runs."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(f"select {TRIAL} from release_trials where ended_at is null")
    row = await cursor.fetchone()
    return _trial(row) if row else None


async def find_serving(conn: AsyncConnection) -> tuple[Release | None, Trial | None]:
    """What answers customers, and the trial that runs beside it."""
    cursor = conn.cursor(row_factory=dict_row)
    trial = ", ".join(f"t.{name} as trial_{name}" for name in TRIAL.split(", "))
    await cursor.execute(
        f"select r.*, {trial} from (select {RELEASE} from releases where id = {LIVE}) r"
        " left join release_trials t on t.ended_at is null".encode()
    )
    row = await cursor.fetchone()
    if row is None:
        return None, None
    given = {name: row.pop(f"trial_{name}") for name in TRIAL.split(", ")}
    live = Release(**(row | {"content": CONTENT.validate_python(row["content"])}))
    return live, None if given["id"] is None else _trial(given)


async def list_trials(conn: AsyncConnection, *, limit: int = 50) -> Sequence[Trial]:
    """The latest first."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(f"select {TRIAL} from release_trials order by id desc limit %s", [limit])
    return [_trial(row) for row in await cursor.fetchall()]


async def insert_shadow_answer(
    conn: AsyncConnection,
    message_id: UUID,
    *,
    release_id: int,
    trial_id: int,
    answer: Mapping[str, Any],
    trace_id: UUID | None,
) -> None:
    """Keep what a release would have answered instead of a message; nothing when that is gone."""
    await conn.execute(
        "insert into shadow_answers (message_id, release_id, trial_id, trace_id, answer)"
        " select id, %s, %s, %s, %s from messages where id = %s on conflict do nothing",
        [release_id, trial_id, trace_id, Jsonb(answer), message_id],
    )


async def list_shadow_answers(
    conn: AsyncConnection, release_id: int, *, limit: int = 20
) -> Sequence[ShadowAnswer]:
    """What a release would have answered, the latest first."""
    cursor = conn.cursor(row_factory=class_row(ShadowAnswer))
    await cursor.execute(
        "select q.text as question, m.text as shown, m.answer->>'outcome' as shown_outcome,"
        " s.answer->>'answer' as given, s.answer->>'outcome' as outcome, s.trace_id, s.created_at"
        " from shadow_answers s join messages m on m.id = s.message_id"
        " join messages q on q.conversation_id = m.conversation_id"
        "  and q.position = m.position - 1"
        " where s.release_id = %s order by s.created_at desc limit %s",
        [release_id, limit],
    )
    return await cursor.fetchall()


async def find_seen(
    conn: AsyncConnection,
) -> tuple[dict[str, SettingValue], tuple[EndpointPin, ...]] | None:
    """Settings and endpoints that the server last started with."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute("select settings, endpoints from release_settings")
    row = await cursor.fetchone()
    return (row["settings"], PINS.validate_python(row["endpoints"])) if row else None


async def replace_seen(
    conn: AsyncConnection, settings: Mapping[str, SettingValue], endpoints: Sequence[EndpointPin]
) -> None:
    """Note what the server started with."""
    await conn.execute(
        "insert into release_settings (settings, endpoints) values (%(settings)s, %(endpoints)s)"
        " on conflict (is_only) do update set settings = %(settings)s, endpoints = %(endpoints)s",
        {
            "settings": Jsonb(dict(settings)),
            "endpoints": Jsonb([asdict(each) for each in endpoints]),
        },
    )


async def _read(conn: AsyncConnection, statement: str, values: Sequence[Any]) -> list[Release]:
    cursor = conn.cursor(row_factory=class_row(Release))
    await cursor.execute(statement.encode(), values)
    return [
        replace(each, content=CONTENT.validate_python(each.content))
        for each in await cursor.fetchall()
    ]


def _move(row: DictRow) -> Move:
    return Move(**(row | {"kind": MoveKind(row["kind"])}))


def _trial(row: DictRow) -> Trial:
    return Trial(**(row | {"kind": TrialKind(row["kind"])}))
