"""What every request passes: limits and origin on the way in, security headers on the way out."""

import re
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.web.problems import Problem, respond

MAX_BODY_BYTES = 64 * 1024
MAX_CONVERSATION_BYTES = 1024 * 1024
LARGER = re.compile(r"/v1/chat/completions|/admin/prompts/[^/]+/versions")
"""What takes as much as a conversation: a client that keeps no state sends all of it each time, and
a letter of a Chinese prompt is nine bytes in a form."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
        " object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FOREIGN_ORIGIN = Problem(
    status=403, type="foreign_origin", sentence="Requests from other web sites are refused."
)


class SecurityHeaders:
    """Adds to every response what tells browsers to trust nothing but this server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and put the headers on its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class SameOrigin:
    """Refuses what another web site makes a browser send; programs without a browser may pass.

    Every browser since 2020 sends Origin with a POST and, to secure addresses, Sec-Fetch-Site.

    What lies below `open_below` has a guard of its own and takes no cookies.
    """

    def __init__(self, app: ASGIApp, *, open_below: str | None = None) -> None:
        self.app = app
        self._open_below = open_below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what only reads and what comes from here."""
        is_writing = scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        if is_writing and not self._is_open(scope) and is_foreign(Headers(scope=scope)):
            await respond(Request(scope), FOREIGN_ORIGIN)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        return self._open_below is not None and scope["path"].startswith(self._open_below)


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that another site caused the request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc != headers.get("host")
    except ValueError:  # no browser sends that
        return True


def refuse_size(most: int) -> Problem:
    """What a client is told that sends more than so many bytes; the rest is not waited for."""
    return Problem(
        status=413,
        type="too_large",
        sentence="The request is larger than %(most)s bytes.",
        values={"most": most},
        headers={"Connection": "close"},
    )


class BodyLimit:
    """Reads the body before anything else does, and refuses one that is too large.

    Attributes:
        files: paths to which files are sent, which may have `max_file_bytes`.
    """

    def __init__(
        self, app: ASGIApp, *, files: re.Pattern[str] | None = None, max_file_bytes: int = 0
    ) -> None:
        self.app = app
        self.files = files
        self.max_file_bytes = max_file_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        waiting: list[Message] = []
        size = 0
        most = self._find_limit(scope["path"])
        while not waiting or waiting[-1].get("more_body", False):
            waiting.append(await receive())
            size += len(waiting[-1].get("body", b""))
            if size > most:
                await respond(Request(scope), refuse_size(most))(scope, receive, send)
                return

        async def replay() -> Message:
            return waiting.pop(0) if waiting else await receive()

        await self.app(scope, replay, send)

    def _find_limit(self, path: str) -> int:
        is_file = self.files is not None and self.files.fullmatch(path) is not None
        if is_file:
            return self.max_file_bytes
        return MAX_CONVERSATION_BYTES if LARGER.fullmatch(path) else MAX_BODY_BYTES
