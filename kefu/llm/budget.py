"""Money per day and endpoint, reserved before a call and settled after it.

A reservation is the most that the call can cost, so that calls of any number of processes at the
same time never spend more than the budget. A process that is killed leaves its reservations; they
count as spent until the day (UTC) ends.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from kefu.errors import BudgetSpent
from kefu.llm import store
from kefu.llm.prices import MILLION
from kefu.llm.store import Connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Money set aside for one call."""

    endpoint: str
    day: date
    micros: int


class Budget:
    """What an endpoint may cost in a day."""

    def __init__(self, endpoint: str, *, per_day: Decimal, currency: str, connect: Connect) -> None:
        self._endpoint = endpoint
        self._per_day_micros = int(per_day * MILLION)
        self._label = f"{per_day.normalize():f} {currency}"
        self._connect = connect

    async def reserve(self, micros: int) -> Reservation:
        """Set aside the most that a call may cost.

        Raises:
            BudgetSpent: less is left.
        """
        day = datetime.now(UTC).date()
        async with self._connect() as conn:
            is_reserved = await store.reserve(
                conn, self._endpoint, day, micros=micros, budget_micros=self._per_day_micros
            )
        if not is_reserved:
            raise BudgetSpent(
                f"Endpoint {self._endpoint} has spent its budget of {self._label} for {day}."
            )
        return Reservation(endpoint=self._endpoint, day=day, micros=micros)

    async def settle(self, reservation: Reservation, *, spent_micros: int) -> None:
        """Put what the call cost in the place of what was set aside."""
        async with self._connect() as conn:
            await store.settle(
                conn,
                reservation.endpoint,
                reservation.day,
                reserved_micros=reservation.micros,
                spent_micros=spent_micros,
            )
