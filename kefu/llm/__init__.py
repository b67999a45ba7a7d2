"""Models: what turns text into vectors, what writes answers, fakes of both, and their check-up.

Both open as context managers, from the settings alone: `open_embedder` gives the built-in embedder
or a remote one, `open_endpoint` an OpenAI-compatible endpoint, the bundled small model, or None.
Whatever goes wrong with a model is a `ModelUnavailable` whose text says how to mend it.
"""

from kefu.llm.built_in import BuiltInEmbedder
from kefu.llm.chat import ChatEndpoint, open_endpoint
from kefu.llm.check import Check, check_embedder, check_endpoint
from kefu.llm.embeddings import Embedder, Vectors, open_embedder
from kefu.llm.fakes import FakeEmbedder, ScriptedEndpoint
from kefu.llm.tokens import estimate_tokens

__all__ = [
    "BuiltInEmbedder",
    "ChatEndpoint",
    "Check",
    "Embedder",
    "FakeEmbedder",
    "ScriptedEndpoint",
    "Vectors",
    "check_embedder",
    "check_endpoint",
    "estimate_tokens",
    "open_embedder",
    "open_endpoint",
]
