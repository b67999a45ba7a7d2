"""A conversation as the copilot reads it: who said what, and what of it is told, not asked."""

from collections.abc import Iterator, Sequence

from kefu.answering import strip_markers
from kefu.conversations import Message
from kefu.copilot.phrases import has_cue
from kefu.copilot.records import Line, Lines, Speaker
from kefu.text import Language, split_sentences

NAMES: dict[Language, dict[Speaker, str]] = {
    "zh": {Speaker.CUSTOMER: "客户", Speaker.STAFF: "客服", Speaker.CHATBOT: "机器人"},
    "en": {Speaker.CUSTOMER: "Customer", Speaker.STAFF: "Staff", Speaker.CHATBOT: "Chatbot"},
}
LINES_GIVEN = 24
LONGEST_LINE = 1200


def read_lines(messages: Sequence[Message]) -> list[Line]:
    """Messages as lines, without the numbers of sources.

    Notes among staff and what the system says are left out.
    """
    speakers = set(Speaker)
    return [
        Line(
            speaker=Speaker(message.role),
            text=strip_markers(message.text) if message.role == "chatbot" else message.text,
        )
        for message in messages
        if message.role in speakers and not message.is_internal
    ]


def conversation_text(lines: Lines, language: Language) -> str:
    """The last lines as a prompt shows them."""
    names, colon = NAMES[language], "：" if language == "zh" else ": "
    return "\n".join(
        f"{names[line.speaker]}{colon}{' '.join(line.text.split())[:LONGEST_LINE]}"
        for line in lines[-LINES_GIVEN:]
    )


def list_sentences(lines: Lines, *speakers: Speaker) -> Iterator[tuple[Line, str]]:
    """Their sentences one after another, politeness left out."""
    for line in lines:
        if line.speaker in speakers:
            for span in split_sentences(line.text):
                if not has_cue("courtesy", span.text):
                    yield line, span.text.strip()


def list_statements(lines: Lines) -> Sequence[str]:
    """What is told in a conversation; what a customer asks is told by nobody."""
    return [
        text
        for line, text in list_sentences(lines, *Speaker)
        if line.speaker is not Speaker.CUSTOMER or not text.rstrip().endswith(("?", "？"))
    ]
