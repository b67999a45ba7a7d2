"""Endpoints as the settings describe them, and one question to them."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial

from kefu.llm import Endpoints, OnCall, ignore_call, open_endpoints
from kefu.sections import RoutingSettings
from kefu.settings import EndpointSettings, ModelSettings, Settings
from kefu.viewer import DataClass
from tests.llm.misbehaving import Server


@asynccontextmanager
async def open_endpoint(settings: ModelSettings) -> AsyncIterator[Endpoints]:
    """The one of the settings `model.*`."""
    async with open_endpoints(Settings(model=settings)) as endpoints:
        yield endpoints


@asynccontextmanager
async def opened(
    *endpoints: EndpointSettings, hedge_seconds: float | None = None, **how: object
) -> AsyncIterator[Endpoints]:
    """Those of `[[endpoints]]`."""
    settings = Settings(endpoints=endpoints, routing=RoutingSettings(hedge_seconds=hedge_seconds))
    async with open_endpoints(settings, **how) as registry:
        yield registry


def endpoint(name: str, server: Server | str, **changes: object) -> EndpointSettings:
    """One of `[[endpoints]]` at a server of a test."""
    url = server if isinstance(server, str) else server.url
    given = {"name": name, "url": url, "model": f"model-{name}", "first_token_seconds": 1}
    return EndpointSettings.model_validate(given | changes)


SOON = 0.05  # seconds after which a second endpoint is asked
patient = partial(endpoint, first_token_seconds=30)


async def ask(
    endpoints: Endpoints,
    prompt: str = "hello",
    *,
    data_class: DataClass = DataClass.PUBLIC,
    on_call: OnCall = ignore_call,
) -> str:
    """The whole answer."""
    pieces = endpoints.stream(
        instructions="Be brief.",
        prompt=prompt,
        max_tokens=20,
        data_class=data_class,
        on_call=on_call,
    )
    async with aclosing(pieces):
        return "".join([piece async for piece in pieces])
