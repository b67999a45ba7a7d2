"""An endpoint that is listened to: what it writes, uses and costs, and why it does not."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import Call, ChatEndpoint, OnCall, ignore_call
from kefu.viewer import DataClass


class Listener:
    """Passes on what an endpoint writes.

    Attributes:
        problem: why the last stream ended early, empty if none did.
        was_forbidden: the endpoint may not see what would have been sent.
    """

    def __init__(self, endpoint: ChatEndpoint) -> None:
        self.text = ""
        self.problem = ""
        self.was_forbidden = False
        self._endpoint = endpoint
        self._calls: list[Call] = []
        self._sent_tokens = 0

    @property
    def name(self) -> str:
        """Of the endpoint."""
        return self._endpoint.name

    @property
    def context_tokens(self) -> int:
        """Of the endpoint."""
        return self._endpoint.context_tokens

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
    ) -> AsyncGenerator[str, None]:
        """What the endpoint writes, raising as it does."""

        def note(call: Call) -> None:
            self._calls.append(call)
            on_call(call)

        self._sent_tokens += self.count_tokens(instructions) + self.count_tokens(prompt)
        pieces = self._endpoint.stream(
            instructions=instructions,
            prompt=prompt,
            max_tokens=max_tokens,
            data_class=data_class,
            on_call=note,
        )
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    self.text += piece
                    yield piece
        except ModelUnavailable as error:
            self.problem, self.was_forbidden = str(error), isinstance(error, ModelForbidden)
            if self.was_forbidden:
                self._sent_tokens = 0
            raise

    def count_tokens(self, text: str) -> int:
        """As the endpoint."""
        return self._endpoint.count_tokens(text)

    async def aclose(self) -> None:
        """The endpoint stays open; it belongs to others."""

    @property
    def input_tokens(self) -> int:
        """As reported, or else estimated."""
        return sum(call.input_tokens for call in self._calls) or self._sent_tokens

    @property
    def output_tokens(self) -> int:
        """As reported, or else estimated."""
        reported = sum(call.output_tokens for call in self._calls)
        return reported or (self.count_tokens(self.text) if self.text else 0)

    @property
    def cost_micros(self) -> int | None:
        """Of all calls, None where one has no price or nobody told of it."""
        if self._sent_tokens and not self._calls:
            return None
        return add_costs([call.cost_micros for call in self._calls])

    @property
    def first_token_seconds(self) -> float | None:
        """Of the first call of which something came."""
        waits = [call.first_token_seconds for call in self._calls]
        return next((each for each in waits if each is not None), None)

    @property
    def currency(self) -> str:
        """Of the last call."""
        return self._calls[-1].currency if self._calls else ""


def add_costs(costs: Sequence[int | None]) -> int | None:
    """None where one is not known."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
