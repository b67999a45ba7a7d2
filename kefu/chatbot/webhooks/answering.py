"""What came in is answered by the chatbot; the answer goes out as any event does."""

import asyncio
import logging

from kefu.chatbot.answerer import Answerer
from kefu.chatbot.turns import finish_turn, resume_turn, wait_for_answer
from kefu.chatbot.webhooks.attempts import attempt
from kefu.chatbot.webhooks.incoming import view_as_sender
from kefu.chatbot.webhooks.records import TakenIn
from kefu.chatbot.webhooks.store import messages as store
from kefu.conversations import get_conversation
from kefu.errors import KefuError
from kefu.resources import Resources

LEASE_SECONDS = 120  # then another process answers
RETRY_SECONDS = 20
MOST_ATTEMPTS = 5
MOST_AT_ONCE = 8
EVERY_SECONDS = 0.5

log = logging.getLogger(__name__)


async def answer_waiting(resources: Resources, *, answerer: Answerer) -> None:
    """Answer what waits, so many at once, in each conversation one after another."""
    async with resources.database.transaction() as conn:
        claimed = await store.claim_taken_in(conn, limit=MOST_AT_ONCE, lease_seconds=LEASE_SECONDS)
    await asyncio.gather(*(_try(resources, each, answerer=answerer) for each in claimed))


async def _try(resources: Resources, taken: TakenIn, *, answerer: Answerer) -> None:
    problem = await attempt(_answer(resources, taken, answerer=answerer))
    if problem:
        async with resources.database.transaction() as conn:
            await store.update_unanswered(
                conn,
                taken,
                problem=problem,
                is_last=taken.attempt_count >= MOST_ATTEMPTS,
                wait_seconds=RETRY_SECONDS,
            )


async def _answer(resources: Resources, taken: TakenIn, *, answerer: Answerer) -> None:
    async with resources.database.connection() as conn:
        conversation = await get_conversation(conn, taken.conversation_id)
    viewer = view_as_sender(conversation.customer_id)
    turn = await resume_turn(
        resources, taken.message_id, conversation_id=taken.conversation_id, viewer=viewer
    )
    if turn is not None:
        await wait_for_answer(finish_turn(resources, turn, viewer=viewer, answerer=answerer))
    async with resources.database.transaction() as conn:
        await store.update_answered(conn, taken)


async def keep_answering(
    resources: Resources, *, answerer: Answerer, every_seconds: float = EVERY_SECONDS
) -> None:
    """Answer until cancelled; any number of processes may do it."""
    while True:
        try:
            await answer_waiting(resources, answerer=answerer)
        except KefuError as error:
            log.warning("Answering messengers pauses: %s", error)
        await asyncio.sleep(every_seconds)
