"""What Kefu says by itself: to small talk and insults, to hand over, where nothing is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.answering.gather import Evidence
from kefu.answering.handing_over import has_failed_before
from kefu.answering.intents import SMALL_TALK
from kefu.answering.parts import quotable
from kefu.answering.phrases import phrase
from kefu.answering.records import Intent, Outcome, Turn
from kefu.settings import Settings

TALK = SMALL_TALK | {Intent.ABUSIVE}
UNHAPPY = frozenset({Intent.COMPLAINT, Intent.URGENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Said instead of an answer."""

    outcome: Outcome
    text: str


def reply_at_once(intent: Intent, language: str, *, settings: Settings) -> Reply | None:
    """What is said without a look at the knowledge; None where that is needed."""
    contact = settings.answering.staff_contact
    if intent is Intent.PERSON and contact:
        return _hand_over("hand_over", language, contact)
    if intent is Intent.PERSON:
        return Reply(outcome=Outcome.REPLIED, text=phrase("nobody", language))
    if intent in TALK:
        text = phrase(intent, language, name=settings.chatbot.name)
        return Reply(outcome=Outcome.REPLIED, text=text)
    return None


def reply_unknown(
    intent: Intent,
    evidence: Evidence,
    history: Sequence[Turn],
    language: str,
    *,
    settings: Settings,
) -> Reply:
    """What is said where the knowledge does not hold the answer."""
    answering = settings.answering
    if contact := answering.staff_contact:
        if intent in UNHAPPY:
            return _hand_over("hand_over_unhappy", language, contact)
        if has_failed_before(history, most=answering.hand_over_after):
            return _hand_over("hand_over_failed", language, contact)
    if intent is Intent.OUT_OF_SCOPE:
        return Reply(outcome=Outcome.ABSTAINED, text=phrase("out_of_scope", language))
    near = next((hit for hit in evidence.hits if hit.title and hit.language == language), None)
    if near is not None and evidence.confidence >= answering.near_confidence:
        text = phrase("abstain_near", language, title=near.title)
    else:
        text = phrase("abstain", language)
    if intent in UNHAPPY:
        text = f"{phrase('sorry', language)} {text}"
    return Reply(outcome=Outcome.ABSTAINED, text=text)


def _hand_over(name: str, language: str, contact: str) -> Reply:
    return Reply(outcome=Outcome.HANDED_OVER, text=phrase(name, language, contact=contact))


def open_answer(intent: Intent, read_as: str | None, language: str) -> Iterator[str]:
    """What is said before an answer."""
    if intent in UNHAPPY:
        yield phrase("sorry", language) + "\n\n"
    if read_as is not None:
        yield phrase("read_as", language, question=quotable(read_as))
