"""How each endpoint is spoken to."""

from kefu.llm.chat import Wire
from kefu.llm.endpoints import Endpoint


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
