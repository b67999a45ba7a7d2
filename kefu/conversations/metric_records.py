"""The vocabulary of the desk's figures: what counts, and what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Dimension = Literal["day", "queue", "staff", "channel"]
"""By what figures are told apart; days are those of UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that counts.

    Attributes:
        at: when it counts.
        queue_id: None: it was in no queue.
        staff_id: who had it; None: nobody.
    """

    at: datetime
    queue_id: int | None
    staff_id: int | None
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning(Fact):
    """A customer came: began a conversation, or reopened it. It counts when that was.

    Attributes:
        is_start: whether the conversation began with it.
        has_answer: whether the chatbot answered.
        has_person: whether it was given to people.
        hand_over_reason: of the first time; None: it was never handed over.
        is_over: it was resolved, or nobody wrote for a day.
    """

    is_start: bool
    has_answer: bool
    has_person: bool
    hand_over_reason: str | None
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingOver(Fact):
    """A conversation was given to people. It counts when that was.

    Attributes:
        was_left: the queue was closed.
        waited_seconds: until the first reply, else until the end or now.
        is_answered: whether there was a reply.
    """

    reason: str
    was_left: bool
    waited_seconds: float
    is_answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling(Fact):
    """Somebody had a conversation until it was resolved. It counts when that was.

    Attributes:
        seconds: without those in which the conversation was put aside.
    """

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending(Fact):
    """A conversation was resolved. It counts when that was.

    Attributes:
        reopened_by: `customer` or `staff`; None: nobody.
        repeated_at: when the customer next came, to the same conversation or another.
    """

    reopened_by: str | None
    repeated_at: datetime | None
    rating: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Fact):
    """A customer waits for people now, and has since `at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that counts."""

    beginnings: list[Beginning] = field(default_factory=list)
    hand_overs: list[HandingOver] = field(default_factory=list)
    handlings: list[Handling] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The desk's figures; None where there is nothing to divide by.

    Attributes:
        group: the day, queue, person or channel; None: all, or those that have none.
        left_count: of `handed_over_count`, those that came while the queue was closed.
        service_level: a share, as all rates.
        satisfied_share: of the ratings, those of 4 and 5.
        rating_response_rate: the share of what was resolved that was rated.
        hand_over_rates: by reason.
        waiting_count: customers who wait now.
    """

    group: str | None
    started_count: int
    reopened_count: int
    resolved_count: int
    handed_over_count: int
    left_count: int
    first_response_median_seconds: float | None
    first_response_p90_seconds: float | None
    service_level: float | None
    average_handle_seconds: float | None
    first_contact_resolution: float | None
    reopening_rate: float | None
    containment: float | None
    hand_over_rate: float | None
    hand_over_rates: Mapping[str, float]
    waiting_count: int
    oldest_wait_seconds: float | None
    rating_mean: float | None
    satisfied_share: float | None
    rating_response_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsReport:
    """Figures of a time.

    Attributes:
        total: of everything.
        groups: told apart, in order; empty when that was not asked for.
    """

    since: datetime
    until: datetime
    repeat_days: int
    by: Dimension | None
    total: Metrics
    groups: Sequence[Metrics]
