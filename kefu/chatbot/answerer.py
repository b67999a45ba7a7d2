"""What turns a question into an answer."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from pydantic import TypeAdapter

from kefu.answering import Answer, AnswerEvent, Turn
from kefu.resources import Resources
from kefu.viewer import Viewer

ANSWER = TypeAdapter(Answer)


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
