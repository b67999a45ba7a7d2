"""One turn of a conversation: the question is stored, answered, and its answer stored."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import fields
from itertools import pairwise
from typing import Protocol
from uuid import UUID

from pydantic import TypeAdapter

from kefu.answering import Answer, AnswerEvent, Progress, Sentence, Turn
from kefu.chatbot.records import ChatAnswer, PendingTurn
from kefu.conversations import (
    Message,
    list_messages,
    lock_conversation,
    record_answer,
    record_question,
    start_conversation,
)
from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.knowledge import DEFAULT_BASE, find_base
from kefu.resources import Resources
from kefu.text import clean_text
from kefu.viewer import DataClass, Viewer

MAX_QUESTION_CHARACTERS = 2000
HISTORY_TURNS = 6
ANSWER = TypeAdapter(Answer)

ChatEvent = Progress | Sentence | ChatAnswer


class Answerer(Protocol):
    """Turns a question into an answer: `kefu.answering.stream_answer`, or what stands for it."""

    def __call__(
        self,
        resources: Resources,
        question: str,
        *,
        viewer: Viewer,
        base: str = ...,
        history: Sequence[Turn] = ...,
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Yield progress and sentences, and last the whole answer."""


async def begin_turn(
    resources: Resources,
    question: str,
    *,
    base: str | None = None,
    conversation_id: UUID | None = None,
) -> PendingTurn:
    """Store a question, in a conversation begun with it when none is given.

    Raises:
        BadInput: the question is empty or too long, or the conversation is about another base.
        NotFound: there is no such conversation or base.
    """
    question = _clean(question)
    async with resources.database.transaction() as conn:
        if base is not None:
            await _require_base(conn, base)
        if conversation_id is None:
            conversation = await start_conversation(conn, question, base=base or DEFAULT_BASE)
        else:
            conversation = await lock_conversation(conn, conversation_id)
        if base not in {None, conversation.base}:
            raise BadInput(
                f"The conversation is about the base {conversation.base}, not {base}: "
                "leave base out, or leave conversation_id out to begin another conversation."
            )
        await record_question(conn, question, conversation_id=conversation.id)
        messages = await list_messages(conn, conversation.id, limit=2 * HISTORY_TURNS + 1)
    return PendingTurn(
        conversation_id=conversation.id,
        question=question,
        base=conversation.base,
        history=build_history(messages),
    )


async def finish_turn(
    resources: Resources, turn: PendingTurn, *, viewer: Viewer, answerer: Answerer
) -> AsyncGenerator[ChatEvent, None]:
    """Answer a stored question; the answer is stored before it is yielded."""
    events = answerer(resources, turn.question, viewer=viewer, base=turn.base, history=turn.history)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Answer):
                yield await _store(resources, turn, event)
            else:
                yield event


async def wait_for_answer(events: AsyncGenerator[ChatEvent, None]) -> ChatAnswer:
    """Run a turn to its end."""
    answer: ChatAnswer | None = None
    async with aclosing(events):
        async for event in events:
            if isinstance(event, ChatAnswer):
                answer = event
    assert answer is not None
    return answer


def build_history(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Pair each question with the answer that follows it; questions left unanswered drop out."""
    return tuple(
        Turn(
            question=before.text,
            answer=after.text,
            data_class=DataClass(str((after.answer or {}).get("data_class", DataClass.RESTRICTED))),
        )
        for before, after in pairwise(messages)
        if (before.role, after.role) == ("customer", "chatbot")
    )


async def _store(resources: Resources, turn: PendingTurn, answer: Answer) -> ChatAnswer:
    async with resources.database.transaction() as conn:
        message = await record_answer(
            conn,
            answer.answer,
            conversation_id=turn.conversation_id,
            answer=ANSWER.dump_python(answer, mode="json"),
        )
    said = {field.name: getattr(answer, field.name) for field in fields(Answer)}
    return ChatAnswer(**said, conversation_id=turn.conversation_id, message_id=message.id)


def _clean(question: str) -> str:
    kept = clean_text(question).strip()
    if not kept:
        raise BadInput("The question is empty.")
    if len(kept) > MAX_QUESTION_CHARACTERS:
        raise BadInput(
            f"The question has {len(kept)} characters; at most {MAX_QUESTION_CHARACTERS} are read."
        )
    return kept


async def _require_base(conn: Connection, name: str) -> None:
    if await find_base(conn, name) is None:
        raise NotFound(f"There is no knowledge base {name!r}.")
