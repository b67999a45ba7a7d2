"""The aids as the desk asks for them: made, recorded as shown, and handed back with their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter

from kefu.answering import Answer
from kefu.conversations import (
    Conversation,
    Message,
    get_conversation,
    get_customer,
    list_messages,
    list_responses,
)
from kefu.copilot.articles import draft_article
from kefu.copilot.closings import propose_closings
from kefu.copilot.knowledge_at_hand import ask_privately, find_at_hand
from kefu.copilot.moods import read_mood
from kefu.copilot.next_steps import propose_steps
from kefu.copilot.reading import read_lines
from kefu.copilot.records import (
    Aid,
    Article,
    Closing,
    Line,
    NextStep,
    Reading,
    Reply,
    Rewritten,
    Summary,
    Tone,
)
from kefu.copilot.replying import Style, suggest_reply
from kefu.copilot.rewriting import rewrite
from kefu.copilot.store import insert_suggestion
from kefu.copilot.summarising import summarise, tell
from kefu.errors import BadInput
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.text import Language
from kefu.viewer import Viewer

MESSAGES_READ = 60
GREETING, CLOSING = "greeting", "closing"
"""Shortcuts of the canned responses that open and close a suggested reply."""
_JSON: Mapping[type, TypeAdapter[object]] = {
    kind: TypeAdapter(kind) for kind in (Reply, Summary, Article, Answer)
}
_CLOSINGS = TypeAdapter(list[Closing])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An aid at the desk.

    Attributes:
        id: under which it was recorded; None where it is not.
    """

    id: UUID | None = None
    reply: Reply | None = None
    summary: Summary | None = None
    reading: Reading | None = None
    steps: Sequence[NextStep] = ()
    closings: Sequence[Closing] = ()
    closing_id: UUID | None = None
    hits: Sequence[Hit] = ()
    rewritten: Rewritten | None = None
    article: Article | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A conversation as the aids read it."""

    conversation: Conversation
    messages: Sequence[Message]
    lines: Sequence[Line]
    style: Style


class Desk:
    """Makes aids for a member of staff in one conversation, and records what is shown."""

    def __init__(self, resources: Resources, read: Read, *, viewer: Viewer) -> None:
        self._resources = resources
        self._read = read
        self._viewer = viewer

    async def suggest(self, typed: str) -> Shown:
        """A reply that goes on from what was typed."""
        reply = await suggest_reply(
            self._resources,
            self._read.lines,
            viewer=self._viewer,
            base=self._read.conversation.base,
            typed=typed,
            style=self._read.style,
        )
        return Shown(id=await self._record(Aid.REPLY, reply.text, reply, reply.mode), reply=reply)

    async def look_over(self) -> Shown:
        """Summary, mood, next steps, and how it may be closed."""
        read, resources = self._read, self._resources
        summary = await summarise(resources, read.lines)
        reading = await read_mood(resources, read.lines)
        reply = await suggest_reply(
            resources,
            read.lines,
            viewer=self._viewer,
            base=read.conversation.base,
            style=read.style,
        )
        closings = await propose_closings(
            resources, read.lines, viewer=self._viewer, base=read.conversation.base
        )
        closing_id = None
        if closings:
            content = {"closings": _CLOSINGS.dump_python(list(closings), mode="json")}
            closing_id = await self._keep(
                Aid.CLOSING, closings[0].disposition, content, "extractive"
            )
        return Shown(
            id=await self._record(Aid.SUMMARY, tell(summary), summary, summary.mode),
            summary=summary,
            reading=reading,
            steps=propose_steps(read.lines, reply, reading),
            closings=closings,
            closing_id=closing_id,
        )

    async def look_up(self, typed: str) -> Shown:
        """What the knowledge holds about what is typed; it is looked up too often to be kept."""
        hits = await find_at_hand(
            self._resources,
            self._read.lines,
            typed,
            viewer=self._viewer,
            base=self._read.conversation.base,
        )
        return Shown(hits=hits)

    async def rewrite(self, text: str, tone: str) -> Shown:
        """What was typed, in another tone or language.

        Raises:
            BadInput: there is no such tone, or nothing to write again.
        """
        if tone not in set(Tone):
            raise BadInput("There is no such tone.")
        rewritten = await rewrite(self._resources, text, Tone(tone))
        content = {"from": text, "tone": tone, "how": rewritten.how.value}
        id = await self._keep(Aid.REWRITING, rewritten.text, content, rewritten.mode)
        return Shown(id=id, rewritten=rewritten)

    async def draft(self) -> Shown:
        """An article of what staff answered; raises as `draft_article`."""
        article = await draft_article(self._resources, self._read.lines)
        id = await self._record(Aid.ARTICLE, article.markdown, article, article.mode)
        return Shown(id=id, article=article)

    async def ask(self, question: str) -> Shown:
        """What the knowledge answers; raises as `kefu.answering.answer`."""
        answer = await ask_privately(
            self._resources, question, viewer=self._viewer, base=self._read.conversation.base
        )
        id = await self._record(Aid.QUESTION, answer.answer, answer, answer.mode)
        return Shown(id=id, answer=answer)

    async def _record(self, aid: Aid, text: str, record: object, mode: str) -> UUID:
        content = _JSON[type(record)].dump_python(record, mode="json")
        assert isinstance(content, dict)
        return await self._keep(aid, text, content, mode)

    async def _keep(self, aid: Aid, text: str, content: Mapping[str, object], mode: str) -> UUID:
        async with self._resources.database.transaction() as conn:
            shown = await insert_suggestion(
                conn,
                aid=aid,
                text=text,
                conversation_id=self._read.conversation.id,
                position=self._read.messages[-1].position if self._read.messages else 0,
                staff_id=self._viewer.staff_id,
                mode=mode,
                language=self._read.conversation.language,
                content=content,
            )
        return shown.id


async def open_desk(resources: Resources, conversation_id: UUID, *, viewer: Viewer) -> Desk:
    """Everything that the aids read of a conversation.

    Raises:
        NotFound: there is no such conversation.
    """
    async with resources.database.connection() as conn:
        conversation = await get_conversation(conn, conversation_id)
        messages = await list_messages(conn, conversation_id, limit=MESSAGES_READ)
        language: Language = "zh" if conversation.language == "zh" else "en"
        responses = await list_responses(conn, viewer.staff_id, language=language)
        id = conversation.customer_id
        name = (await get_customer(conn, id)).name if id else ""
    texts = {each.shortcut: each.text for each in responses if "{{" not in each.text}
    style = Style(greeting=texts.get(GREETING, ""), closing=texts.get(CLOSING, ""), name=name)
    read = Read(
        conversation=conversation, messages=messages, lines=read_lines(messages), style=style
    )
    return Desk(resources, read, viewer=viewer)
