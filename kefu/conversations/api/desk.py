"""What people at the desk do with conversations."""

from uuid import UUID

from fastapi import APIRouter

from kefu.conversations.api.bodies import (
    Assignee,
    Closing,
    HereNow,
    PresenceNow,
    ReadUpTo,
    Snooze,
    Sorting,
    StaffMessage,
    TransferTo,
    Writer,
)
from kefu.conversations.assigning import assign
from kefu.conversations.closing import reopen, resolve, sort
from kefu.conversations.presence import set_presence, tell_here
from kefu.conversations.records import Conversation, Message, NewMessage
from kefu.conversations.sending import add_note, send_as_staff
from kefu.conversations.snoozing import snooze, wake
from kefu.conversations.states import mark_read
from kefu.conversations.transferring import Transfer, transfer
from kefu.web import OpenResources, list_problems

router = APIRouter(tags=["desk"], prefix="/api/desk")
HERE = "/conversations/{conversation_id}"


@router.post(f"{HERE}/messages", responses=list_problems(400, 404, 409, 413))
async def write(
    conversation_id: UUID, body: StaffMessage, resources: OpenResources, viewer: Writer
) -> Message:
    """Write to the customer, or with `is_internal` a note.

    Who writes in a conversation that nobody has, or the chatbot, takes it over.
    """
    sent = NewMessage(**body.model_dump(exclude={"is_internal"}))
    send = add_note if body.is_internal else send_as_staff
    async with resources.database.transaction() as conn:
        return await send(conn, conversation_id, sent, viewer=viewer)


@router.put(f"{HERE}/assignment", responses=list_problems(400, 404, 409, 413))
async def put_assignment(
    conversation_id: UUID, body: Assignee, resources: OpenResources, viewer: Writer
) -> Conversation:
    """Take a conversation, give it to somebody, or give it back; 409 when others were faster."""
    async with resources.database.transaction() as conn:
        return await assign(
            conn,
            conversation_id,
            body.staff_id,
            viewer=viewer,
            expected=body.expected_assignee_id,
        )


@router.post(f"{HERE}/transfer", responses=list_problems(400, 404, 409, 413))
async def post_transfer(
    conversation_id: UUID, body: TransferTo, resources: OpenResources, viewer: Writer
) -> Conversation:
    """Hand a conversation on to a person or a queue, with a note."""
    wanted = Transfer(
        expected=body.expected_assignee_id,
        staff_id=body.staff_id,
        queue_id=body.queue_id,
        note=body.note,
    )
    async with resources.database.transaction() as conn:
        return await transfer(conn, conversation_id, wanted, viewer=viewer)


@router.post(f"{HERE}/snooze", responses=list_problems(400, 404, 409, 413))
async def post_snooze(
    conversation_id: UUID, body: Snooze, resources: OpenResources, viewer: Writer
) -> Conversation:
    """Put a conversation aside until a time, or until the customer writes."""
    async with resources.database.transaction() as conn:
        return await snooze(conn, conversation_id, until=body.until, viewer=viewer)


@router.post(f"{HERE}/wake", responses=list_problems(400, 404, 409))
async def post_wake(
    conversation_id: UUID, resources: OpenResources, viewer: Writer
) -> Conversation:
    """Go on with a conversation that is snoozed or pending."""
    async with resources.database.transaction() as conn:
        return await wake(conn, conversation_id, viewer=viewer)


@router.post(f"{HERE}/resolve", responses=list_problems(400, 404, 409, 413))
async def post_resolve(
    conversation_id: UUID, body: Closing, resources: OpenResources, viewer: Writer
) -> Conversation:
    """End a conversation, with what it was about."""
    async with resources.database.transaction() as conn:
        return await resolve(
            conn,
            conversation_id,
            viewer=viewer,
            disposition=body.disposition,
            labels=body.labels,
            expected_version=body.expected_version,
        )


@router.post(f"{HERE}/reopen", responses=list_problems(400, 404, 409))
async def post_reopen(
    conversation_id: UUID, resources: OpenResources, viewer: Writer
) -> Conversation:
    """Go on with a resolved conversation oneself."""
    async with resources.database.transaction() as conn:
        return await reopen(conn, conversation_id, viewer=viewer)


@router.patch(HERE, responses=list_problems(400, 404, 409, 413))
async def patch_conversation(
    conversation_id: UUID, body: Sorting, resources: OpenResources, viewer: Writer
) -> Conversation:
    """Set priority or labels; 409 when it was changed since `expected_version`."""
    async with resources.database.transaction() as conn:
        return await sort(
            conn,
            conversation_id,
            viewer=viewer,
            priority=body.priority,
            labels=body.labels,
            expected_version=body.expected_version,
        )


@router.put(f"{HERE}/read", status_code=204, responses=list_problems(400, 404, 413))
async def put_read(
    conversation_id: UUID, body: ReadUpTo, resources: OpenResources, viewer: Writer
) -> None:
    """Say how far one has read."""
    async with resources.database.transaction() as conn:
        await mark_read(conn, conversation_id, position=body.position, viewer=viewer)


@router.put(f"{HERE}/presence", status_code=204, responses=list_problems(400, 404, 413))
async def put_here(
    conversation_id: UUID, body: HereNow, resources: OpenResources, viewer: Writer
) -> None:
    """Tell the desk that one looks at a conversation, or does no more; it is not kept.

    Said again each half minute, for who falls silent is taken to be gone.
    """
    async with resources.database.transaction() as conn:
        await tell_here(conn, conversation_id, is_here=body.is_here, viewer=viewer)


@router.put("/presence", status_code=204, responses=list_problems(400, 413))
async def put_presence(body: PresenceNow, resources: OpenResources, viewer: Writer) -> None:
    """Come to the desk or leave it; said again each minute, for who falls silent is gone."""
    async with resources.database.transaction() as conn:
        await set_presence(conn, body.presence, viewer=viewer)
