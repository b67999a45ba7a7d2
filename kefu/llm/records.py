"""What is stored of endpoints."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

FindingKind = Literal[
    "reachable",
    "first_token",
    "speed",
    "concurrency",
    "json",
    "tools",
    "chinese",
    "english",
    "vectors",
    "ranking",
]
"""What a check looks for; of those not asked for there is no finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEndpoint:
    """An endpoint that was entered on the page; its settings hold no key."""

    name: str
    settings: dict[str, Any]
    encrypted_key: bytes | None = field(repr=False)
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Money of one endpoint on one day (UTC), in millionths.

    Attributes:
        reserved_micros: the most that calls in flight may cost.
    """

    endpoint: str
    day: date
    reserved_micros: int
    spent_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinding:
    """One thing that a check of an endpoint found.

    Attributes:
        value: what was measured, in `unit`.
    """

    kind: FindingKind
    is_ok: bool
    value: float | None = None
    unit: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheck:
    """What `kefu llm check` found of an endpoint."""

    endpoint: str
    checked_at: datetime
    findings: Sequence[CheckFinding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much a check may take.

    Attributes:
        is_quick: how many calls at once are useful is left out.
        tokens: most tokens that the search for it may use.
    """

    is_quick: bool = False
    tokens: int = 20_000
