"""One of all model endpoints, as those see it who ask one and no other."""

from collections.abc import AsyncGenerator
from typing import Protocol

from kefu.llm.calls import OnCall, ignore_call
from kefu.viewer import DataClass


class Writers(Protocol):
    """All endpoints; `only` names the one that is asked."""

    def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
        only: str | None = None,
    ) -> AsyncGenerator[str, None]: ...

    def count_tokens(self, text: str, *, only: str | None = None) -> int: ...

    def find_context_tokens(self, *, only: str | None = None) -> int: ...


class SelectedEndpoint:
    """One of all endpoints as if it were the only one; classes, limits and budgets hold as ever."""

    def __init__(self, endpoints: Writers, name: str) -> None:
        """The endpoints stay in charge of it: it shares their queue, breaker and connections."""
        self.name = name
        self._endpoints = endpoints

    def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
    ) -> AsyncGenerator[str, None]:
        """As `ChatEndpoint.stream`."""
        return self._endpoints.stream(
            instructions=instructions,
            prompt=prompt,
            max_tokens=max_tokens,
            data_class=data_class,
            on_call=on_call,
            only=self.name,
        )

    def count_tokens(self, text: str) -> int:
        """As the endpoint counts."""
        return self._endpoints.count_tokens(text, only=self.name)

    @property
    def context_tokens(self) -> int:
        """Of the endpoint."""
        return self._endpoints.find_context_tokens(only=self.name)

    async def aclose(self) -> None:
        """The endpoints are closed by whoever opened them."""
