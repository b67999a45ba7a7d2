"""The routes that clients of OpenAI's API speak to: chat completions and the list of models."""

import json
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from kefu.accounts import require
from kefu.chatbot.api.requests import Somebody, require_json
from kefu.chatbot.completions.examples import CHUNKS_EXAMPLE, COMPLETION_EXAMPLE
from kefu.chatbot.completions.request import (
    MODEL,
    CompletionRequest,
    read_history,
    refuse_unsupported,
    unknown_model,
)
from kefu.chatbot.completions.response import Frame, build_completion, stream_chunks
from kefu.chatbot.turns import begin_turn, finish_turn, wait_for_answer
from kefu.knowledge import DEFAULT_BASE, ReadableBase, list_readable_bases
from kefu.llm import estimate_tokens
from kefu.resources import Resources
from kefu.viewer import DataClass, Viewer, highest_class
from kefu.web import (
    EventStream,
    OpenAIProblemBody,
    OpenResources,
    describe,
    enter_gate,
    finish_unless_gone,
    list_problems,
)


class Model(BaseModel):
    """A knowledge base, as a model that answers from it."""

    id: str = Field(examples=[MODEL])
    object: str = "model"
    created: int = Field(description="When the base was begun, in seconds since 1970.")
    owned_by: str = MODEL


class ModelList(BaseModel):
    """Every model there is for the sender of the request."""

    object: str = "list"
    data: list[Model]


SUCCESS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The completion, or with `stream` its chunks.",
        "content": {
            "application/json": {"example": COMPLETION_EXAMPLE},
            "text/event-stream": {"example": CHUNKS_EXAMPLE},
        },
    }
}
ELSE: dict[int | str, dict[str, Any]] = {
    "default": {"model": OpenAIProblemBody, "description": "What went wrong."}
}
router = APIRouter(
    prefix="/v1",
    tags=["openai"],
    dependencies=[Depends(require("chat"))],
    responses=ELSE | list_problems(401, 403, body=OpenAIProblemBody),
)


@router.post(
    "/chat/completions",
    response_model=None,
    responses=SUCCESS | list_problems(400, 404, 413, 415, 429, 503, body=OpenAIProblemBody),
    dependencies=[Depends(require_json), Depends(enter_gate)],
)
async def complete(
    request: Request, body: CompletionRequest, resources: OpenResources, viewer: Somebody
) -> Any:
    """Answer the last message of a conversation, as OpenAI's chat completions do."""
    refuse_unsupported(body.model_extra or {})
    frame = Frame(
        model=body.model,
        prompt_tokens=sum(estimate_tokens(message.text) for message in body.messages),
        site=resources.settings.server.url,
    )
    turn = await begin_turn(
        resources,
        body.question,
        viewer=viewer,
        base=body.base,
        conversation_id=body.kefu.conversation_id,
        history=read_history(body.messages, await _find_class(resources, viewer)),
        client_key=body.kefu.client_key,
    )
    events = finish_turn(resources, turn, viewer=viewer, answerer=request.app.state.answerer)
    if body.stream:
        chunks = stream_chunks(frame, events, wants_usage=body.wants_usage)
        return EventStream(chunks, format_error=format_error)
    return build_completion(frame, await finish_unless_gone(request, wait_for_answer(events)))


@router.get("/models")
async def list_models(resources: OpenResources, viewer: Somebody) -> ModelList:
    """The bases in which the sender may read, each as a model."""
    async with resources.database.connection() as conn:
        bases = await list_readable_bases(conn, viewer)
    return ModelList(data=[_show(base) for base in bases])


@router.get("/models/{model:path}", responses=list_problems(404, body=OpenAIProblemBody))
async def read_model(model: str, resources: OpenResources, viewer: Somebody) -> Model:
    """One of them."""
    for each in (await list_models(resources, viewer)).data:
        if each.id == model:
            return each
    raise unknown_model(model)


def format_error(error: Exception) -> bytes:
    """What went wrong as the last event of a stream."""
    return f"data: {json.dumps(describe(error).as_openai_json(), ensure_ascii=False)}\n\n".encode()


async def _find_class(resources: Resources, viewer: Viewer) -> DataClass:
    """The highest class of data that anything said to this viewer before may hold."""
    async with resources.database.connection() as conn:
        bases = await list_readable_bases(conn, viewer)
    return highest_class(DataClass.PUBLIC, *(base.data_class for base in bases))


def _show(base: ReadableBase) -> Model:
    name = MODEL if base.name == DEFAULT_BASE else f"{MODEL}/{base.name}"
    return Model(id=name, created=int(base.created_at.timestamp()))
