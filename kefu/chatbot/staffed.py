"""Where the chatbot ends and people begin: who is handed over, and what is said meanwhile."""

from collections.abc import Sequence
from math import ceil

from kefu.answering import Answer, Intent, Outcome, Turn, say, strip_markers
from kefu.conversations import Conversation, HandOver, State, get_customer
from kefu.db import Connection
from kefu.sections import HandOverSettings
from kefu.text import fold_text

SUMMARY_TURNS = 5
SUMMARY_CHARACTERS = 300
REASONS = {
    Intent.PERSON: "asked",
    Intent.COMPLAINT: "complaint",
    Intent.URGENT: "urgent",
    Intent.ABUSIVE: "abusive",
    Intent.OUT_OF_SCOPE: "out_of_scope",
}


async def find_reason(
    conn: Connection, conversation: Conversation, question: str, *, settings: HandOverSettings
) -> str | None:
    """Why a question goes to people before the chatbot looks at it, None: it does not."""
    if not settings.to_desk:
        return None
    text = fold_text(question)
    if any(fold_text(topic) in text for topic in settings.topics):
        return "topic"
    if settings.vip and conversation.customer_id is not None:
        customer = await get_customer(conn, conversation.customer_id)
        if customer.is_vip:
            return "vip"
    return None


def plan_hand_over(
    question: str, history: Sequence[Turn], intent: Intent, *, reason: str | None
) -> HandOver:
    """Why a person goes on and what the person reads first: the words that were said."""
    lines = [
        line
        for turn in history[-SUMMARY_TURNS:]
        for line in (turn.question, f"→ {strip_markers(turn.answer)}")
    ]
    return HandOver(
        reason=reason or REASONS.get(intent, "failed"),
        summary="\n".join(_shorten(line) for line in [*lines, question]),
        priority="high" if intent is Intent.URGENT else None,
    )


def say_hand_over(language: str) -> Answer:
    """What a customer is told who is handed over without a look at the question."""
    return say("hand_over_here", language, outcome=Outcome.HANDED_OVER)


def tell_place(state: State, language: str) -> Answer:
    """What a customer is told whose message went to people."""
    place, minutes = state.place, 0
    if place.expected_wait_seconds is not None:
        minutes = ceil(place.expected_wait_seconds / 60)
    if state.status == "pending" and not place.is_open:
        name = "with_staff_closed"
    elif state.staff_name is not None:
        name = "with_staff_named"
    elif place.position is not None and minutes:
        name = "with_staff_wait"
    elif place.position is not None:
        name = "with_staff_waiting"
    else:
        name = "with_staff"
    return say(
        name,
        language,
        outcome=Outcome.HANDED_OVER,
        name=state.staff_name or "",
        position=str(place.position),
        minutes=str(minutes),
    )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SUMMARY_CHARACTERS else f"{line[: SUMMARY_CHARACTERS - 1]}…"
