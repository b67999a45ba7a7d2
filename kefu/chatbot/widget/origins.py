"""Which web sites may speak to a channel: those that it allows, told to browsers by CORS."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.chatbot.widget.store import get_channel
from kefu.errors import NotFound
from kefu.web import Problem, is_foreign, respond

PREFIX = "/api/widget/"
REMEMBERED_SECONDS = 600
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": str(REMEMBERED_SECONDS),
}
NOT_ALLOWED = Problem(
    status=403,
    type="foreign_origin",
    sentence="This web site is not among those that the channel allows.",
)


class ChannelOrigins:
    """Answers browsers' questions about origins, and refuses sites that a channel does not allow.

    No cookie counts below the prefix, so nothing is lost by letting other origins in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from an allowed origin, from here, or from no browser."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            await self.app(scope, receive, send)
        elif is_foreign(headers) and not await _is_allowed(scope, origin):
            await respond(Request(scope), NOT_ALLOWED)(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            answer = Response(status_code=204, headers=PREFLIGHT | _allow(origin))
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, _tell(send, origin))


def _tell(send: Send, origin: str) -> Send:
    async def send_with_origin(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_allow(origin))
        await send(message)

    return send_with_origin


def _allow(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


async def _is_allowed(scope: Scope, origin: str) -> bool:
    name = scope["path"].removeprefix(PREFIX).partition("/")[0]
    async with scope["app"].state.resources.database.connection() as conn:
        try:
            channel = await get_channel(conn, name)
        except NotFound:
            return False
    return origin in channel.look.allowed_origins
