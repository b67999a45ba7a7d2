"""Every SQL statement of the copilot."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from kefu.copilot.records import (
    Aid,
    AidFigures,
    Closing,
    Neighbour,
    NewSuggestion,
    Suggestion,
    Verdict,
)
from kefu.db import HalfVector
from kefu.errors import NotFound
from kefu.llm import Vector

SUGGESTION = (
    "id, conversation_id, position, aid, staff_id, mode, language, text, content, shown_at,"
    " verdict, sent, edit_share, seconds, settled_at"
)
LATEST_CLOSINGS = 20_000
"""Of a base, that a conversation is compared with."""


async def insert_suggestion(conn: AsyncConnection, new: NewSuggestion) -> Suggestion:
    """Keep what is shown."""
    cursor = conn.cursor(row_factory=kwargs_row(_read_suggestion))
    await cursor.execute(
        "insert into copilot_suggestions (id, conversation_id, position, aid, staff_id, mode,"
        " language, text, content) values (%(id)s, %(conversation_id)s, %(position)s, %(aid)s,"
        f" %(staff_id)s, %(mode)s, %(language)s, %(text)s, %(content)s) returning {SUGGESTION}",
        {"id": uuid4(), **_columns(new)},
    )
    suggestion = await cursor.fetchone()
    assert suggestion is not None
    return suggestion


async def update_shown(conn: AsyncConnection, id: UUID, new: NewSuggestion) -> Suggestion | None:
    """Keep what is shown in the place of what was; None where that is settled or somebody else's.

    The time at which the first was shown stays.
    """
    cursor = conn.cursor(row_factory=kwargs_row(_read_suggestion))
    await cursor.execute(
        "update copilot_suggestions set position = %(position)s, mode = %(mode)s, text = %(text)s,"
        " content = %(content)s where id = %(id)s and conversation_id = %(conversation_id)s"
        " and aid = %(aid)s and staff_id is not distinct from %(staff_id)s and verdict is null"
        f" returning {SUGGESTION}",
        {"id": id, **_columns(new)},
    )
    return await cursor.fetchone()


def _read_suggestion(*, aid: str, verdict: str | None, **columns: Any) -> Suggestion:
    return Suggestion(aid=Aid(aid), verdict=Verdict(verdict) if verdict else None, **columns)


def _read_figures(*, aid: str, **columns: Any) -> AidFigures:
    return AidFigures(aid=Aid(aid), **columns)


def _columns(new: NewSuggestion) -> dict[str, object]:
    given = {each.name: getattr(new, each.name) for each in fields(NewSuggestion)}
    return given | {"content": Jsonb(new.content)}


async def get_suggestion(conn: AsyncConnection, id: UUID, *, conversation_id: UUID) -> Suggestion:
    """Read one of a conversation.

    Raises:
        NotFound: the conversation has no such suggestion.
    """
    cursor = conn.cursor(row_factory=kwargs_row(_read_suggestion))
    await cursor.execute(
        f"select {SUGGESTION} from copilot_suggestions where id = %s and conversation_id = %s",
        [id, conversation_id],
    )
    suggestion = await cursor.fetchone()
    if suggestion is None:
        raise NotFound("There is no suggestion %(number)s in that conversation.", number=id)
    return suggestion


async def update_verdict(
    conn: AsyncConnection,
    id: UUID,
    *,
    verdict: Verdict,
    sent: str | None,
    edit_share: float | None,
) -> Suggestion | None:
    """Keep what became of it; None where somebody has said so already."""
    cursor = conn.cursor(row_factory=kwargs_row(_read_suggestion))
    await cursor.execute(
        "update copilot_suggestions set verdict = %s, sent = %s, edit_share = %s,"
        " settled_at = clock_timestamp(),"
        " seconds = extract(epoch from clock_timestamp() - shown_at)"
        f" where id = %s and verdict is null returning {SUGGESTION}",
        [verdict, sent, edit_share, id],
    )
    return await cursor.fetchone()


async def list_suggestions(
    conn: AsyncConnection, *, since: datetime, limit: int, after: UUID | None = None
) -> Sequence[Suggestion]:
    """What was shown since then, the earliest first, behind the one given."""
    cursor = conn.cursor(row_factory=kwargs_row(_read_suggestion))
    await cursor.execute(
        f"select {SUGGESTION} from copilot_suggestions where shown_at >= %(since)s"
        " and (%(after)s::uuid is null or (shown_at, id) >"
        "  (select shown_at, id from copilot_suggestions where id = %(after)s))"
        " order by shown_at, id limit %(limit)s",
        {"since": since, "limit": limit, "after": after},
    )
    return await cursor.fetchall()


async def list_kept(conn: AsyncConnection, aid: Aid, *, since: datetime) -> Sequence[Suggestion]:
    """What of one aid was shown since then and kept, edited or not, the earliest first."""
    cursor = conn.cursor(row_factory=kwargs_row(_read_suggestion))
    await cursor.execute(
        f"select {SUGGESTION} from copilot_suggestions where shown_at >= %s and aid = %s"
        " and verdict in ('accepted', 'edited') order by shown_at, id",
        [since, aid],
    )
    return await cursor.fetchall()


async def list_figures(conn: AsyncConnection, *, since: datetime) -> Sequence[AidFigures]:
    """How each aid is taken up, of what was shown since then."""
    cursor = conn.cursor(row_factory=kwargs_row(_read_figures))
    await cursor.execute(
        "select aid, count(*) as shown_count,"
        " count(*) filter (where verdict = 'accepted') as accepted_count,"
        " count(*) filter (where verdict = 'edited') as edited_count,"
        " count(*) filter (where verdict = 'rejected') as rejected_count,"
        " percentile_cont(0.5) within group (order by edit_share)"
        "  filter (where verdict in ('accepted', 'edited')) as median_edit_share,"
        " percentile_cont(0.5) within group (order by seconds)"
        "  filter (where verdict in ('accepted', 'edited')) as median_seconds"
        " from copilot_suggestions where shown_at >= %s group by aid order by aid",
        [since],
    )
    return await cursor.fetchall()


async def upsert_closing(
    conn: AsyncConnection,
    closing: Closing,
    vector: Vector,
    *,
    conversation_id: UUID,
    base: str,
    embedder: str,
) -> None:
    """Keep how a conversation was closed, in place of how it was closed before."""
    await conn.execute(
        "insert into copilot_closings (conversation_id, base, embedder, vector, disposition,"
        " labels) values (%s, %s, %s, %s, %s, %s) on conflict (conversation_id) do update set"
        " base = excluded.base, embedder = excluded.embedder, vector = excluded.vector,"
        " disposition = excluded.disposition, labels = excluded.labels,"
        " closed_at = clock_timestamp()",
        [
            conversation_id,
            base,
            embedder,
            HalfVector(vector),
            closing.disposition,
            list(closing.labels),
        ],
    )


async def find_alike(
    conn: AsyncConnection, vector: Vector, *, base: str, embedder: str, limit: int
) -> Sequence[Neighbour]:
    """The conversations of a base that are nearest to a vector, the nearest first."""
    cursor = await conn.execute(
        "with latest as materialized (select vector, disposition, labels from copilot_closings"
        "  where base = %(base)s and embedder = %(embedder)s order by closed_at desc"
        "  limit %(latest)s)"
        " select disposition, labels, 1 - (vector <=> %(vector)s) as similarity from latest"
        " order by vector <=> %(vector)s limit %(limit)s",
        {
            "base": base,
            "embedder": embedder,
            "vector": HalfVector(vector),
            "latest": LATEST_CLOSINGS,
            "limit": limit,
        },
    )
    return [
        Neighbour(disposition=disposition, labels=tuple(labels), similarity=float(similarity))
        for disposition, labels, similarity in await cursor.fetchall()
    ]
