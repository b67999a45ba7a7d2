"""Write spans, from a thread of its own and on a connection of its own, and read them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from kefu.tracing.records import Span
from kefu.tracing.store.partitions import LOCK_TIMEOUT, partition_statement

CONNECT_SECONDS = 5
STATEMENT_TIMEOUT = "10s"
COLUMNS = tuple(field.name for field in fields(Span))
INSERT = (
    f"insert into spans ({', '.join(COLUMNS)}) values ({', '.join(['%s'] * len(COLUMNS))})"
    " on conflict do nothing"
)


class SpanWriter:
    """Writes batches of spans; connects when it must."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._conn: Connection | None = None
        self._days: set[date] = set()

    def write(self, spans: Sequence[Span]) -> None:
        """Store a batch, wholly or not at all.

        Raises:
            ConnectionError: the database cannot be reached; it is worth trying again.
            ValueError: the database takes no such spans.
        """
        try:
            self._write(self._connected(), spans)
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable) as error:
            self.close()
            raise ConnectionError(str(error)) from error
        except psycopg.errors.CheckViolation as error:  # a partition was dropped meanwhile
            self._days.clear()
            raise ConnectionError(str(error)) from error
        except psycopg.Error as error:
            raise ValueError(str(error)) from error

    def close(self) -> None:
        """Give the connection up."""
        self._days.clear()
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    def _connected(self) -> Connection:
        if self._conn is None or self._conn.closed:
            self._conn = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                options=f"-c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout={LOCK_TIMEOUT}",
            )
        return self._conn

    def _write(self, conn: Connection, spans: Sequence[Span]) -> None:
        for day in {span.started_at.date() for span in spans} - self._days:
            conn.execute(partition_statement(day))
            self._days.add(day)
        with conn.transaction(), conn.cursor() as cursor:
            cursor.executemany(INSERT, [_row(span) for span in spans])


def _row(span: Span) -> list[object]:
    return [
        Jsonb(value) if name in {"attributes", "events"} else value
        for name in COLUMNS
        for value in [getattr(span, name)]
    ]


async def list_spans(conn: AsyncConnection, trace_id: UUID, *, limit: int) -> Sequence[Span]:
    """The spans of a trace as they began."""
    cursor = conn.cursor(row_factory=class_row(Span))
    await cursor.execute(
        f"select {', '.join(COLUMNS)} from spans where trace_id = %s"
        " order by started_at, parent_id nulls first, span_id limit %s",
        [trace_id, limit],
    )
    return await cursor.fetchall()
