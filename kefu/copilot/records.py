"""The vocabulary of the copilot: what it reads of a conversation, and what it proposes to staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kefu.answering import Citation, Source, list_sources
from kefu.text import Language
from kefu.viewer import DataClass


class Speaker(StrEnum):
    """Who wrote a line."""

    CUSTOMER = "customer"
    STAFF = "staff"
    CHATBOT = "chatbot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message as the copilot reads it."""

    speaker: Speaker
    text: str


class Mood(StrEnum):
    """How a customer feels, as far as the words show it."""

    PLEASED = "pleased"
    CALM = "calm"
    UNSURE = "unsure"
    ANNOYED = "annoyed"
    ANGRY = "angry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Mood and urgency.

    Attributes:
        share: 0..1, how sure the mood is.
        because: the words that show the mood or the haste, as they were written.
    """

    mood: Mood
    share: float
    is_urgent: bool
    because: tuple[str, ...] = ()


class Aid(StrEnum):
    """What the copilot does for staff."""

    REPLY = "reply"
    SUMMARY = "summary"
    REWRITING = "rewriting"
    NEXT_STEP = "next_step"
    CLOSING = "closing"
    ARTICLE = "article"
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply for the customer, for staff to check.

    Attributes:
        text: the whole message, what staff had typed included; no markers stand in it.
        question: what the customer wants to know, as it was searched for; empty: nothing.
        mode: "extractive" or the name of the endpoint that wrote it.
        is_grounded: whether knowledge stands behind it, rather than phrases alone.
        is_sure: whether that would be answered to a customer too; else a person looks twice.
        internal_titles: of cited documents that customers may not read; staff decides what of
            them a customer is told.
        dropped_count: sentences that a model wrote and nothing supports.
    """

    text: str
    language: Language
    question: str
    citations: tuple[Citation, ...]
    mode: str
    is_grounded: bool
    is_sure: bool
    confidence: float
    data_class: DataClass
    internal_titles: tuple[str, ...] = ()
    dropped_count: int = 0

    @property
    def sources(self) -> list[Source]:
        """What it rests on."""
        return list_sources(self.citations)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySoFar:
    """A reply that a model is still writing.

    Attributes:
        text: what staff had typed, and each sentence that holds so far.
        mode: as in `Reply`.
    """

    text: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What whoever takes a conversation over has to know.

    Attributes:
        wish: what the customer wants; empty where nothing says it.
        facts: numbers, orders and products, in the words of the conversation.
        tried: what the customer was answered or asked to do.
        open: what nobody has answered, and what was promised.
        mode: as in `Reply`.
    """

    wish: str
    facts: tuple[str, ...]
    tried: tuple[str, ...]
    open: tuple[str, ...]
    reading: Reading
    mode: str
    language: Language


class Tone(StrEnum):
    """How a text is written again."""

    FRIENDLY = "friendly"
    SHORTER = "shorter"
    FORMAL = "formal"
    CHINESE = "zh"
    ENGLISH = "en"


class Rewriting(StrEnum):
    """How a text was written again."""

    MODEL = "model"
    RULES = "rules"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A text in another tone or language.

    Attributes:
        how: by a model, by rules, or not at all; then `reason` says why.
        reason: "needs_model", "no_rule", "facts" where what came out said something else, or
            empty.
    """

    text: str
    how: Rewriting
    mode: str
    reason: str = ""


class Action(StrEnum):
    """What may be done next."""

    ANSWER = "answer"
    ASK_NUMBER = "ask_number"
    ASK_BACK = "ask_back"
    FOLLOW_PROCEDURE = "follow_procedure"
    CALM_DOWN = "calm_down"
    RAISE_PRIORITY = "raise_priority"
    LOOK_UP = "look_up"
    CLOSE = "close"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One thing to do next, and why.

    Attributes:
        because: words of the conversation, or the title of the document, that say so.
        text: a message to the customer that does it, where a message does.
    """

    action: Action
    because: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a conversation was, or may be, closed.

    Attributes:
        disposition: empty: none.
        share: 0..1, of the like conversations that were closed so; of a title in the knowledge,
            its score in the search.
        is_learned: from conversations closed before, rather than from titles in the knowledge.
    """

    disposition: str
    labels: tuple[str, ...] = ()
    share: float = 1.0
    is_learned: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A conversation that was closed, beside one that is to be.

    Attributes:
        similarity: cosine of what both are about.
    """

    disposition: str
    labels: tuple[str, ...]
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A draft for the knowledge, of what solved a conversation.

    Attributes:
        markdown: with a heading of the first level; personal data is masked.
    """

    title: str
    markdown: str
    language: Language
    mode: str


class Verdict(StrEnum):
    """What staff made of what was proposed."""

    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSuggestion:
    """Something that is about to be shown to staff.

    Attributes:
        position: of the last message that it was made from.
        mode: as in `Reply`.
        content: all of it, as it went over the wire; empty: it was stopped before it was whole.
    """

    conversation_id: UUID
    position: int
    aid: Aid
    staff_id: int | None
    mode: str
    language: str
    text: str
    content: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion(NewSuggestion):
    """Something that was shown to staff, and what became of it.

    Attributes:
        sent: what was sent or kept instead, or as it is.
        edit_share: 0..1, of the words that were changed until it was sent.
        seconds: from being shown to the verdict.
    """

    id: UUID
    shown_at: datetime
    verdict: Verdict | None = None
    sent: str | None = None
    edit_share: float | None = None
    seconds: float | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AidFigures:
    """How one aid is taken up.

    Attributes:
        median_edit_share: of those that were sent, edited or not; None: none were.
        median_seconds: until they were sent.
    """

    aid: Aid
    shown_count: int
    accepted_count: int
    edited_count: int
    rejected_count: int
    median_edit_share: float | None
    median_seconds: float | None


Lines = Sequence[Line]
"""A conversation, oldest line first."""
