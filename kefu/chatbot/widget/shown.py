"""What the widget is sent of answers, conversations and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kefu.answering import EXTRACTIVE, Answer, Citation, Outcome, list_sources
from kefu.chatbot.answerer import ANSWER
from kefu.chatbot.records import ChatAnswer
from kefu.chatbot.showing import is_fresh
from kefu.chatbot.shown import ShownSource
from kefu.conversations import Message, State
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
        staff_name: of the person who wrote it.
        blocks: cards, quick replies and forms beside the text.
        client_key: with which the visitor sent it.
        is_fresh: it was sent so recently that it may be being answered.
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
    related: Sequence[str] = ()
    references: Sequence[Reference] = ()
    rating: Rating | None = None
    staff_name: str | None = None
    blocks: Sequence[Mapping[str, object]] = ()
    attachments: Sequence[Mapping[str, object]] = ()
    client_key: str | None = None
    is_fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetConversation:
    """A conversation to go on with, oldest message first, and how it stands."""

    state: State
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
    return _show(answer, answer.message_id, datetime.now(UTC), None)


def show_conversation(
    messages: Sequence[Message],
    feedback: Sequence[Feedback],
    state: State,
    *,
    names: Mapping[int, str],
) -> WidgetConversation:
    """A conversation to read again; `names` are those of the staff."""
    given = {each.message_id: each for each in feedback}
    return WidgetConversation(
        state=state,
        messages=[
            show_message(
                each, feedback=given.get(each.id), staff_name=names.get(each.staff_id or 0)
            )
            for each in messages
        ],
    )


def show_message(
    message: Message, *, feedback: Feedback | None = None, staff_name: str | None = None
) -> WidgetMessage:
    """A message of anybody."""
    if message.answer is not None:
        answer = ANSWER.validate_python(message.answer)
        return _show(answer, message.id, message.created_at, feedback)
    return WidgetMessage(
        id=message.id,
        role=message.role,
        created_at=message.created_at,
        language=None,
        content=[message.text],
        staff_name=staff_name if message.role == "staff" else None,
        blocks=message.content,
        attachments=message.attachments,
        client_key=message.client_key if message.role == "customer" else None,
        is_fresh=is_fresh(message.created_at),
    )


def show_references(citations: Sequence[Citation]) -> list[Reference]:
    """One reference for all citations of a chunk, in the order in which they come first."""
    return [
        Reference(
            numbers=source.numbers,
            markers=[each.marker for each in source.citations],
            chunk_id=source.first.chunk_id,
            title=source.first.title,
            place=source.place,
            page=source.first.page,
            quote=source.first.quote,
        )
        for source in list_sources(citations)
    ]


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


def _show(
    answer: Answer, id: UUID, created_at: datetime, feedback: Feedback | None
) -> WidgetMessage:
    is_abstention = answer.outcome is Outcome.ABSTAINED
    is_extractive = answer.mode == EXTRACTIVE
    return WidgetMessage(
        id=id,
        role="chatbot",
        created_at=created_at,
        language=answer.language,
        content=show_text(answer.answer, answer.citations),
        is_generated=True,
        is_abstention=is_abstention,
        is_quoted=is_extractive and bool(answer.citations) and not is_abstention,
        model="" if is_extractive else answer.mode,
        notice=answer.notice,
        choices=answer.choices,
        related=answer.related,
        references=show_references(answer.citations),
        rating=feedback.rating if feedback else None,
    )
