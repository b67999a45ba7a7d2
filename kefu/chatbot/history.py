"""What was said in a conversation, as turns that the next answer leans on."""

from collections.abc import Sequence
from itertools import pairwise

from kefu.answering import Answer, Turn
from kefu.chatbot.answerer import ANSWER
from kefu.conversations import Message


def build_history(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Pair each question with the answer that follows it; questions left unanswered drop out."""
    return tuple(
        _pair(before.text, ANSWER.validate_python(after.answer))
        for before, after in pairwise(messages)
        if (before.role, after.role) == ("customer", "chatbot") and after.answer
    )


def _pair(question: str, answer: Answer) -> Turn:
    return Turn(
        question=question,
        answer=answer.answer,
        outcome=answer.outcome,
        titles=tuple(dict.fromkeys(citation.title for citation in answer.citations)),
        choices=answer.choices,
        data_class=answer.data_class,
    )
