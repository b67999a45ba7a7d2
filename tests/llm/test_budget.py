"""Money set aside and paid, in few trips to the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from psycopg import AsyncConnection

from kefu.db import Database
from kefu.errors import BudgetSpent, DatabaseUnavailable
from kefu.llm.budget import Budget, Reservation

PER_DAY_MICROS = 1000


class Road:
    """Leads to the database and counts who goes; nobody passes while it is closed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.trip_count = 0
        self.is_open = asyncio.Event()
        self.is_open.set()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        self.trip_count += 1
        await self.is_open.wait()
        async with self._database.connection() as conn:
            yield conn

    async def read_book(self) -> tuple[int, int]:
        """What is reserved and what is spent."""
        async with self._database.connection() as conn:
            rows = await conn.execute("select reserved_micros, spent_micros from llm_spending")
            ((reserved, spent),) = await rows.fetchall()
        return reserved, spent


@pytest.fixture
def road(committed_database: Database) -> Road:
    return Road(committed_database)


@pytest.fixture
def budget(road: Road) -> Budget:
    per_day = Decimal(PER_DAY_MICROS) / 1_000_000
    return Budget("paid", per_day=per_day, currency="USD", connect=road.connect)


async def test_calls_at_once_share_their_trips(budget: Budget, road: Road) -> None:
    reservations = await asyncio.gather(*(budget.reserve(10) for _ in range(50)))
    for reservation in reservations:
        budget.settle(reservation, spent_micros=7)
    await budget.aclose()
    assert await road.read_book() == (0, 350)
    assert road.trip_count <= 3


async def test_of_calls_that_are_too_many_together_those_go_that_fit(
    budget: Budget, road: Road
) -> None:
    ended = await asyncio.gather(*(budget.reserve(300) for _ in range(7)), return_exceptions=True)
    assert sum(isinstance(each, Reservation) for each in ended) == 3
    assert sum(isinstance(each, BudgetSpent) for each in ended) == 4
    assert await road.read_book() == (900, 0)


async def test_a_payment_on_its_way_makes_room(budget: Budget, road: Road) -> None:
    budget.settle(await budget.reserve(1000), spent_micros=100)
    await budget.reserve(900)
    with pytest.raises(BudgetSpent, match=r"budget of 0\.001 USD"):
        await budget.reserve(1)
    assert await road.read_book() == (900, 100)


async def test_who_leaves_while_waiting_gives_the_money_back(budget: Budget, road: Road) -> None:
    road.is_open.clear()
    waiting = asyncio.create_task(budget.reserve(1000))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    road.is_open.set()
    await budget.aclose()
    assert await road.read_book() == (0, 0)
    await budget.reserve(1000)


async def test_while_the_book_cannot_be_read_nothing_is_spent() -> None:
    @asynccontextmanager
    async def connect() -> AsyncIterator[AsyncConnection]:
        raise DatabaseUnavailable("gone")
        yield

    budget = Budget("paid", per_day=Decimal(1), currency="USD", connect=connect)
    with pytest.raises(DatabaseUnavailable, match="cannot be read"):
        await budget.reserve(1)
    await budget.aclose()
