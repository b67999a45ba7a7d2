"""How each endpoint is spoken to."""

from typing import TYPE_CHECKING

from kefu.llm.chat import Wire
from kefu.llm.endpoints import Endpoint
from kefu.llm.openai_chat import OpenAICompatibleWire

if TYPE_CHECKING:
    from kefu.llm.embedding_wire import EmbeddingWire
    from kefu.llm.rerank import RerankWire
    from kefu.llm.transcription import TranscriptionWire


def open_wire(endpoint: Endpoint) -> Wire:
    """Nothing is asked of the model yet.

    Raises:
        BadSettings: an extra or a file of a local model is missing.
    """
    if endpoint.is_local:
        from kefu.llm.local import LocalWire  # noqa: PLC0415 - an optional extra

        return LocalWire(endpoint)
    return OpenAICompatibleWire(endpoint)


def open_embedding_wire(endpoint: Endpoint) -> "EmbeddingWire":
    """Nothing is asked of the model yet."""
    from kefu.llm.embedding_wire import EmbeddingWire  # noqa: PLC0415 - 1 s to import

    return EmbeddingWire(endpoint)


def open_rerank_wire(endpoint: Endpoint) -> "RerankWire":
    """Nothing is asked of the model yet."""
    from kefu.llm.rerank import RerankWire  # noqa: PLC0415 - 1 s to import

    return RerankWire(endpoint)


def open_transcription_wire(endpoint: Endpoint) -> "TranscriptionWire":
    """Nothing is asked of the model yet."""
    from kefu.llm.transcription import TranscriptionWire  # noqa: PLC0415 - 1 s to import

    return TranscriptionWire(endpoint)
