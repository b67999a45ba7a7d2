"""What routes find in the application: open resources, and a place among the answers."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Path, Request

from kefu.resources import Resources
from kefu.web.gate import Gate

LARGEST_ID = 2**63 - 1


def get_resources(request: Request) -> Resources:
    """What the process holds open."""
    resources: Resources = request.app.state.resources
    return resources


async def enter_gate(request: Request) -> AsyncIterator[None]:
    """Hold a place at the application's gate until the response is sent."""
    gate: Gate = request.app.state.gate
    async with gate.enter():
        yield


OpenResources = Annotated[Resources, Depends(get_resources)]
RowId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
