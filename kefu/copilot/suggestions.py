"""What was shown to staff and what became of it: for figures, evaluation and training."""

import re
from collections.abc import AsyncGenerator
from datetime import datetime
from uuid import UUID

from kefu.conversations import list_messages
from kefu.copilot.reading import read_lines
from kefu.copilot.records import Lines, NewSuggestion, Suggestion, Verdict
from kefu.copilot.store import (
    get_suggestion,
    insert_suggestion,
    list_suggestions,
    update_shown,
    update_verdict,
)
from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.safety import mask_personal_data

LONGEST_COMPARED = 600  # words
LINES_EXPORTED = 40
PAGE = 200
_WORD = re.compile(r"[a-z0-9]+|[^\s\w]|\w", re.IGNORECASE | re.ASCII)


async def record_shown(
    conn: Connection, new: NewSuggestion, *, instead_of: UUID | None = None
) -> Suggestion:
    """Keep what is about to be shown, under the id of an earlier one that it takes the place of.

    What is settled, or was shown to somebody else, stays beside it.
    """
    if instead_of is not None:
        changed = await update_shown(conn, instead_of, new)
        if changed is not None:
            return changed
    return await insert_suggestion(conn, new)


async def settle(
    conn: Connection,
    id: UUID,
    *,
    conversation_id: UUID,
    sent: str | None,
) -> Suggestion:
    """Keep what staff made of it: `sent` is what they sent or kept; None: they wanted none of it.

    What was sent as it was proposed is accepted, anything else edited.

    Raises:
        NotFound: the conversation has no such suggestion.
        Conflict: it is settled.
        BadInput: what was sent is empty.
    """
    if sent is not None and not sent.strip():
        raise BadInput("What was sent is empty; a suggestion that nobody wanted is rejected.")
    shown = await get_suggestion(conn, id, conversation_id=conversation_id)
    share = None if sent is None else edit_share(shown.text, sent)
    verdict = Verdict.REJECTED if share is None else Verdict.EDITED if share else Verdict.ACCEPTED
    settled = await update_verdict(conn, id, verdict=verdict, sent=sent, edit_share=share)
    if settled is None:
        raise Conflict("That suggestion is settled already.")
    return settled


def edit_share(before: str, after: str) -> float:
    """Words to change, add or take out, of the words of the longer text: 0..1.

    Levenshtein's distance on words, Chinese characters and marks; case counts, spaces do not.
    """
    mine, theirs = (_WORD.findall(text)[:LONGEST_COMPARED] for text in (before, after))
    if not mine and not theirs:
        return 0.0
    row = list(range(len(theirs) + 1))
    for at, word in enumerate(mine, 1):
        diagonal, row[0] = row[0], at
        for place, other in enumerate(theirs, 1):
            cost = min(row[place] + 1, row[place - 1] + 1, diagonal + (word != other))
            diagonal, row[place] = row[place], cost
    return row[-1] / max(len(mine), len(theirs))


async def export_suggestions(
    conn: Connection, *, since: datetime
) -> AsyncGenerator[dict[str, object], None]:
    """What was shown since then, with the conversation it was made from, without personal data.

    Each is a row for a dataset: what was said, what was proposed, what was sent instead.
    """
    after: UUID | None = None
    while page := await list_suggestions(conn, since=since, limit=PAGE, after=after):
        for each in page:
            messages = await list_messages(
                conn, each.conversation_id, limit=LINES_EXPORTED, until=each.position
            )
            yield as_row(each, read_lines(messages))
        after = page[-1].id


def as_row(suggestion: Suggestion, lines: Lines) -> dict[str, object]:
    """One of them as a line of JSON Lines; personal data becomes the name of its kind."""
    sent = suggestion.sent
    return {
        "aid": suggestion.aid,
        "language": suggestion.language,
        "mode": suggestion.mode,
        "conversation": [
            {"speaker": line.speaker, "text": mask_personal_data(line.text)} for line in lines
        ],
        "proposed": mask_personal_data(suggestion.text),
        "verdict": suggestion.verdict,
        "sent": None if sent is None else mask_personal_data(sent),
        "edit_share": suggestion.edit_share,
        "seconds": suggestion.seconds,
        "shown_at": suggestion.shown_at.isoformat(),
    }
