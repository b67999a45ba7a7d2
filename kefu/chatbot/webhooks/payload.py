"""What is told of an event: its kind, its conversation, and as much of it as the webhook may."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kefu.answering import Answer
from kefu.chatbot.answerer import ANSWER
from kefu.chatbot.linking import link_source
from kefu.chatbot.plain_text import write_out
from kefu.chatbot.webhooks.records import Webhook
from kefu.conversations import Event, Message, show_to_customer

TEST = "test"


def build_test() -> bytes:
    """What is sent to try a webhook."""
    return _encode(TEST, datetime.now(UTC), {})


def build_payload(
    event: Event, *, webhook: Webhook, thread: str | None, written: Message | None, site: str
) -> bytes:
    """The body for an event; `written` is its message with how it came about."""
    shown = (show_to_customer(event) if webhook.channel_base is not None else event) or event
    data: dict[str, Any] = {
        "number": event.number,
        "conversation_id": str(event.conversation_id),
    }
    if thread is not None:
        data["thread"] = thread
    if shown.staff_id is not None:
        data["staff_id"] = shown.staff_id
    if webhook.is_full and shown.data:
        data["details"] = dict(shown.data)
    if shown.message is not None:
        data["message"] = {"id": str(shown.message.id), "role": shown.message.role}
        if webhook.is_full:
            answer = written.answer if written is not None else None
            data["message"] |= _tell_all(shown.message, answer, site)
    return _encode(f"conversation.{event.kind}", event.created_at, data)


def wants(webhook: Webhook, event: Event, *, is_own: bool) -> bool:
    """Whether an event is sent to a webhook.

    A messenger hears what its own customers may know, and not what they wrote.
    """
    if webhook.kinds and event.kind not in webhook.kinds:
        return False
    if webhook.channel_base is None:
        return True
    is_theirs = event.message is not None and event.message.role == "customer"
    return is_own and not is_theirs and show_to_customer(event) is not None


def _tell_all(message: Message, given: Mapping[str, object] | None, site: str) -> dict[str, object]:
    answer: Answer | None = ANSWER.validate_python(given) if given else None
    return {
        "position": message.position,
        "text": write_out(answer) if answer else message.text,
        "created_at": message.created_at.isoformat(),
        "staff_name": message.staff_name,
        "is_internal": message.is_internal,
        "content": list(message.content),
        "attachments": list(message.attachments),
        "outcome": answer.outcome if answer else None,
        "citations": [
            {"marker": each.marker, "title": each.title, "url": link_source(each, site=site)}
            for each in (answer.citations if answer else ())
        ],
    }


def _encode(kind: str, at: datetime, data: Mapping[str, object]) -> bytes:
    body = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(body, ensure_ascii=False).encode()
