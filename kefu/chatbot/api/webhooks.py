"""POST /api/channels/{name}/messages: a messenger's adapter brings in what customers write."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel

from kefu.accounts import identify
from kefu.chatbot.webhooks.incoming import take_in
from kefu.web import OpenResources

router = APIRouter(include_in_schema=False)


class Acknowledged(BaseModel):
    """The message is stored; its answer comes by the outgoing webhook."""

    conversation_id: UUID
    message_id: UUID


@router.post("/api/channels/{name}/messages", status_code=202, dependencies=[Depends(identify)])
async def take_message(
    name: Annotated[str, Path(max_length=40)], request: Request, resources: OpenResources
) -> Acknowledged:
    """Store a signed message, once for each webhook-id."""
    taken = await take_in(resources, name, request.headers, await request.body())
    return Acknowledged(conversation_id=taken.conversation_id, message_id=taken.message_id)
