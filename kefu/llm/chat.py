"""What writes answers, and which endpoint the settings name."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from kefu.errors import BadSettings
from kefu.settings import ModelSettings


class ChatEndpoint(Protocol):
    """A language model.

    Attributes:
        name: of the model, shown as the mode of an answer.
    """

    @property
    def name(self) -> str: ...

    def stream(
        self, *, instructions: str, prompt: str, max_tokens: int
    ) -> AsyncGenerator[str, None]:
        """The text in pieces as they come, without what the model thinks aloud.

        Close the iterator when you stop early (`contextlib.aclosing`).

        Raises:
            ModelUnavailable: at any step: refused, too slow, cut off, nonsense, nothing.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens a text takes, roughly and rather too many."""
        ...

    async def aclose(self) -> None: ...


@asynccontextmanager
async def open_endpoint(settings: ModelSettings) -> AsyncIterator[ChatEndpoint | None]:
    """The endpoint the settings name, or None; nothing is asked of it yet.

    Raises:
        BadSettings: the settings contradict each other, or an extra is not installed.
    """
    endpoint = _open(settings)
    try:
        yield endpoint
    finally:
        if endpoint is not None:
            await endpoint.aclose()


def _open(settings: ModelSettings) -> ChatEndpoint | None:
    if settings.local and settings.url:
        raise BadSettings("Set model.url or model.local, not both.")
    if settings.local:
        from kefu.llm.local import LocalEndpoint  # noqa: PLC0415 - an optional extra

        return LocalEndpoint(settings)
    if not settings.url:
        return None
    if not settings.name:
        raise BadSettings("model.url is set; set model.name to the model it should run as well.")
    from kefu.llm.openai_chat import OpenAICompatibleEndpoint  # noqa: PLC0415 - 3 s to import

    return OpenAICompatibleEndpoint(settings)
