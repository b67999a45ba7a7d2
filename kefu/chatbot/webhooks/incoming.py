"""What customers write in a messenger comes in: signed, stored once, answered later."""

import time
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from kefu.accounts import AUDIENCES, PERMISSIONS
from kefu.chatbot.turns import MAX_QUESTION_CHARACTERS
from kefu.chatbot.webhooks.records import TakenIn, Webhook
from kefu.chatbot.webhooks.registering import read_secrets
from kefu.chatbot.webhooks.store import messages as store
from kefu.chatbot.webhooks.store.webhooks import find_webhook
from kefu.conversations import NewMessage, send_as_customer, start_conversation
from kefu.db import Connection
from kefu.errors import Conflict, NotSignedIn
from kefu.resources import Resources
from kefu.safety import verify
from kefu.text import explain_mistake
from kefu.viewer import ANONYMOUS, Viewer


class Said(BaseModel):
    """What a customer said in a messenger.

    Attributes:
        thread: the messenger's own name of the conversation.
        customer_id: what the host site calls the customer; None: nobody knows.
    """

    thread: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
    text: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)
    customer_id: str | None = Field(
        None, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    )


class Incoming(BaseModel):
    """The body of a message that comes in."""

    type: Literal["message"]
    data: Said


async def take_in(
    resources: Resources, name: str, headers: Mapping[str, str], body: bytes
) -> TakenIn:
    """Store a message before it is acknowledged; one that was signed under the same id is known.

    Raises:
        NotSignedIn: there is no such channel, or the message is not signed with its secret.
        BadInput: the body is not what it should be.
        Conflict: the same message is being taken in just now.
    """
    async with resources.database.transaction() as conn:
        webhook = await find_webhook(conn, name)
        if webhook is None or webhook.channel_base is None or webhook.disabled_at is not None:
            raise NotSignedIn("The signature of the message is wrong.")
        secrets = await read_secrets(conn, name, settings=resources.settings)
        id = verify(secrets, headers, body, now=time.time())
        known = await store.find_taken_in(conn, name, id)
        if known is not None:
            return known
        said = _read(body)
        await store.lock_thread(conn, name, said.thread)
        reopen_days = resources.settings.conversations.reopen_days
        return await _keep(conn, webhook, id, said, reopen_days=reopen_days)


async def _keep(
    conn: Connection, webhook: Webhook, id: str, said: Said, *, reopen_days: int
) -> TakenIn:
    viewer = view_as_sender(said.customer_id)
    conversation_id = await store.find_conversation(conn, webhook.name, said.thread)
    if conversation_id is None:
        conversation = await start_conversation(
            conn,
            said.text,
            base=webhook.channel_base or "",
            customer_id=said.customer_id,
            channel=webhook.name,
        )
        conversation_id = conversation.id
    sent = NewMessage(text=said.text, client_key=f"{webhook.name} {id}")
    message = await send_as_customer(
        conn, conversation_id, sent, viewer=viewer, reopen_days=reopen_days
    )
    place = {"conversation_id": message.conversation_id}
    await store.insert_thread(conn, webhook.name, said.thread, **place)
    if not await store.insert_taken_in(conn, webhook.name, id, message_id=message.id, **place):
        raise Conflict("The same message is being taken in just now.")
    return TakenIn(webhook=webhook.name, id=id, message_id=message.id, attempt_count=0, **place)


def view_as_sender(customer_id: str | None) -> Viewer:
    """Who asks through a messenger: a customer whom its adapter identified, or anybody."""
    return Viewer(
        name=ANONYMOUS.name if customer_id is None else f"customer {customer_id}",
        audiences=AUDIENCES["customer"],
        permissions=frozenset(PERMISSIONS["customer"]),
        customer_id=customer_id,
    )


def _read(body: bytes) -> Said:
    try:
        return Incoming.model_validate_json(body).data
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"])) or "body"
        raise explain_mistake(problem, place=place) from error
