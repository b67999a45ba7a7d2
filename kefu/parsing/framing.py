"""How the process that parses answers: each message is its length and a JSON object."""

import json
from typing import Any

LENGTH_BYTES = 8
"""How many bytes say how long a message is, the first the most significant."""


def frame(message: dict[str, Any]) -> bytes:
    """The message as it is sent."""
    body = json.dumps(message).encode("ascii")
    return len(body).to_bytes(LENGTH_BYTES, "big") + body
