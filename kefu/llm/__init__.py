"""Models: what turns text into vectors, what writes answers, fakes of both, and their check-up.

Both open as context managers: `open_embedder` gives the built-in embedder or a remote one,
`open_endpoints` every endpoint of the settings and of the admin page, which are asked in their
order, each within its limits, none for data above its class.
Whatever goes wrong with a model is a `ModelUnavailable` whose text says how to mend it.
"""

from kefu.llm.addresses import is_refused, unwrap
from kefu.llm.built_in import BuiltInEmbedder
from kefu.llm.calls import Call, CallOutcome, OnCall, ignore_call
from kefu.llm.chat import ChatEndpoint
from kefu.llm.check import Check, check_embedder, check_endpoint
from kefu.llm.directory import resolve_stored
from kefu.llm.embeddings import Embedder, Vector, Vectors, open_embedder
from kefu.llm.endpoints import Endpoint, load_presets, resolve_all
from kefu.llm.entered import OVERALL, as_stored, find_problems, is_same_place, read_fields
from kefu.llm.fakes import FakeEmbedder, ScriptedEndpoint
from kefu.llm.guarded import EndpointState
from kefu.llm.measuring import measure_endpoint
from kefu.llm.prices import MILLION
from kefu.llm.recording import Recording
from kefu.llm.records import (
    CheckFinding,
    Effort,
    FindingKind,
    Spending,
    StoredCheck,
    StoredEndpoint,
)
from kefu.llm.registry import Endpoints, open_endpoints
from kefu.llm.secrets import Vault
from kefu.llm.store import (
    delete_endpoint,
    find_endpoint,
    insert_check,
    list_endpoints,
    list_last_checks,
    list_spending,
    lock_endpoints,
    reorder_endpoints,
    replace_endpoint,
)
from kefu.llm.structured import Unreadable, find_object, read_object
from kefu.llm.tokens import estimate_tokens

__all__ = [
    "MILLION",
    "OVERALL",
    "BuiltInEmbedder",
    "Call",
    "CallOutcome",
    "ChatEndpoint",
    "Check",
    "CheckFinding",
    "Effort",
    "Embedder",
    "Endpoint",
    "EndpointState",
    "Endpoints",
    "FakeEmbedder",
    "FindingKind",
    "OnCall",
    "Recording",
    "ScriptedEndpoint",
    "Spending",
    "StoredCheck",
    "StoredEndpoint",
    "Unreadable",
    "Vault",
    "Vector",
    "Vectors",
    "as_stored",
    "check_embedder",
    "check_endpoint",
    "delete_endpoint",
    "estimate_tokens",
    "find_endpoint",
    "find_object",
    "find_problems",
    "ignore_call",
    "insert_check",
    "is_refused",
    "is_same_place",
    "list_endpoints",
    "list_last_checks",
    "list_spending",
    "load_presets",
    "lock_endpoints",
    "measure_endpoint",
    "open_embedder",
    "open_endpoints",
    "read_fields",
    "read_object",
    "reorder_endpoints",
    "replace_endpoint",
    "resolve_all",
    "resolve_stored",
    "unwrap",
]
