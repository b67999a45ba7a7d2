"""Every route of an application, also those of included routers and those no schema shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A method and the pattern of a path."""

    path: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def list_routes(app: FastAPI) -> set[Address]:
    return set(_walk(app.routes, ""))


def _walk(routes: Iterable[BaseRoute], prefix: str) -> Iterator[Address]:
    for route in routes:
        if isinstance(route, Route):
            for method in METHODS.intersection(route.methods or ()):
                yield Address(prefix + route.path, method)
        elif hasattr(route, "original_router"):
            inner = route.original_router
            yield from _walk(inner.routes, prefix + route.include_context.prefix)
        else:
            assert route.path == "/static", f"{route!r} is a kind of route that this does not know"
