"""A question that is sent again, as after a lost connection, gets the answer it has got."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from uuid import UUID

from kefu.answering import Answer
from kefu.chatbot.answerer import ANSWER
from kefu.chatbot.records import ChatAnswer, PendingTurn
from kefu.conversations import Conversation, Message, NewMessage
from kefu.releases import Serving


def find_given(latest: Sequence[Message], sent: NewMessage) -> Message | None:
    """The answer that the same message got, sent with the same key, among the last messages."""
    if sent.client_key is None:
        return None
    for before, after in pairwise(latest):
        is_same = before.client_key == sent.client_key and before.text == sent.text
        if is_same and before.role == "customer" and after.role == "chatbot" and after.answer:
            return after
    return None


def repeat_turn(conversation: Conversation, given: Message, *, question: str) -> PendingTurn:
    """A turn that was taken before."""
    return PendingTurn(
        conversation_id=conversation.id,
        question=question,
        base=conversation.base,
        history=(),
        serving=Serving(release=None, trial=None, shadow=None),
        given=given,
    )


def read_answer(message: Message) -> ChatAnswer:
    """An answer that is stored."""
    answer = ANSWER.validate_python(message.answer)
    return address(answer, message.conversation_id, message.id)


def address(answer: Answer, conversation_id: UUID, message_id: UUID) -> ChatAnswer:
    """An answer with its place."""
    said = {field.name: getattr(answer, field.name) for field in fields(Answer)}
    return ChatAnswer(**said, conversation_id=conversation_id, message_id=message_id)
