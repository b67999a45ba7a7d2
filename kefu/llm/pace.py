"""Requests and tokens per minute, kept by a bucket that fills steadily (token bucket)."""

from collections.abc import Callable
from time import monotonic

from kefu.errors import ModelBusy

MINUTE = 60.0


class Bucket:
    """Holds a minute's worth at most and fills as time goes by."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._held = float(per_minute)
        self._filled_at = clock()

    def seconds_until(self, amount: int) -> float:
        """How long until so much can be taken; more than a minute's worth counts as that."""
        self._fill()
        missing = min(amount, self._per_minute) - self._held
        return max(0.0, missing * MINUTE / self._per_minute)

    def take(self, amount: int) -> None:
        """Take it, into debt if need be; a negative amount gives back."""
        self._fill()
        self._held = min(self._held - amount, float(self._per_minute))

    def _fill(self) -> None:
        now = self._clock()
        grown = (now - self._filled_at) * self._per_minute / MINUTE
        self._held = min(self._held + grown, float(self._per_minute))
        self._filled_at = now


class Pace:
    """Keeps an endpoint under what its provider allows per minute."""

    def __init__(
        self,
        name: str,
        *,
        requests: int | None,
        tokens: int | None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._name = name
        self._requests = Bucket(requests, clock=clock) if requests else None
        self._tokens = Bucket(tokens, clock=clock) if tokens else None

    def start(self, tokens: int) -> None:
        """Count a call that may take so many tokens.

        Raises:
            ModelBusy: a limit per minute is reached; says when to come again.
        """
        counted = [(self._requests, 1), (self._tokens, tokens)]
        wait = max(
            (bucket.seconds_until(amount) for bucket, amount in counted if bucket), default=0
        )
        if wait > 0:
            raise ModelBusy(
                f"Endpoint {self._name} reached its limit per minute.", retry_after_seconds=wait
            )
        for bucket, amount in counted:
            if bucket:
                bucket.take(amount)

    def settle(self, *, counted: int, used: int) -> None:
        """Replace the tokens that were counted by those that were used."""
        if self._tokens:
            self._tokens.take(used - counted)
