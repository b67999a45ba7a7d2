"""The aids as the desk asks for them: made, recorded as shown, and handed back with their ids."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import TypeAdapter

from kefu.answering import EXTRACTIVE, Answer
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
from kefu.copilot.dressing import Style
from kefu.copilot.knowledge_at_hand import ask_privately, find_at_hand
from kefu.copilot.moods import read_mood
from kefu.copilot.next_steps import propose_steps
from kefu.copilot.reading import read_lines
from kefu.copilot.records import (
    Aid,
    Article,
    Closing,
    Line,
    NewSuggestion,
    NextStep,
    Reading,
    Reply,
    ReplySoFar,
    Rewritten,
    Speaker,
    Summary,
    Tone,
)
from kefu.copilot.replying import stream_reply, suggest_reply
from kefu.copilot.rewriting import rewrite
from kefu.copilot.suggestions import record_shown
from kefu.copilot.summarising import summarise, tell
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
        so_far: of a reply that is still being written.
    """

    id: UUID | None = None
    so_far: ReplySoFar | None = None
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

    @property
    def said(self) -> Sequence[Line]:
        """The lines; while a customer waits for people the chatbot's last words are no reply."""
        said = list(self.lines)
        while said and self.conversation.waiting_since and said[-1].speaker is Speaker.CHATBOT:
            said.pop()
        return said


class Desk:
    """Makes aids for a member of staff in one conversation, and records what is shown."""

    def __init__(self, resources: Resources, read: Read, *, viewer: Viewer) -> None:
        self._resources = resources
        self._read = read
        self._viewer = viewer

    async def suggest(self, typed: str, *, instead_of: UUID | None = None) -> Shown:
        """A reply that goes on from what was typed."""
        shown = Shown()
        async with aclosing(self.stream(typed, instead_of=instead_of)) as steps:
            async for step in steps:
                shown = step
        return shown

    async def stream(
        self, typed: str, *, instead_of: UUID | None = None
    ) -> AsyncGenerator[Shown, None]:
        """A reply as it is written, under one id; the last one is whole.

        Whatever of it was seen is recorded, so that staff may stop it and use what is there. It
        takes the place of an earlier suggestion of theirs that is not settled.
        """
        id = instead_of
        steps = stream_reply(
            self._resources,
            self._read.lines,
            viewer=self._viewer,
            base=self._read.conversation.base,
            typed=typed,
            style=self._read.style,
        )
        async with aclosing(steps):
            async for step in steps:
                content = _dump(step) if isinstance(step, Reply) else {}
                id = await self._keep(Aid.REPLY, step.text, content, step.mode, instead_of=id)
                if isinstance(step, Reply):
                    yield Shown(id=id, reply=step)
                else:
                    yield Shown(id=id, so_far=step)

    async def look_over(self) -> Shown:
        """Summary, mood, next steps, and how it may be closed."""
        summed = await self.summarise()
        assert summed.summary is not None
        reading = summed.summary.reading
        closing = await self.close()
        return replace(
            summed,
            reading=reading,
            steps=await self.propose_steps(reading),
            closings=closing.closings,
            closing_id=closing.id,
        )

    async def summarise(self) -> Shown:
        """What whoever takes it over has to know."""
        summary = await summarise(self._resources, self._read.lines)
        return Shown(
            id=await self._record(Aid.SUMMARY, tell(summary), summary, summary.mode),
            summary=summary,
        )

    async def read_mood(self) -> Reading:
        """How the customer feels."""
        return await read_mood(self._resources, self._read.lines)

    async def propose_steps(self, reading: Reading) -> Sequence[NextStep]:
        """What to do next: by rules, for which no model writes a reply that nobody sees."""
        reply = await suggest_reply(
            replace(self._resources, endpoint=None),
            self._read.lines,
            viewer=self._viewer,
            base=self._read.conversation.base,
            style=self._read.style,
        )
        return propose_steps(self._read.said, reply, reading)

    async def close(self) -> Shown:
        """How it may be closed."""
        closings = await propose_closings(
            self._resources,
            self._read.lines,
            viewer=self._viewer,
            base=self._read.conversation.base,
        )
        if not closings:
            return Shown()
        content = {"closings": _CLOSINGS.dump_python(list(closings), mode="json")}
        text = closings[0].disposition
        id = await self._keep(Aid.CLOSING, text, content, EXTRACTIVE)
        return Shown(id=id, closings=closings)

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

    async def rewrite(self, text: str, tone: Tone) -> Shown:
        """What was typed, in another tone or language; raises as `rewrite`."""
        rewritten = await rewrite(self._resources, text, tone)
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
        return await self._keep(aid, text, _dump(record), mode)

    async def _keep(
        self,
        aid: Aid,
        text: str,
        content: Mapping[str, object],
        mode: str,
        *,
        instead_of: UUID | None = None,
    ) -> UUID:
        messages, conversation = self._read.messages, self._read.conversation
        new = NewSuggestion(
            conversation_id=conversation.id,
            position=messages[-1].position if messages else 0,
            aid=aid,
            staff_id=self._viewer.staff_id,
            mode=mode,
            language=conversation.language,
            text=text,
            content=content,
        )
        async with self._resources.database.transaction() as conn:
            return (await record_shown(conn, new, instead_of=instead_of)).id


def _dump(record: object) -> Mapping[str, object]:
    content = _JSON[type(record)].dump_python(record, mode="json")
    assert isinstance(content, dict)
    return content


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
