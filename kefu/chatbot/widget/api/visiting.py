"""The script, how the widget looks, and who is before it."""

from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kefu.chatbot.api.requests import require_json
from kefu.chatbot.turns import MAX_QUESTION_CHARACTERS
from kefu.chatbot.widget.channels import read_secret
from kefu.chatbot.widget.going_on import carry_over
from kefu.chatbot.widget.identity import begin_visit, find_anonymous, read_visitor
from kefu.chatbot.widget.origins import PREFIX
from kefu.chatbot.widget.records import Channel, Visit, Visitor
from kefu.chatbot.widget.script import build_script
from kefu.chatbot.widget.store import get_channel
from kefu.chatbot.widget.texts import WidgetConfig, build_config
from kefu.errors import NotSignedIn
from kefu.web import OpenResources

CONFIG_SECONDS = 60
BEARER = "bearer "
HERE = f"{PREFIX}{{channel}}"

router = APIRouter(include_in_schema=False)


class VisitRequest(BaseModel):
    """Who is there, as the host site signed it, or the token of an earlier visit.

    With both, the conversation that the anonymous visitor is in goes on as the customer's.
    """

    model_config = ConfigDict(extra="forbid")

    identity: str | None = Field(None, max_length=8000)
    token: str | None = Field(None, max_length=8000)
    conversation_id: UUID | None = None


async def find_channel(channel: str, resources: OpenResources) -> Channel:
    """The channel that the path names."""
    async with resources.database.connection() as conn:
        return await get_channel(conn, channel)


CurrentChannel = Annotated[Channel, Depends(find_channel)]


async def identify_visitor(
    request: Request, channel: CurrentChannel, resources: OpenResources
) -> Visitor:
    """Whom the token was given to that the request carries."""
    credentials = request.headers.get("authorization", "")
    if credentials[: len(BEARER)].lower() != BEARER:
        raise NotSignedIn("The request of the widget carries no token.")
    return read_visitor(
        credentials[len(BEARER) :].strip(),
        channel=channel.name,
        secret=read_secret(channel, settings=resources.settings),
    )


CurrentVisitor = Annotated[Visitor, Depends(identify_visitor)]


@router.get("/widget.js")
async def send_script(request: Request) -> Response:
    """The script that host sites embed."""
    script = build_script()
    headers = {
        "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": script.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == script.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(script.compressed, media_type="text/javascript", headers=headers)
    return Response(script.text, media_type="text/javascript", headers=headers)


@router.get(HERE)
async def read_config(
    response: Response, channel: CurrentChannel, language: Literal["zh", "en"] = "en"
) -> WidgetConfig:
    """How the widget looks and speaks."""
    response.headers["Cache-Control"] = f"public, max-age={CONFIG_SECONDS}"
    return build_config(channel, language=language, max_characters=MAX_QUESTION_CHARACTERS)


@router.post(f"{HERE}/visits", dependencies=[Depends(require_json)])
async def visit(body: VisitRequest, channel: CurrentChannel, resources: OpenResources) -> Visit:
    """Give the widget a token for whoever is before it."""
    secret = read_secret(channel, settings=resources.settings)
    begun = begin_visit(channel.name, secret=secret, identity=body.identity, token=body.token)
    unknown_id = find_anonymous(channel.name, body.token, secret=secret)
    if body.conversation_id is None or unknown_id is None or not begun.is_identified:
        return begun
    visitor = read_visitor(begun.token, channel=channel.name, secret=secret)
    async with resources.database.transaction() as conn:
        is_kept = await carry_over(
            conn, body.conversation_id, unknown_id=unknown_id, channel=channel, visitor=visitor
        )
    return replace(begun, keeps_conversation=is_kept)
