"""Errors become one sentence and a status, as JSON or as a page; rendered here and nowhere else."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.errors import BadInput, KefuError, NotFound, NotSignedIn
from kefu.text import explain_mistake
from kefu.web.addresses import find_form_page, find_page_before, name_page
from kefu.web.rendering import render_page

logger = logging.getLogger(__name__)

SIGN_IN = "/sign-in"
HOME = "/home"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
OPENAI_PATHS = "/v1/"
"""Below it clients of OpenAI's API expect errors in its shape."""

OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
OPENAI_CODES = {
    ("not_signed_in", None): "invalid_api_key",
    ("not_found", "model"): "model_not_found",
    ("unavailable", None): "server_overloaded",
}
HTTP_TYPES = {400: "BadInput", 404: "NotFound", 405: "MethodNotAllowed", 415: "UnsupportedMedia"}
HTTP_ERRORS = {
    400: BadInput("The body could not be read."),
    404: NotFound("There is nothing at this address."),
    405: KefuError("This address does not allow that method."),
}


class ProblemDetail(BaseModel):
    """What went wrong, for people and for programs."""

    type: str = Field(examples=["bad_input"])
    message: str = Field(examples=["The question is empty."])
    reference: str | None = Field(None, description="Stands in the server's log.")


class ProblemBody(BaseModel):
    """The body of every answer that is not a success."""

    error: ProblemDetail


class OpenAIProblemDetail(BaseModel):
    """What went wrong, as clients of OpenAI's API expect it."""

    message: str = Field(examples=["The question is empty."])
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = Field(description="What of the request it is about.")
    code: str = Field(examples=["bad_input"])
    reference: str | None = Field(None, description="Stands in the server's log.")


class OpenAIProblemBody(BaseModel):
    """The body of every answer below /v1 that is not a success."""

    error: OpenAIProblemDetail


def list_problems(
    *statuses: int, body: type[BaseModel] = ProblemBody
) -> dict[int | str, dict[str, Any]]:
    """The statuses besides success that a route may answer with, for its description."""
    return {status: {"model": body} for status in statuses}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {"model": ProblemBody, "description": "What went wrong."},
    **list_problems(401, 403),
}
"""What every route may answer with: whoever sends a key may have sent a wrong one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the client is told about an error.

    Attributes:
        type: for programs: the error's name in words joined by underscores.
        sentence: in English, as in the catalogues, with gaps for the values.
        reference: stands in the log beside the details that are not told.
        came_from: the page of Kefu that led here; None where none is known.
    """

    status: int
    type: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    reference: str | None = None
    came_from: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The whole sentence in English."""
        return self.sentence % self.values if self.values else self.sentence

    def as_json(self) -> dict[str, dict[str, str]]:
        """As it goes over the wire."""
        told = {"type": self.type, "message": self.message, "reference": self.reference}
        return {"error": {key: value for key, value in told.items() if value is not None}}

    def as_openai_json(self) -> dict[str, dict[str, object]]:
        """As clients of OpenAI's API expect it."""
        named = self.values.get("param", self.values.get("place"))
        param = None if named is None else str(named)
        fallback = "invalid_request_error" if self.status < 500 else "server_error"
        told: dict[str, object] = {
            "message": self.message,
            "type": OPENAI_TYPES.get(self.status, fallback),
            "param": param,
            "code": OPENAI_CODES.get((self.type, param), self.type),
        }
        if self.reference is not None:
            told["reference"] = self.reference
        return {"error": told}


def describe(error: Exception) -> Problem:
    """Put an error into a sentence; what nobody foresaw is logged and gets a reference."""
    match error:
        case KefuError():
            return _describe_own(error)
        case RequestValidationError():
            return _describe_own(_explain(error))
        case HTTPException():
            told = HTTP_ERRORS.get(error.status_code)
            return Problem(
                status=error.status_code,
                type=_snake_case(HTTP_TYPES.get(error.status_code, "HttpError")),
                sentence=told.sentence if told else str(error.detail),
                headers=dict(error.headers or {}),
            )
        case _:
            return _describe_unforeseen(error)


def respond(request: Request, problem: Problem) -> Response:
    """Answer a browser that shows pages with a page, everybody else with JSON."""
    response: Response
    if request.url.path.startswith(OPENAI_PATHS):
        response = JSONResponse(problem.as_openai_json(), status_code=problem.status)
    elif _wants_page(request):
        page = replace(problem, came_from=find_page_before(request))
        response = render_page(request, "web/problem.html", page, status=problem.status)
    else:
        response = JSONResponse(problem.as_json(), status_code=problem.status)
    response.headers.update(problem.headers)
    return response


def install_problem_handlers(app: FastAPI) -> None:
    """Render every error that is raised on purpose."""

    async def handle(request: Request, error: Exception) -> Response:
        if isinstance(error, NotSignedIn) and _wants_page(request):
            return RedirectResponse(f"{SIGN_IN}?{urlencode(_lead_back(request))}", 303)
        problem = describe(error)
        if "Allow" in problem.headers:
            problem.headers["Allow"] = _list_methods(request)
        return respond(request, problem)

    for kind in (KefuError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)


class LastResort:
    """Renders what no handler foresaw, so that nobody outside ever reads a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and answer for it if it fails."""
        has_started = False

        async def watch(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            return
        except Exception as error:
            if scope["type"] != "http" or has_started:
                raise
            await respond(Request(scope), describe(error))(scope, receive, send)


def _list_methods(request: Request) -> str:
    """What an address allows; the route that refuses a method knows only its own."""
    place = {"type": "http", "path": request.scope["path"], "root_path": "", "path_params": {}}
    return ", ".join(
        method
        for method in METHODS
        if any(
            route.matches(place | {"method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    )


def _describe_own(error: KefuError) -> Problem:
    wait = error.retry_after_seconds
    headers = {} if wait is None else {"Retry-After": str(wait)}
    if error.status >= 500:
        logger.error("%s: %s", type(error).__name__, error, exc_info=error)
    return Problem(
        status=error.status,
        type=_snake_case(type(error).__name__),
        sentence=error.sentence,
        values=error.values,
        headers=headers,
    )


def _describe_unforeseen(error: Exception) -> Problem:
    reference = uuid4().hex[:12]
    logger.error("Unforeseen error %s", reference, exc_info=error)
    return Problem(
        status=500,
        type="internal",
        sentence="Something went wrong here. It was logged under the reference %(reference)s.",
        values={"reference": reference},
        reference=reference,
    )


def _explain(error: RequestValidationError) -> BadInput:
    problem = error.errors()[0]
    if problem["type"] == "json_invalid":
        return BadInput("The body is not valid JSON.")
    place = ".".join(str(part) for part in problem["loc"][1:])
    if not place:
        return BadInput("The body must be a JSON object.")
    return explain_mistake(problem, place=place)


def _lead_back(request: Request) -> dict[str, str]:
    """The page to come back to after signing in, and whether something sent was not taken."""
    if request.method in {"GET", "HEAD"}:
        return {"next": name_page(request)}
    return {"next": find_form_page(request) or HOME, "unsent": "1"}


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        "/api/"
    )
