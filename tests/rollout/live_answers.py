"""Answers as the chatbot stores them, so many at once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from psycopg.types.json import Jsonb

from kefu.db import Connection

CITATION = {
    "marker": 1, "chunk_id": 1, "document_id": 1, "uri": "/refunds.md", "id": None,
    "title": "Refunds", "heading_path": [], "page": None, "language": "en",
}  # fmt: skip


async def add_answers(
    conn: Connection,
    release_id: int,
    count: int,
    *,
    outcome: str = "answered",
    seconds: float = 1.0,
    rating: int | None = None,
    question: str = "When is a refund paid?",
    text: str = "Soon.",
    quote: str | None = None,
    ago: timedelta = timedelta(0),
) -> None:
    """So many answers of a release as the chatbot stores them."""
    at = datetime.now(UTC) - ago
    answer = {
        "answer": text,
        "outcome": outcome,
        "language": "en",
        "citations": [CITATION | {"quote": quote}] if quote else [],
        "mode": "extractive",
        "confidence": 0.9,
        "timings": {"total": seconds},
    }
    for _ in range(count):
        conversation, asked, answered = uuid4(), uuid4(), uuid4()
        await conn.execute(
            "insert into conversations (id, base, language) values (%s, 'main', 'en')",
            [conversation],
        )
        await conn.execute(
            "insert into messages (id, conversation_id, position, role, text, created_at)"
            " values (%s, %s, 0, 'customer', %s, %s)",
            [asked, conversation, question, at],
        )
        await conn.execute(
            "insert into messages"
            " (id, conversation_id, position, role, text, answer, release_id, created_at)"
            " values (%s, %s, 1, 'chatbot', %s, %s, %s, %s)",
            [answered, conversation, text, Jsonb(answer), release_id, at],
        )
        if rating is not None:
            await conn.execute(
                "insert into feedback (message_id, rating) values (%s, %s)", [answered, rating]
            )


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=5)
