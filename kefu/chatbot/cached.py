"""Answers that were given before and still hold: same question, release, rights and knowledge.

An answer is kept with the version that the knowledge had before it was searched, and is given
again only while that is its version. What changes the knowledge changes the version in its
transaction, so an answer that was computed before a change and kept after it is given to nobody.

Where the settings say so, the same question may be put in another way: every word that changes
what is asked is the same, and what the answer cites is found for the question itself.
"""

import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from json import dumps
from typing import Any

from opentelemetry import trace

from kefu.answering import EXTRACTIVE, Answer, Outcome, read_sense
from kefu.chatbot.answerer import ANSWER
from kefu.chatbot.records import PendingTurn
from kefu.chatbot.store import delete_surplus, find_answer, forget_answers, insert_answer
from kefu.db import Connection
from kefu.errors import DatabaseUnavailable
from kefu.knowledge import read_version
from kefu.releases import identify
from kefu.resources import Resources
from kefu.retrieval import search
from kefu.safety import find_personal_data
from kefu.text import content_digest, detect_language
from kefu.viewer import Viewer

NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""Full-width forms as what they are the full width of."""

HITS_SEARCHED = 10
LAST_MARKS = re.compile(r"[\s?!.。…~]+$")

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.chatbot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the answer to a question may be kept.

    Attributes:
        key: of question, rights and whatever answers.
        sense_key: of what the question asks, instead of its words; None where it is not used.
        version: of the knowledge before it was searched.
        mode: of an answer that is as good as the release can give.
        held: the answer that is kept there.
    """

    base: str
    key: str
    sense_key: str | None
    version: str
    mode: str
    held: Answer | None


async def find_place(resources: Resources, turn: PendingTurn, *, viewer: Viewer) -> Place | None:
    """Where the answer to a turn is kept or may be; None where giving it again would not be safe.

    That is so for what leans on the conversation, holds personal data or belongs to a higher class
    of data than the settings allow, and before anything was released.
    """
    settings, release = resources.settings.answer_cache, turn.serving.release
    asked_class = resources.settings.routing.conversation_class
    if (
        not settings.enabled
        or release is None
        or turn.history
        or asked_class.rank > settings.data_class.rank
        or find_personal_data(turn.question)
    ):
        return None
    started = time.perf_counter()
    key, sense_key = build_keys(
        turn.question,
        viewer=viewer,
        identity=identify(resources),
        has_sense=settings.other_words,
    )
    pins = release.content.endpoints
    with tracer.start_as_current_span("look up") as span:
        version, found, other = await _find_kept(resources, turn.base, key, sense_key)
        if other is not None and await _is_found(resources, turn, other, viewer=viewer):
            found = other
        span.set_attribute("kefu.cache_hit", found is not None)
    held = None
    if found is not None:
        seconds = round(time.perf_counter() - started, 4)
        timings = {"first_sentence": seconds, "total": seconds}
        held = replace(ANSWER.validate_python(found), timings=timings)
    return Place(
        base=turn.base,
        key=key,
        sense_key=sense_key,
        version=version,
        mode=pins[0].name if pins else EXTRACTIVE,
        held=held,
    )


async def _find_kept(
    resources: Resources, base: str, key: str, sense_key: str | None
) -> tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """The version of the knowledge, the answer to the question, else one to its sense."""
    minutes = resources.settings.answer_cache.max_age_minutes
    async with resources.database.connection() as conn:
        version = await read_version(conn, base)
        find = partial(find_answer, conn, base, version=version, max_age_minutes=minutes)
        found = await find(key)
        other = await find(sense_key) if found is None and sense_key is not None else None
    return version, found, other


async def keep_answer(resources: Resources, place: Place, answer: Answer) -> None:
    """Keep an answer for whoever asks the same, where it is whole and may be told again."""
    settings = resources.settings.answer_cache
    is_whole = (
        answer.outcome is Outcome.ANSWERED
        and answer.notice is None
        and answer.mode == place.mode
        and bool(answer.citations)
    )
    if not is_whole or answer.data_class.rank > settings.data_class.rank:
        return
    try:
        async with resources.database.transaction() as conn:
            for key in filter(None, (place.key, place.sense_key)):
                await insert_answer(
                    conn,
                    place.base,
                    key,
                    version=place.version,
                    answer=ANSWER.dump_python(answer, mode="json"),
                    digest=content_digest(answer.answer),
                )
            await delete_surplus(
                conn, max_entries=settings.max_entries, max_age_minutes=settings.max_age_minutes
            )
    except DatabaseUnavailable as error:  # the customer has been answered
        log.warning("An answer was not kept: %s", error)


async def forget_disliked(conn: Connection, text: str) -> None:
    """Nobody gets an answer from the cache again that somebody disliked."""
    await forget_answers(conn, content_digest(text))


def build_keys(
    question: str, *, viewer: Viewer, identity: str, has_sense: bool
) -> tuple[str, str | None]:
    """The same on one day for what is asked alike but for width, spaces and marks at its end.

    The second is the same for what is asked in another way, where that can be told.
    """
    asked = LAST_MARKS.sub("", " ".join(question.translate(NARROW).split()))
    rights = [viewer.sees_everything, *sorted(viewer.audiences)]
    today = datetime.now(UTC).date().isoformat()  # documents begin and end to hold
    told = [identity, rights, detect_language(question)]
    sense = read_sense(question) if has_sense else None
    return (
        content_digest(dumps([*told, asked, today], ensure_ascii=False)),
        content_digest(dumps([*told, "sense", sense, today])) if sense is not None else None,
    )


async def _is_found(
    resources: Resources, turn: PendingTurn, found: Mapping[str, Any], *, viewer: Viewer
) -> bool:
    """Whether all that an answer cites is among the best that is found for the question itself."""
    hits = await search(
        resources, turn.question, viewer=viewer, base_name=turn.base, top_k=HITS_SEARCHED
    )
    cited = {each.chunk_id for each in ANSWER.validate_python(found).citations}
    return cited <= {hit.chunk_id for hit in hits}
