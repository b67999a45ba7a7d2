"""The vocabulary of releases: content, release, move, trial."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from json import dumps
from typing import Any
from uuid import UUID

from kefu.text import content_digest

SettingValue = str | int | float | bool


class MoveKind(StrEnum):
    """How a release came to be live."""

    FIRST = "first"
    PROMOTED = "promoted"
    OVERRIDDEN = "overridden"
    ROLLED_BACK = "rolled_back"
    REVERTED = "reverted"
    UPGRADED = "upgraded"


class TrialKind(StrEnum):
    """How a release is tried on customers' questions.

    Under a canary and a comparison it answers a share of the conversations; as a shadow it answers
    too, and nobody is shown it.
    """

    CANARY = "canary"
    COMPARISON = "comparison"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPin:
    """A version of a prompt.

    Attributes:
        number: 0 is what Kefu ships.
        digest: of its text.
    """

    number: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPin:
    """A model endpoint that writes answers, and the model it had."""

    name: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything that decides an answer and can be changed without another Kefu.

    Attributes:
        kefu: the version of Kefu.
        prompts: by key, as "answer.en".
        endpoints: in the order in which they are asked; none: answers are extracted.
        settings: key -> value, as "retrieval.top_k"; the safety policy stands there too.
    """

    kefu: str
    prompts: Mapping[str, PromptPin]
    endpoints: tuple[EndpointPin, ...]
    settings: Mapping[str, SettingValue]

    @property
    def digest(self) -> str:
        """The same for the same content."""
        return content_digest(
            dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A content that is or was live, or may become it.

    Attributes:
        knowledge: digest of each base when the release was made.
        live_count: how often it went live.
    """

    id: int
    content: Content
    digest: str
    knowledge: Mapping[str, str]
    note: str
    author: str
    created_at: datetime
    live_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A release went live.

    Attributes:
        replaced_id: what was live before.
        verdict: what the gate said, with the experiments it is about.
    """

    id: int
    release_id: int
    replaced_id: int | None
    kind: MoveKind
    author: str
    reason: str
    verdict: Mapping[str, Any] | None = field(default=None)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A release is tried beside the live one.

    Attributes:
        share: of the conversations; of the answers for a shadow.
        share_since: from when on it has this share.
        reason: why it ended.
    """

    id: int
    kind: TrialKind
    release_id: int
    live_id: int
    share: float
    share_since: datetime
    author: str
    started_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowAnswer:
    """What a release would have answered.

    Attributes:
        shown: what the customer read, with its outcome.
        given: what this release answered.
    """

    question: str
    shown: str
    shown_outcome: str
    given: str
    outcome: str
    trace_id: UUID | None
    created_at: datetime
