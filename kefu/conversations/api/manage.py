"""What is set up at the desk: queues, what people take on, canned responses, customers."""

from typing import Annotated

from fastapi import APIRouter, Path

from kefu.conversations.api.bodies import (
    CannedBody,
    CustomerBody,
    Equipment,
    Manager,
    QueueBody,
    Writer,
)
from kefu.conversations.canned import drop_response, keep_response
from kefu.conversations.queues import add_queue, change_queue, drop_queue, equip
from kefu.conversations.records import (
    CannedResponse,
    Customer,
    DeskStaff,
    NewQueue,
    Opening,
    Queue,
)
from kefu.conversations.store.inbox import replace_customer
from kefu.web import OpenResources, RowId, list_problems

router = APIRouter(tags=["desk"], prefix="/api/desk")


def _read_queue(body: QueueBody) -> NewQueue:
    hours = tuple(Opening(**each.model_dump()) for each in body.hours)
    return NewQueue(**body.model_dump() | {"hours": hours})


@router.post("/queues", responses=list_problems(400, 409, 413))
async def post_queue(body: QueueBody, resources: OpenResources, viewer: Manager) -> Queue:
    """Add a queue."""
    async with resources.database.transaction() as conn:
        return await add_queue(conn, _read_queue(body), actor=viewer.name)


@router.put("/queues/{queue_id}", responses=list_problems(400, 404, 409, 413))
async def put_queue(
    queue_id: RowId, body: QueueBody, resources: OpenResources, viewer: Manager
) -> Queue:
    """Change a queue."""
    async with resources.database.transaction() as conn:
        return await change_queue(conn, queue_id, _read_queue(body), actor=viewer.name)


@router.delete("/queues/{queue_id}", status_code=204, responses=list_problems(400, 404, 409))
async def delete_queue(queue_id: RowId, resources: OpenResources, viewer: Manager) -> None:
    """Delete a queue; its conversations go to the usual one."""
    async with resources.database.transaction() as conn:
        await drop_queue(conn, queue_id, actor=viewer.name)


@router.put("/staff/{staff_id}", responses=list_problems(400, 404, 413))
async def put_staff(
    staff_id: RowId, body: Equipment, resources: OpenResources, viewer: Manager
) -> DeskStaff:
    """Say how many conversations somebody takes on, and with which skills and languages."""
    async with resources.database.transaction() as conn:
        return await equip(conn, staff_id, **body.model_dump(), actor=viewer.name)


@router.post("/canned-responses", responses=list_problems(400, 413))
async def post_response(
    body: CannedBody, resources: OpenResources, viewer: Writer
) -> CannedResponse:
    """Add a canned response, or change the one with that shortcut and language."""
    async with resources.database.transaction() as conn:
        return await keep_response(conn, **body.model_dump(), viewer=viewer)


@router.delete(
    "/canned-responses/{response_id}", status_code=204, responses=list_problems(400, 404)
)
async def delete_response(response_id: RowId, resources: OpenResources, viewer: Writer) -> None:
    """Delete a canned response."""
    async with resources.database.transaction() as conn:
        await drop_response(conn, response_id, viewer=viewer)


@router.put("/customers/{customer_id}", responses=list_problems(400, 413))
async def put_customer(
    customer_id: Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")],
    body: CustomerBody,
    resources: OpenResources,
    _: Writer,
) -> Customer:
    """Keep what is said of a customer, who may be new."""
    async with resources.database.transaction() as conn:
        return await replace_customer(
            conn, customer_id, **body.model_dump() | {"language": body.language or ""}
        )
