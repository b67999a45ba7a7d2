"""Server-sent events that survive proxies and end when the client leaves."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import ClassVar

import anyio
from anyio.abc import TaskGroup
from fastapi.sse import format_sse_event
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kefu.web.disconnection import wait_for_disconnect
from kefu.web.problems import describe

PING = format_sse_event(comment="ping")
PING_SECONDS = 15.0  # proxies commonly close what is silent for 30 to 60


def format_event(event: str, data: object, *, id: str | None = None) -> bytes:
    """One event with a JSON value, as it goes over the wire; with `id` a client can come back."""
    return format_sse_event(event=event, data_str=json.dumps(data, ensure_ascii=False), id=id)


def format_error(error: Exception) -> bytes:
    """What went wrong as the last event."""
    return format_event("error", describe(error).as_json()["error"])


class EventStream(Response):
    """Sends events as they come, a comment while there are none, and an error as the last event."""

    media_type = "text/event-stream"
    BUFFERING_OFF: ClassVar = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}

    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        *,
        ping_seconds: float = PING_SECONDS,
        format_error: Callable[[Exception], bytes] = format_error,
    ) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self._events = _end_with_error(events, format_error)
        self._ping_seconds = ping_seconds
        self._has_ended = False
        self.init_headers(self.BUFFERING_OFF)
        del self.headers["content-length"]

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Run until the events end or the client leaves, whichever is first."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        async with aclosing(self._events), anyio.create_task_group() as tasks:
            tasks.start_soon(_cancel_on_disconnect, receive, tasks)
            await send(start)
            tasks.start_soon(self._ping, send)
            async for event in self._events:
                await send(_body(event))
            self._has_ended = True
            await send(_body(b"", more=False))
            tasks.cancel_scope.cancel()

    async def _ping(self, send: Send) -> None:
        while True:
            await anyio.sleep(self._ping_seconds)
            if self._has_ended:
                return
            await send(_body(PING))


async def _end_with_error(
    events: AsyncGenerator[bytes, None], format_error: Callable[[Exception], bytes]
) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except Exception as error:  # noqa: BLE001 - the status is sent; an event is all that is left
        yield format_error(error)


async def _cancel_on_disconnect(receive: Receive, tasks: TaskGroup) -> None:
    await wait_for_disconnect(receive)
    tasks.cancel_scope.cancel()


def _body(content: bytes, *, more: bool = True) -> dict[str, object]:
    return {"type": "http.response.body", "body": content, "more_body": more}
