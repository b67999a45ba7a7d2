"""Webhooks of a test, and what they are sent."""

from typing import Any
from uuid import UUID

from standardwebhooks import Webhook as Verifier

from kefu.chatbot.answerer import ANSWER
from kefu.chatbot.webhooks.delivering import claim_due, deliver, spread
from kefu.chatbot.webhooks.records import Delivery, NewWebhook
from kefu.chatbot.webhooks.registering import add_webhook
from kefu.chatbot.webhooks.store.deliveries import list_deliveries
from kefu.conversations import record_answer, record_question, start_conversation
from kefu.resources import Resources
from tests.llm.misbehaving import Request, Server

QUESTION = "退款多久到账？"


class Hooked:
    """What tests do with webhooks.

    Attributes:
        secrets: of the webhooks that were added, by name.
    """

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.secrets: dict[str, str] = {}

    async def add(self, server: Server, name: str = "crm", **more: Any) -> None:
        wanted = {"allows_private": True, "url": f"{server.url}/hook"} | more
        async with self.resources.database.transaction() as conn:
            added = await add_webhook(
                conn,
                NewWebhook(name=name, **wanted),
                settings=self.resources.settings,
                actor="test",
            )
        self.secrets[name] = added.secret

    async def talk(self, answer: Any = None) -> UUID:
        """A conversation of one question, and its answer where one is given."""
        async with self.resources.database.transaction() as conn:
            conversation = await start_conversation(conn, QUESTION, base="main")
            await record_question(conn, QUESTION, conversation_id=conversation.id)
            if answer is not None:
                await record_answer(
                    conn,
                    answer.answer,
                    conversation_id=conversation.id,
                    answer=ANSWER.dump_python(answer, mode="json"),
                )
        return conversation.id

    async def send(self) -> None:
        """One round: events become deliveries, and what is due is sent."""
        await spread(self.resources.database)
        for delivery in await claim_due(self.resources.database):
            await deliver(self.resources, delivery)

    async def hurry(self) -> None:
        """What waits is due now."""
        async with self.resources.database.connection() as conn:
            await conn.execute("update webhook_deliveries set next_attempt_at = now()")

    async def expire(self) -> None:
        """What somebody was at is free again."""
        async with self.resources.database.connection() as conn:
            await conn.execute("update webhook_deliveries set leased_until = now()")

    async def deliveries(self, name: str = "crm") -> list[Delivery]:
        async with self.resources.database.connection() as conn:
            return list(await list_deliveries(conn, name, limit=100))

    def read(self, request: Request, name: str = "crm") -> Any:
        """A body whose signature an independent library has verified."""
        return Verifier(self.secrets[name]).verify(request.sent, request.headers)
