"""Where a request comes from, and how much whoever sends it may do."""

from fastapi import Request

from kefu.resources import Resources
from kefu.safety import Act, count_acts


def find_host(request: Request) -> str:
    """The address of the client; behind a proxy that is trusted, the one that it names."""
    return request.client.host if request.client else ""


async def limit_visitor(
    request: Request, resources: Resources, *acts: Act, visitor: object = None
) -> None:
    """Count what somebody is about to do whom nobody knows.

    `visitor` tells one behind an address from another, None: nothing does.

    Raises:
        TooManyRequests: it is too much by now.
    """
    await count_acts(
        resources.database,
        acts,
        visitor="" if visitor is None else str(visitor),
        host=find_host(request),
        settings=resources.settings.visitors,
    )
