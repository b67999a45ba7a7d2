"""What the widget is sent of answers, conversations and sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kefu.answering import EXTRACTIVE, Answer, Citation, Outcome
from kefu.chatbot.records import ChatAnswer, ChatMessage, Transcript
from kefu.chatbot.shown import ShownSource, draw_together
from kefu.tracing import Feedback, Rating
from kefu.web import Node, build_tree, render_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A source of an answer.

    Attributes:
        numbers: under which the answer cites it, runs drawn together.
        markers: the same, one by one.
        place: where in the document: its innermost heading.
        quote: the words cited first.
    """

    numbers: str
    markers: Sequence[int]
    chunk_id: int
    title: str
    place: str
    page: int | None
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetMessage:
    """A message as the widget shows it.

    Attributes:
        content: elements and text that can do no harm.
        is_generated: by a language model or by quoting; says "AI" beside it.
        model: that wrote it; empty when it was quoted from documents.
        is_quoted: it stands word for word in the sources.
    """

    id: UUID
    role: str
    created_at: datetime | None
    language: str | None
    content: Sequence[Node]
    is_generated: bool = False
    is_abstention: bool = False
    is_quoted: bool = False
    model: str = ""
    notice: str | None = None
    choices: Sequence[str] = ()
    references: Sequence[Reference] = ()
    rating: Rating | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetTranscript:
    """A conversation to go on with, oldest message first."""

    id: UUID
    messages: Sequence[WidgetMessage]


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetSource:
    """A part of a document with what was cited from it marked.

    Attributes:
        link: where the whole document can be opened, None without a web address.
        name: of its file.
    """

    title: str
    path: Sequence[str]
    page: int | None
    link: str | None
    name: str
    is_outdated: bool
    before: Sequence[Node]
    content: Sequence[Node]
    after: Sequence[Node]


def show_text(text: str, citations: Sequence[Citation]) -> list[Node]:
    """Markdown as elements; a marker of a citation is a link that holds its number."""
    markers = {each.marker: {"data-marker": str(each.marker)} for each in citations}
    return build_tree(render_answer(text, markers))


def show_answer(answer: ChatAnswer) -> WidgetMessage:
    """An answer that was just stored."""
    return _show(
        answer,
        ChatMessage(
            id=answer.message_id, role="chatbot", text=answer.answer, created_at=datetime.now(UTC)
        ),
        None,
    )


def show_transcript(transcript: Transcript) -> WidgetTranscript:
    """A conversation to read again."""
    return WidgetTranscript(
        id=transcript.id, messages=[_show_message(each) for each in transcript.messages]
    )


def show_references(citations: Sequence[Citation]) -> list[Reference]:
    """One reference for all citations of a chunk, in the order in which they come first."""
    by_chunk: dict[int, list[Citation]] = {}
    for citation in citations:
        by_chunk.setdefault(citation.chunk_id, []).append(citation)
    return [_refer(cited) for cited in by_chunk.values()]


def show_source(source: ShownSource) -> WidgetSource:
    """A part of a document without any HTML."""
    return WidgetSource(
        title=source.title,
        path=source.heading_path,
        page=source.page,
        link=source.link,
        name=source.name,
        is_outdated=source.is_outdated,
        before=build_tree(source.before),
        content=build_tree(source.html),
        after=build_tree(source.after),
    )


def _show_message(message: ChatMessage) -> WidgetMessage:
    if message.answer is not None:
        return _show(message.answer, message, message.feedback)
    return WidgetMessage(
        id=message.id,
        role=message.role,
        created_at=message.created_at,
        language=None,
        content=[message.text],
    )


def _show(answer: Answer, message: ChatMessage, feedback: Feedback | None) -> WidgetMessage:
    is_abstention = answer.outcome is Outcome.ABSTAINED
    is_extractive = answer.mode == EXTRACTIVE
    return WidgetMessage(
        id=message.id,
        role=message.role,
        created_at=message.created_at,
        language=answer.language,
        content=show_text(answer.answer, answer.citations),
        is_generated=True,
        is_abstention=is_abstention,
        is_quoted=is_extractive and bool(answer.citations) and not is_abstention,
        model="" if is_extractive else answer.mode,
        notice=answer.notice,
        choices=answer.choices,
        references=show_references(answer.citations),
        rating=feedback.rating if feedback else None,
    )


def _refer(cited: Sequence[Citation]) -> Reference:
    first = cited[0]
    return Reference(
        numbers=draw_together([each.marker for each in cited]),
        markers=[each.marker for each in cited],
        chunk_id=first.chunk_id,
        title=first.title,
        place=first.heading_path[-1] if first.heading_path else "",
        page=first.page,
        quote=first.quote,
    )
