"""One call of an endpoint: what it used, what it cost, how it went."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kefu.viewer import DataClass


class CallOutcome(StrEnum):
    """How a call ended."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    """Nobody wanted the rest: the customer left, enough was written, or another was faster."""


@dataclass(slots=True, kw_only=True)
class Usage:
    """Tokens of a call as the endpoint reports them; None until it does.

    Attributes:
        alternatives: for each token of the answer, what could have stood there with its
            probability; empty where nobody asked or the server does not say.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    alternatives: Sequence[Mapping[str, float]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that ended.

    Attributes:
        input_tokens: reported, or else estimated.
        cost_micros: millionths of `currency`; None where prices are not known.
        first_token_seconds: from the call's start; None when nothing came.
        fallback_from: the endpoint that failed before this one was asked.
        hedge_of: the endpoint that was slow to begin when this one was asked as well.
    """

    endpoint: str
    model: str
    data_class: DataClass
    outcome: CallOutcome
    input_tokens: int
    output_tokens: int
    is_estimated: bool
    cost_micros: int | None
    currency: str
    first_token_seconds: float | None
    seconds: float
    fallback_from: str | None
    hedge_of: str | None = None
    problem: str | None = None


OnCall = Callable[[Call], None]


def ignore_call(_call: Call) -> None:
    """For callers that do not ask."""
