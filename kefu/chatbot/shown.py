"""What the chat page shows: answers as HTML, citations as links to their sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode
from uuid import UUID

from kefu.answering import EXTRACTIVE, Answer, Citation, Outcome
from kefu.chatbot.linking import is_on_web, link_page
from kefu.chatbot.records import ChatMessage
from kefu.chatbot.showing import is_fresh
from kefu.conversations import State
from kefu.knowledge import DEFAULT_BASE, Excerpt
from kefu.tracing import Feedback
from kefu.web import render_answer, render_excerpt

MOST_PICTURES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReference:
    """A link to a source with the numbers under which the answer cites it.

    Attributes:
        numbers: runs are drawn together: "1–3, 5".
        place: where in the document: its innermost heading.
    """

    numbers: str
    href: str
    title: str
    place: str
    page: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswer:
    """An answer as the page shows it.

    Attributes:
        html: rendered and safe.
        model: that wrote the answer; empty when it was extracted.
        choices: buttons that send what the question is about.
        related: questions that lead on, as buttons.
    """

    message_id: UUID
    html: str
    language: str
    is_abstention: bool
    model: str
    notice: str | None
    choices: Sequence[str]
    related: Sequence[str]
    references: Sequence[ShownReference]
    feedback: Feedback | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReply:
    """What a person here wrote."""

    name: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTurn:
    """A question with its answer, which is missing when answering failed, and what people wrote.

    Attributes:
        is_left: it went to people, so that nothing is missing without an answer.
        client_key: with which the question was sent, and is sent again.
        is_fresh: it was asked so recently that it may be being answered.
    """

    question: str
    answer: ShownAnswer | None
    replies: Sequence[ShownReply] = ()
    is_left: bool = False
    client_key: str = ""
    is_fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSource:
    """A part of a document with what was cited from it marked.

    Attributes:
        link: where a customer can open the whole document, None without a web address.
        pictures: pages, each with the address of its image in which the quote is outlined.
        valid_from: first day on which it holds, as it says; `valid_until` is the last.
        is_outdated: it holds no more.
    """

    marker: int | None
    title: str
    valid_from: str
    valid_until: str
    is_outdated: bool
    heading_path: Sequence[str]
    page: int | None
    link: str | None
    name: str
    before: str
    html: str
    after: str
    pictures: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPage:
    """The whole chat page.

    Attributes:
        base: what is asked here is about it; None where none is named yet.
        client_key: of the question that is sent without a script, which makes its own.
        state: how the conversation stands, None before the first question.
    """

    name: str
    base: str | None
    examples: Sequence[str]
    turns: Sequence[ShownTurn]
    max_characters: int
    client_key: str
    state: State | None = None

    @property
    def unusual_base(self) -> str | None:
        """The base, named on the page only when it is not the usual one."""
        return None if self.base == DEFAULT_BASE else self.base


def show_answer(answer: Answer, message_id: UUID, feedback: Feedback | None = None) -> ShownAnswer:
    """Prepare a stored answer for the page."""
    return ShownAnswer(
        message_id=message_id,
        html=show_text(answer.answer, answer.citations),
        language=answer.language,
        is_abstention=answer.outcome is Outcome.ABSTAINED,
        model="" if answer.mode == EXTRACTIVE else answer.mode,
        notice=answer.notice,
        choices=answer.choices,
        related=answer.related,
        references=[
            ShownReference(
                numbers=source.numbers,
                href=link_page(source.first),
                title=source.first.title,
                place=source.place,
                page=source.first.page,
            )
            for source in answer.sources
        ],
        feedback=feedback,
    )


def show_text(text: str, citations: Sequence[Citation]) -> str:
    """Render Markdown with its markers as links to the sources."""
    return render_answer(
        text,
        {
            citation.marker: {
                "href": link_page(citation),
                "class": "chip",
                "title": citation.title,
                "data-source": str(citation.marker),
            }
            for citation in citations
        },
    )


def show_turns(messages: Sequence[ChatMessage]) -> list[ShownTurn]:
    """Pair each message of the customer with what follows it."""
    turns: list[ShownTurn] = []
    is_left = False
    for message in messages:
        if message.role == "customer":
            turns.append(_begin_turn(message, is_left=is_left))
        elif message.answer is not None and turns:
            answer = show_answer(message.answer, message.id, message.feedback)
            is_left = message.answer.outcome is Outcome.HANDED_OVER
            turns[-1] = replace(turns[-1], answer=answer)
        elif message.role == "staff":
            is_left = True
            reply = ShownReply(name=message.staff_name or "", html=render_answer(message.text, {}))
            last = turns.pop() if turns else ShownTurn(question="", answer=None)
            turns.append(replace(last, replies=(*last.replies, reply), is_left=True))
    return turns


def _begin_turn(message: ChatMessage, *, is_left: bool) -> ShownTurn:
    return ShownTurn(
        question=message.text,
        answer=None,
        is_left=is_left,
        client_key=message.client_key or "",
        is_fresh=is_fresh(message.created_at),
    )


def show_source(
    excerpt: Excerpt, *, quote_text: str, marker: int | None, has_picture: bool
) -> ShownSource:
    """Render an excerpt with the quote marked."""
    query = urlencode({"quote": quote_text}, quote_via=quote)
    pages = dict.fromkeys(box.page for box in excerpt.boxes) if has_picture else ()
    return ShownSource(
        marker=marker,
        title=excerpt.title,
        valid_from=excerpt.valid_from.isoformat() if excerpt.valid_from else "",
        valid_until=excerpt.valid_until.isoformat() if excerpt.valid_until else "",
        is_outdated=excerpt.is_outdated(today=datetime.now(UTC).date()),
        heading_path=excerpt.heading_path,
        page=excerpt.page,
        link=excerpt.uri if is_on_web(excerpt.uri) else None,
        name=excerpt.uri.rpartition("/")[2],
        before=render_excerpt(excerpt.before),
        html=render_excerpt(excerpt.text, quote=quote_text),
        after=render_excerpt(excerpt.after),
        pictures=[
            (page, f"/sources/{excerpt.chunk_id}/pages/{page}?{query}")
            for page in list(pages)[:MOST_PICTURES]
        ],
    )
