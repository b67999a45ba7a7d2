"""The vocabulary of tracing: feedback."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Rating = Literal["up", "down"]
"""What a customer thinks of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A customer's rating of one answer, the last one given."""

    message_id: UUID
    rating: Rating
    comment: str | None
    created_at: datetime
    updated_at: datetime
