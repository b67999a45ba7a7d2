"""Answers that were given before and still hold: same question, release, rights and knowledge.

An answer is kept with the version that the knowledge had before it was searched, and is given
again only while that is its version. What changes the knowledge changes the version in its
transaction, so an answer that was computed before a change and kept after it is given to nobody.
"""

import logging
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from json import dumps

from opentelemetry import trace

from kefu.answering import EXTRACTIVE, Answer, Outcome
from kefu.chatbot.answerer import ANSWER
from kefu.chatbot.records import PendingTurn
from kefu.chatbot.store import delete_surplus, find_answer, forget_answers, insert_answer
from kefu.db import Connection
from kefu.errors import DatabaseUnavailable
from kefu.knowledge import read_version
from kefu.releases import identify
from kefu.resources import Resources
from kefu.safety import find_personal_data
from kefu.text import content_digest, detect_language
from kefu.viewer import Viewer

NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""Full-width forms as what they are the full width of."""

LAST_MARKS = re.compile(r"[\s?!.。…~]+$")

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.chatbot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the answer to a question may be kept.

    Attributes:
        key: of question, rights and whatever answers.
        version: of the knowledge before it was searched.
        mode: of an answer that is as good as the release can give.
        held: the answer that is kept there.
    """

    base: str
    key: str
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
    key = build_key(turn.question, viewer=viewer, identity=identify(resources))
    pins = release.content.endpoints
    with tracer.start_as_current_span("look up") as span:
        async with resources.database.connection() as conn:
            version = await read_version(conn, turn.base)
            found = await find_answer(
                conn, turn.base, key, version=version, max_age_minutes=settings.max_age_minutes
            )
        span.set_attribute("kefu.cache_hit", found is not None)
    held = None
    if found is not None:
        seconds = round(time.perf_counter() - started, 4)
        timings = {"first_sentence": seconds, "total": seconds}
        held = replace(ANSWER.validate_python(found), timings=timings)
    return Place(
        base=turn.base,
        key=key,
        version=version,
        mode=pins[0].name if pins else EXTRACTIVE,
        held=held,
    )


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
            await insert_answer(
                conn,
                place.base,
                place.key,
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


def build_key(question: str, *, viewer: Viewer, identity: str) -> str:
    """The same on one day for what is asked alike but for width, spaces and marks at its end."""
    asked = LAST_MARKS.sub("", " ".join(question.translate(NARROW).split()))
    rights = [viewer.sees_everything, *sorted(viewer.audiences)]
    today = datetime.now(UTC).date().isoformat()  # documents begin and end to hold
    told = [identity, rights, detect_language(question), asked, today]
    return content_digest(dumps(told, ensure_ascii=False))
