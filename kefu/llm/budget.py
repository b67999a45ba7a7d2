"""Money per day and endpoint, reserved before a call and settled after it.

A reservation is the most that the call can cost, so that calls of any number of processes at the
same time never spend more than the budget. A process that is killed leaves its reservations; they
count as spent until the day (UTC) ends.

Calls of one process share their trips to the database: what comes while a trip is under way goes
with the next one, payments first. A call waits for its reservation and for nothing else.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
from psycopg import AsyncConnection

from kefu.errors import BudgetSpent, DatabaseUnavailable
from kefu.llm import store
from kefu.llm.prices import MILLION
from kefu.llm.store import Connect

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Money set aside for one call."""

    endpoint: str
    day: date
    micros: int


@dataclass(slots=True, kw_only=True)
class _Wish:
    """A reservation that somebody waits for."""

    reservation: Reservation
    is_granted: asyncio.Future[bool] = field(default_factory=asyncio.Future)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payment:
    """What a call cost, in the place of what was set aside for it."""

    reservation: Reservation
    spent_micros: int


class Budget:
    """What an endpoint may cost in a day."""

    def __init__(self, endpoint: str, *, per_day: Decimal, currency: str, connect: Connect) -> None:
        self._endpoint = endpoint
        self._per_day_micros = int(per_day * MILLION)
        self._label = f"{per_day.normalize():f} {currency}"
        self._connect = connect
        self._wishes: list[_Wish] = []
        self._payments: list[_Payment] = []
        self._trips: asyncio.Task[None] | None = None

    async def reserve(self, micros: int) -> Reservation:
        """Set aside the most that a call may cost.

        Raises:
            BudgetSpent: less is left.
            DatabaseUnavailable: nobody knows.
        """
        day = datetime.now(UTC).date()
        wish = _Wish(
            reservation=Reservation(endpoint=self._endpoint, day=day, micros=micros)
        )
        self._wishes.append(wish)
        self._set_out()
        try:
            is_granted = await asyncio.shield(wish.is_granted)
        except asyncio.CancelledError:
            wish.is_granted.add_done_callback(lambda _: self._give_back(wish))
            raise
        if not is_granted:
            raise BudgetSpent(
                f"Endpoint {self._endpoint} has spent its budget of {self._label} for {day}."
            )
        return wish.reservation

    def settle(self, reservation: Reservation, *, spent_micros: int) -> None:
        """Put what the call cost in the place of what was set aside, with the next trip.

        Until then, and if the database is away for good, the reservation counts as spent.
        """
        self._payments.append(_Payment(reservation=reservation, spent_micros=spent_micros))
        self._set_out()

    async def aclose(self) -> None:
        """Wait until everything is written."""
        if self._trips is not None:
            await self._trips

    def _give_back(self, wish: _Wish) -> None:
        """For a caller that left while it waited."""
        answer = wish.is_granted
        if not answer.cancelled() and answer.exception() is None and answer.result():
            self.settle(wish.reservation, spent_micros=0)

    def _set_out(self) -> None:
        if self._trips is None or self._trips.done():
            self._trips = asyncio.create_task(self._go_while_needed())

    async def _go_while_needed(self) -> None:
        while self._wishes or self._payments:
            wishes, self._wishes = self._wishes, []
            payments, self._payments = self._payments, []
            try:
                async with self._connect() as conn:
                    await self._pay(conn, payments)
                    payments = []
                    await self._grant(conn, wishes)
            except (psycopg.Error, DatabaseUnavailable) as error:
                if payments:
                    log.warning("Payments of endpoint %s are lost: %s", self._endpoint, error)
                _refuse(wishes, error)

    async def _pay(self, conn: AsyncConnection, payments: Sequence[_Payment]) -> None:
        by_day = defaultdict[date, list[_Payment]](list)
        for payment in payments:
            by_day[payment.reservation.day].append(payment)
        for day, paid in by_day.items():
            await store.settle(
                conn,
                self._endpoint,
                day,
                reserved_micros=sum(each.reservation.micros for each in paid),
                spent_micros=sum(each.spent_micros for each in paid),
            )

    async def _grant(self, conn: AsyncConnection, wishes: Sequence[_Wish]) -> None:
        """All at once where there is money for all, else one after another."""
        by_day = defaultdict[date, list[_Wish]](list)
        for wish in wishes:
            by_day[wish.reservation.day].append(wish)
        for day, wished in by_day.items():
            if await self._reserve(conn, day, wished):
                continue
            for wish in wished:
                if len(wished) == 1 or not await self._reserve(conn, day, [wish]):
                    wish.is_granted.set_result(False)

    async def _reserve(self, conn: AsyncConnection, day: date, wishes: Sequence[_Wish]) -> bool:
        is_reserved = await store.reserve(
            conn,
            self._endpoint,
            day,
            micros=sum(wish.reservation.micros for wish in wishes),
            budget_micros=self._per_day_micros,
        )
        if is_reserved:
            for wish in wishes:
                wish.is_granted.set_result(True)
        return is_reserved


def _refuse(wishes: Sequence[_Wish], error: Exception) -> None:
    for wish in wishes:
        if not wish.is_granted.done():
            wish.is_granted.set_exception(error)
