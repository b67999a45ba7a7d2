"""The vocabulary of watching: figures of a window, reading, alert, delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Reaction(StrEnum):
    """What was done about a breach."""

    NONE = "none"
    TRIAL_ENDED = "trial_ended"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFigures:
    """Answers of one release within some time.

    Attributes:
        extracted_count: answers, not abstentions, that no model wrote.
        slow_count: that took longer than the limit.
        failed_count: questions that got no answer.
        costed_count: answers whose cost is known; the sums are of micros and their squares.
    """

    answer_count: int
    abstained_count: int
    extracted_count: int
    rated_count: int
    disliked_count: int
    slow_count: int
    p50_seconds: float | None
    p95_seconds: float | None
    costed_count: int
    cost_sum: float
    cost_square_sum: float
    failed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFigures:
    """Answers of one hour.

    Attributes:
        flawed_count: graded answers that miss points of an evaluator that is watched.
        slow_seconds: longer is slow; None where no time is known.
        dear_cost: more is dear, in micros; None where no cost is known.
    """

    begin: datetime
    answer_count: int
    abstained_count: int
    rated_count: int
    disliked_count: int
    graded_count: int
    flawed_count: int
    slow_count: int
    costed_count: int
    dear_count: int
    slow_seconds: float | None
    dear_cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeFigures:
    """What an evaluator says of the graded answers of one release within some time."""

    evaluator: str
    graded_count: int
    value_sum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DayGrades:
    """The graded answers of one release on one day (UTC).

    Attributes:
        means: evaluator -> mean of its grades.
    """

    on_day: date
    release_id: int
    graded_count: int
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAnswer:
    """An answer that a customer got.

    Attributes:
        answer: as it went over the wire.
    """

    message_id: UUID
    release_id: int
    question: str
    answer: Mapping[str, object]
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedAnswer:
    """A live answer with its grades.

    Attributes:
        grades: evaluator -> value, reason, values.
    """

    message_id: UUID
    release_id: int
    trace_id: UUID | None
    question: str
    text: str
    answered_at: datetime
    grades: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a monitor shows.

    Attributes:
        value: None where there was nothing to measure.
        sample_count: answers, questions or ratings it is about.
        is_breached: the limit lies outside of what chance explains.
        detail: more to know, for people.
        least: the least that explains what was measured, and `most`, in the unit in which releases
            are compared; None where they are not, or nothing was measured.
    """

    monitor: str
    value: float | None
    limit: float
    sample_count: int
    is_breached: bool
    detail: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A release that answers, with what the monitors show of it.

    Attributes:
        trial_id: under which it answers; None: it is live.
        since: from when on its answers count.
    """

    release_id: int
    trial_id: int | None
    since: datetime
    readings: Sequence[Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A limit was breached.

    Attributes:
        cleared_at: when it was kept to again.
        delivered_at: when the webhook took it; `problem` is why it did not, the last time.
    """

    id: int
    monitor: str
    release_id: int
    value: float
    threshold: float
    sample_count: int
    detail: str
    reaction: Reaction
    raised_at: datetime
    cleared_at: datetime | None
    delivered_at: datetime | None
    attempt_count: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a customer asked; the vector where it is known."""

    message_id: UUID
    text: str
    vector: Sequence[float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmConversation:
    """A conversation of a trial.

    Attributes:
        is_tried: the release that is tried answered it.
        is_solved: nothing was abstained from, and nothing got a thumb down.
        liked: share of the ratings that are thumbs up; None without ratings.
        seconds: mean of its answers.
        cost: of the whole, in the currency of the endpoint; None where it is not known.
    """

    is_tried: bool
    is_solved: bool
    liked: float | None
    seconds: float | None
    cost: float | None
