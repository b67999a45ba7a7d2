"""A conversation as it went: what was said, and between it what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pydantic import TypeAdapter, ValidationError

from kefu.answering import Citation, Source, list_sources
from kefu.conversations import Event, Message

CITATIONS = TypeAdapter(tuple[Citation, ...])

MOST_SHOWN = 3
"""Events between two messages; of more than that, the earlier ones are folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A message, or what happened between two messages.

    Attributes:
        folded: the earlier events, where there are many; never one alone.
        shown: the later ones.
    """

    message: Message | None = None
    folded: Sequence[Event] = ()
    shown: Sequence[Event] = ()

    @property
    def key(self) -> str:
        """By which it is known when the conversation is read again."""
        if self.message is not None:
            return f"message-{self.message.position}"
        return f"event-{[*self.folded, *self.shown][0].number}"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the message cites; none where an earlier Kefu kept them in another form."""
        answer = self.message.answer if self.message else None
        try:
            return CITATIONS.validate_python((answer or {}).get("citations", ()))
        except ValidationError:
            return ()

    @property
    def sources(self) -> list[Source]:
        """Likewise, by source."""
        return list_sources(self.citations)

    @property
    def links(self) -> dict[int, dict[str, str]]:
        """Where the markers in the message lead."""
        return {
            each.marker: {
                "href": f"/sources/{each.chunk_id}",
                "class": "chip",
                "title": each.title,
                "target": "_blank",
                "rel": "noopener",
            }
            for each in self.citations
        }


def build_timeline(messages: Sequence[Message], events: Sequence[Event]) -> Sequence[Moment]:
    """Both in the order in which they came about."""
    told = [event for event in events if not _is_told_twice(event)]
    # Whatever happens in a conversation happens under its lock: the times are in order.
    happenings: list[Message | Event] = [*messages, *told]
    happenings.sort(key=lambda each: each.created_at)
    moments: list[Moment] = []
    for is_message, group in groupby(happenings, key=lambda each: isinstance(each, Message)):
        if is_message:
            moments += [Moment(message=each) for each in group if isinstance(each, Message)]
        else:
            moments.append(_fold([each for each in group if isinstance(each, Event)]))
    return moments


def _is_told_twice(event: Event) -> bool:
    """Who takes a conversation from the chatbot is told to have it right after."""
    return event.kind == "handed_over" and event.data.get("reason") == "taken"


def _fold(events: Sequence[Event]) -> Moment:
    kept = len(events) if len(events) <= MOST_SHOWN else MOST_SHOWN - 1
    return Moment(folded=events[: len(events) - kept], shown=events[len(events) - kept :])
