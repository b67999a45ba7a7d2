"""The door to measuring, which takes three seconds to import and is rarely needed."""

from collections.abc import AsyncIterator

from kefu.llm.endpoints import Endpoint
from kefu.llm.records import CheckFinding, Effort
from kefu.llm.store import Connect


async def measure_endpoint(
    endpoint: Endpoint, *, effort: Effort, connect: Connect | None = None
) -> AsyncIterator[CheckFinding]:
    """Findings as they come; after one that is not reachable, none.

    With `connect` the calls count against the budget of the endpoint.

    Raises:
        BadSettings: an extra or a file of a local model is missing.
    """
    from kefu.llm.measure import measure  # noqa: PLC0415 - 3 s to import

    async for finding in measure(endpoint, effort=effort, connect=connect):
        yield finding
