"""A change of a base that may be looked at before it is anybody's knowledge.

The candidate is a transaction that has not ended: whoever is handed it finds and answers from the
changed knowledge, everybody else from what was there before. Refused or killed, it leaves nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kefu.db import Connection, Database, OneTransaction
from kefu.knowledge.recorded import Note, Record, record_now
from kefu.knowledge.records import Base

Judge = Callable[[Database, Base], Awaitable[None]]
"""Looks at a base as it would be, and raises what keeps it from becoming so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Where a change is written, and how it is recorded."""

    database: Database
    record: Record


@asynccontextmanager
async def open_writing(
    database: Database, base: Base, judge: Judge | None
) -> AsyncIterator[Writing]:
    """Write at once, or with a judge all in one transaction that it lets pass or not."""
    if judge is None:
        yield Writing(database=database, record=record_now)
        return
    notes: list[Note] = []

    async def keep(_conn: Connection, note: Note) -> None:
        notes.append(note)

    async with database.transaction() as conn:
        candidate = OneTransaction(conn, url=database.url)
        yield Writing(database=candidate, record=keep)
        await judge(candidate, base)
        for note in notes:
            await record_now(conn, note)
