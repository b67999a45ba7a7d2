"""How often a turn goes to the database: each time costs all who are served at that moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from filling import fill
from psycopg import AsyncConnection, AsyncCursor

from kefu.answering import stream_answer
from kefu.chatbot.records import ChatAnswer
from kefu.chatbot.turns import begin_turn, finish_turn, wait_for_answer
from kefu.db import Database
from kefu.llm import ScriptedEndpoint
from kefu.resources import Resources
from kefu.rollout import begin
from kefu.viewer import ANONYMOUS

MOST_STATEMENTS = 15
TRANSACTIONS = 2  # the question is stored before it is answered, the answer before it is shown
PAYMENTS = {
    "Late payments": "A late payment costs a fee of 5 euros.",
    "Waivers": "The fee of a late payment can be waived once a year, by phone.",
    "Refunds": "A refund is paid within 7 working days.",
}
SAID = "A late payment costs a fee of 5 euros. [1]\n"


class Counted(Database):
    """Counts what is asked of a database.

    Attributes:
        statements: in their order.
    """

    def __init__(self, database: Database) -> None:
        self.url = database.url
        self.statements: list[str] = []
        self.transaction_count = 0
        self._database = database

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        statements = self.statements

        class Cursor(AsyncCursor):  # type: ignore[type-arg]
            async def execute(self, query, *args, **options):  # type: ignore[no-untyped-def]
                statements.append(str(query))
                return await super().execute(query, *args, **options)

        async with self._database.connection() as conn:
            before, conn.cursor_factory = conn.cursor_factory, Cursor
            try:
                yield conn
            finally:
                conn.cursor_factory = before

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        self.transaction_count += 1
        async with super().transaction() as conn:
            yield conn


async def ask(resources: Resources, question: str, known: ChatAnswer | None = None) -> ChatAnswer:
    turn = await begin_turn(
        resources,
        question,
        viewer=ANONYMOUS,
        base="main",
        conversation_id=known.conversation_id if known else None,
    )
    events = finish_turn(resources, turn, viewer=ANONYMOUS, answerer=stream_answer)
    return await wait_for_answer(events)


async def test_a_turn_takes_few_statements(resources: Resources) -> None:
    await fill(resources, PAYMENTS)
    async with resources.database.transaction() as conn:
        await begin(conn, resources)
    written = replace(resources, endpoint=ScriptedEndpoint([SAID]))
    first = await ask(written, "What does a late payment cost?")
    counted = Counted(resources.database)
    second = await ask(
        replace(written, database=counted), "What is the fee of a late payment?", first
    )
    assert second.conversation_id == first.conversation_id
    assert (second.mode, second.outcome) == ("scripted", "answered")
    assert counted.transaction_count == TRANSACTIONS
    assert len(counted.statements) <= MOST_STATEMENTS, "\n".join(counted.statements)
