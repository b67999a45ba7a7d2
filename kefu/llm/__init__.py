"""Models: what turns text into vectors, what writes answers, fakes of both, and their check-up.

Both open as context managers: `open_embedder` gives the built-in embedder or a remote one,
`open_endpoints` every endpoint of the settings and of the admin page, which are asked in their
order, each within its limits, none for data above its class.
Whatever goes wrong with a model is a `ModelUnavailable` whose text says how to mend it.
"""

from kefu.llm.built_in import BuiltInEmbedder
from kefu.llm.calls import Call, CallOutcome, OnCall, ignore_call
from kefu.llm.chat import ChatEndpoint
from kefu.llm.check import Check, check_embedder, check_endpoint
from kefu.llm.embeddings import Embedder, Vectors, open_embedder
from kefu.llm.fakes import FakeEmbedder, ScriptedEndpoint
from kefu.llm.registry import Endpoints, open_endpoints
from kefu.llm.tokens import estimate_tokens

__all__ = [
    "BuiltInEmbedder",
    "Call",
    "CallOutcome",
    "ChatEndpoint",
    "Check",
    "Embedder",
    "Endpoints",
    "FakeEmbedder",
    "OnCall",
    "ScriptedEndpoint",
    "Vectors",
    "check_embedder",
    "check_endpoint",
    "estimate_tokens",
    "ignore_call",
    "open_embedder",
    "open_endpoints",
]
