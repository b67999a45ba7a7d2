"""Stops asking an endpoint that keeps failing, and tries it again after a while.

The circuit breaker of M. Nygard, "Release It!": closed, open, half-open.
"""

from collections.abc import Callable
from time import monotonic

from kefu.errors import ModelUnavailable

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 15.0


class Breaker:
    """Opens after failures in a row; then lets one call through to see whether it is mended."""

    def __init__(self, name: str, *, clock: Callable[[], float] = monotonic) -> None:
        self._name = name
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._is_trying = False

    @property
    def is_open(self) -> bool:
        """Whether calls are refused at this moment."""
        if self._opened_at is None:
            return False
        return self._is_trying or self._clock() - self._opened_at < OPEN_SECONDS

    def enter(self) -> None:
        """Ask for leave to call.

        Raises:
            ModelUnavailable: the endpoint failed too often a moment ago.
        """
        if self.is_open:
            raise ModelUnavailable(
                f"Endpoint {self._name} failed repeatedly and is left alone.", is_transient=True
            )
        self._is_trying = self._opened_at is not None

    def succeed(self) -> None:
        """The call went well."""
        self._failures, self._opened_at, self._is_trying = 0, None, False

    def fail(self) -> None:
        """The call failed."""
        self._failures += 1
        if self._is_trying or self._failures >= FAILURES_TO_OPEN:
            self._opened_at = self._clock()
        self._is_trying = False

    def leave(self) -> None:
        """The call ended without showing whether the endpoint works."""
        self._is_trying = False
