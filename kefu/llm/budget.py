"""Money per day and endpoint, reserved before a call and settled after it.

A reservation is the most that the call can cost, so that calls of any number of processes at the
same time never spend more than the budget. A process that is killed leaves its reservations; they
count as spent until the day (UTC) ends.

Calls of one process share their trips to the database: what comes while a trip is under way goes
with the next one. A call waits for its reservation and for nothing else; payments wait a moment for
a reservation to go with.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import TypeVar

from kefu.errors import BudgetSpent, DatabaseUnavailable
from kefu.llm import store
from kefu.llm.prices import MILLION
from kefu.llm.store import Connect, Connection, StatementFailed

PAYMENTS_WAIT_SECONDS = 0.05

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


W = TypeVar("W", _Wish, _Payment)


class Budget:
    """What an endpoint may cost in a day."""

    def __init__(self, endpoint: str, *, per_day: Decimal, currency: str, connect: Connect) -> None:
        self._endpoint = endpoint
        self._per_day_micros = int(per_day * MILLION)
        self._label = f"{per_day.normalize():f} {currency}"
        self._connect = connect
        self._wishes: list[_Wish] = []
        self._payments: list[_Payment] = []
        self._is_urgent = asyncio.Event()
        self._trips: asyncio.Task[None] | None = None

    async def reserve(self, micros: int) -> Reservation:
        """Set aside the most that a call may cost.

        Raises:
            BudgetSpent: less is left.
            DatabaseUnavailable: nobody knows.
        """
        day = datetime.now(UTC).date()
        wish = _Wish(reservation=Reservation(endpoint=self._endpoint, day=day, micros=micros))
        self._wishes.append(wish)
        self._is_urgent.set()
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

        Until then the reservation counts as spent, and for good where the trip fails: whether a
        broken connection took the payment along is not known, and twice would be too much.
        """
        self._payments.append(_Payment(reservation=reservation, spent_micros=spent_micros))
        self._set_out()

    async def aclose(self) -> None:
        """Wait until everything is written."""
        while self._trips is not None and not self._trips.done():
            self._is_urgent.set()
            await asyncio.shield(self._trips)

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
            if not self._wishes:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._is_urgent.wait(), PAYMENTS_WAIT_SECONDS)
            self._is_urgent.clear()
            wishes, self._wishes = self._wishes, []
            payments, self._payments = self._payments, []
            try:
                async with self._connect() as conn:
                    await self._go(conn, wishes, payments)
            except (StatementFailed, DatabaseUnavailable) as error:
                log.warning("The book of spending of %s is away: %s", self._endpoint, error)
            finally:
                _refuse(wishes)

    async def _go(
        self, conn: Connection, wishes: Sequence[_Wish], payments: Sequence[_Payment]
    ) -> None:
        """Reserve for all at once, or else, when payments made room, for one after another."""
        refused = [
            wished for day, wished in _by_day(wishes) if not await self._reserve(conn, day, wished)
        ]
        for day, paid in _by_day(payments):
            await store.settle(
                conn,
                self._endpoint,
                day,
                reserved_micros=sum(each.reservation.micros for each in paid),
                spent_micros=sum(each.spent_micros for each in paid),
            )
        for wish in chain.from_iterable(refused):
            if not await self._reserve(conn, wish.reservation.day, [wish]):
                wish.is_granted.set_result(False)

    async def _reserve(self, conn: Connection, day: date, wishes: Sequence[_Wish]) -> bool:
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


def _by_day(made: Iterable[W]) -> list[tuple[date, list[W]]]:
    """Those of today, and those of yesterday that midnight caught."""
    days = defaultdict[date, list[W]](list)
    for each in made:
        days[each.reservation.day].append(each)
    return sorted(days.items(), key=itemgetter(0))


def _refuse(wishes: Sequence[_Wish]) -> None:
    """Whoever has no answer yet gets none."""
    for wish in wishes:
        if not wish.is_granted.done():
            wish.is_granted.set_exception(
                DatabaseUnavailable("What was spent cannot be read, so nothing more is.")
            )
