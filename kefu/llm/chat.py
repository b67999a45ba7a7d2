"""What writes text: an endpoint as those see it who want something written."""

from collections.abc import AsyncGenerator, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from kefu.llm.calls import OnCall, Usage, ignore_call
from kefu.viewer import DataClass

NO_WISHES: Mapping[str, Any] = MappingProxyType({})


class ChatEndpoint(Protocol):
    """Writes text, whichever model does it.

    Attributes:
        name: shown as the mode of an answer where no call says which endpoint wrote it.
        context_tokens: of prompt and answer together, that it takes.
    """

    @property
    def name(self) -> str: ...

    @property
    def context_tokens(self) -> int: ...

    def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
    ) -> AsyncGenerator[str, None]:
        """The text in pieces as they come, without what the model thinks aloud.

        Close the iterator when you stop early (`contextlib.aclosing`). `data_class` is the highest
        class in what is sent; `on_call` hears of every call that was made, when it ended.

        Raises:
            ModelForbidden: no endpoint may see this.
            ModelBusy: all that may are at their limits.
            ModelUnavailable: at any step: refused, too slow, cut off, nonsense, nothing.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens a text takes, roughly and rather too many."""
        ...

    async def aclose(self) -> None: ...


class Wire(Protocol):
    """Speaks to one model; knows nothing of limits, money or rights."""

    def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        usage: Usage,
        wishes: Mapping[str, Any] = NO_WISHES,
    ) -> AsyncGenerator[str, None]:
        """As `ChatEndpoint.stream`; what the model reports is put into `usage`.

        `wishes` are fields of the request beside the usual ones; a server that refuses them is
        asked without.

        Raises:
            ModelUnavailable: at any step.
        """
        ...

    async def aclose(self) -> None: ...
