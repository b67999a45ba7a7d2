"""An answerer that says what a test wrote down for it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from kefu.answering import AnswerEvent, Turn
from kefu.resources import Resources
from kefu.viewer import Viewer

Step = AnswerEvent | Exception | asyncio.Event


class ScriptedAnswerer:
    """Answers a question by the steps written down for it: sends, waits or fails.

    Attributes:
        scripts: steps by question; a question that is not here gets those of "".
        asked: question, base and history of every call.
        was_cancelled: the last answer was given up before its end.
    """

    def __init__(self) -> None:
        self.scripts: dict[str, Sequence[Step]] = {}
        self.asked: list[tuple[str, str, Sequence[Turn]]] = []
        self.was_cancelled = asyncio.Event()

    def hold(self, question: str, begin: Sequence[Step], rest: Sequence[Step]) -> asyncio.Event:
        """Answer a question by the beginning, and by the rest once the event is set."""
        is_released = asyncio.Event()
        self.scripts[question] = [*begin, is_released, *rest]
        return is_released

    async def __call__(
        self,
        resources: Resources,
        question: str,
        *,
        viewer: Viewer,
        base: str = "main",
        history: Sequence[Turn] = (),
    ) -> AsyncGenerator[AnswerEvent, None]:
        self.asked.append((question, base, history))
        try:
            for step in self.scripts.get(question, self.scripts.get("", ())):
                match step:
                    case Exception():
                        raise step
                    case asyncio.Event():
                        await step.wait()
                    case _:
                        yield step
        except (asyncio.CancelledError, GeneratorExit):
            self.was_cancelled.set()
            raise
