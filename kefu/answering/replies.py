"""What Kefu says by itself: to small talk and insults, to hand over, where nothing is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.answering.gather import Evidence
from kefu.answering.handing_over import has_failed_before
from kefu.answering.intents import SMALL_TALK, read_emoji
from kefu.answering.parts import quotable
from kefu.answering.phrases import phrase
from kefu.answering.records import EXTRACTIVE, Answer, Intent, Outcome, Turn
from kefu.settings import Settings
from kefu.viewer import DataClass

TALK = SMALL_TALK | {Intent.ABUSIVE}
UNHAPPY = frozenset({Intent.COMPLAINT, Intent.URGENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Said instead of an answer."""

    outcome: Outcome
    text: str


def reply_at_once(
    intent: Intent, question: str, language: str, *, settings: Settings
) -> Reply | None:
    """What is said without a look at the knowledge; None where that is needed."""
    if intent is Intent.PERSON and has_people(settings):
        return hand_over("hand_over", language, settings=settings)
    if settings.hand_over.to_desk and intent in settings.hand_over.intents:
        name = "hand_over_unhappy" if intent in UNHAPPY | {Intent.ABUSIVE} else "hand_over"
        return hand_over(name, language, settings=settings)
    if intent is Intent.PERSON:
        return Reply(outcome=Outcome.REPLIED, text=phrase("nobody", language))
    if intent in TALK:
        text = phrase(intent, language, name=settings.chatbot.name)
        return Reply(outcome=Outcome.REPLIED, text=text)
    if read_emoji(question) is not None:  # nothing can be searched for
        name = Intent.ABUSIVE if intent in UNHAPPY else Intent.GREETING
        text = phrase(name, language, name=settings.chatbot.name)
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
    if has_people(settings):
        if intent in UNHAPPY:
            return hand_over("hand_over_unhappy", language, settings=settings)
        if has_failed_before(history, most=answering.hand_over_after):
            return hand_over("hand_over_failed", language, settings=settings)
    if intent is Intent.OUT_OF_SCOPE:
        return Reply(outcome=Outcome.ABSTAINED, text=phrase("out_of_scope", language))
    near = next((hit for hit in evidence.hits if hit.title and hit.language == language), None)
    if near is not None and evidence.confidence >= answering.near_confidence:
        text = phrase("abstain_near", language, title=near.title)
    else:
        text = phrase("abstain", language)
    if intent in UNHAPPY:
        text = f"{phrase('trouble', language)} {text}"
    return Reply(outcome=Outcome.ABSTAINED, text=text)


def has_people(settings: Settings) -> bool:
    """Whether there is anybody to hand over to: at the desk, or where the settings say."""
    return settings.hand_over.to_desk or bool(settings.answering.staff_contact)


def hand_over(name: str, language: str, *, settings: Settings) -> Reply:
    """What is said when a person goes on: here, or where the settings say."""
    if settings.hand_over.to_desk:
        text = phrase(f"{name}_here", language)
    else:
        text = phrase(name, language, contact=settings.answering.staff_contact)
    return Reply(outcome=Outcome.HANDED_OVER, text=text)


def say(name: str, language: str, /, *, outcome: Outcome, **values: str) -> Answer:
    """What Kefu itself says, as a whole answer."""
    return Answer(
        answer=phrase(name, language, **values),
        outcome=outcome,
        language=language,
        citations=(),
        mode=EXTRACTIVE,
        confidence=0.0,
        data_class=DataClass.PUBLIC,
    )


def open_answer(intent: Intent, read_as: str | None, language: str) -> Iterator[str]:
    """What is said before an answer."""
    if intent in UNHAPPY:
        yield phrase("sorry", language) + ("" if read_as is None else "\n\n")
    if read_as is not None:
        yield phrase("read_as", language, question=quotable(read_as))
