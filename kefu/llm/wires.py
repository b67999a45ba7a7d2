"""How each endpoint is spoken to."""

import asyncio
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from kefu.llm.chat import Wire
from kefu.llm.endpoints import Endpoint

if TYPE_CHECKING:
    from kefu.llm.rerank import RerankWire
    from kefu.llm.transcription import TranscriptionWire


CHAT_MODULE = "kefu.llm.openai_chat"


async def load_client() -> None:
    """Import what speaks to chat models, 3 s, beside everything else that is going on."""
    if CHAT_MODULE not in sys.modules:
        await asyncio.to_thread(import_module, CHAT_MODULE)


def open_wire(endpoint: Endpoint) -> Wire:
    """Nothing is asked of the model yet.

    Raises:
        BadSettings: an extra or a file of a local model is missing.
    """
    if endpoint.is_local:
        from kefu.llm.local import LocalWire  # noqa: PLC0415 - an optional extra

        return LocalWire(endpoint)
    from kefu.llm.openai_chat import OpenAICompatibleWire  # noqa: PLC0415 - 3 s to import

    return OpenAICompatibleWire(endpoint)


def open_rerank_wire(endpoint: Endpoint) -> "RerankWire":
    """Nothing is asked of the model yet."""
    from kefu.llm.rerank import RerankWire  # noqa: PLC0415 - 1 s to import

    return RerankWire(endpoint)


def open_transcription_wire(endpoint: Endpoint) -> "TranscriptionWire":
    """Nothing is asked of the model yet."""
    from kefu.llm.transcription import TranscriptionWire  # noqa: PLC0415 - 1 s to import

    return TranscriptionWire(endpoint)
