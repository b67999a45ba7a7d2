"""Whether customers ask about other things than usual: all together, some, by words nobody used."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from kefu.db import Connection
from kefu.evaluation import Monitors
from kefu.resources import Resources
from kefu.rollout.monitors import hold_share
from kefu.rollout.records import Question, Reading
from kefu.rollout.store import insert_vectors, list_questions
from kefu.text import query_terms

MOST_QUESTIONS = 300
SHUFFLES = 199
LEAST_USES = 3
SHOWN_WORDS = 8
CERTAINTY = 0.01
USUALLY_UNKNOWN = 0.05
ROUNDING = 1e-6


async def read_drift(
    conn: Connection, resources: Resources, limits: Monitors, *, now: datetime
) -> list[Reading]:
    """How the questions of the window lie to those of the days before.

    Nothing where too few were asked, or the embedder may not see what customers write.

    Raises:
        ModelUnavailable: the embedder does not answer.
    """
    allowed = resources.embedder.data_class.rank
    is_watched = limits.question_distance is not None or limits.unknown_share is not None
    if not is_watched or allowed < resources.settings.routing.conversation_class.rank:
        return []
    begin = now - timedelta(minutes=limits.window_minutes)
    usual = begin - timedelta(days=limits.reference_days)
    recent = await list_questions(conn, since=begin, until=now, limit=MOST_QUESTIONS)
    before = await list_questions(conn, since=usual, until=begin, limit=MOST_QUESTIONS)
    if min(len(recent), len(before)) < limits.least_answers:
        return []
    recent, before = [await _embed(conn, resources, each) for each in (recent, before)]
    words = list_unknown_words([each.text for each in recent], [each.text for each in before])
    readings = (_read_distance(recent, before, limits), _read_unknown(recent, before, limits))
    return [replace(each, detail=", ".join(words)) for each in readings if each is not None]


def _read_distance(
    recent: Sequence[Question], before: Sequence[Question], limits: Monitors
) -> Reading | None:
    """How far the mean question has moved.

    Breached when it is further than the limit and further than chance: of shuffles of all questions
    at most one in a hundred lies so far apart.
    """
    limit = limits.question_distance
    if limit is None:
        return None
    ours, theirs = _stack(recent), _stack(before)
    distance = measure_distance(ours, theirs)
    return Reading(
        monitor="question_distance",
        value=distance,
        limit=limit,
        sample_count=len(recent),
        is_breached=distance > limit and chance(ours, theirs, distance) <= CERTAINTY,
    )


def _read_unknown(
    recent: Sequence[Question], before: Sequence[Question], limits: Monitors
) -> Reading | None:
    """The share of questions that nobody asked anything like before."""
    known = list({each.text: each for each in before}.values())
    if limits.unknown_share is None or len(known) < limits.least_answers:
        return None
    count = count_unknown(_stack(recent), _stack(known))
    return hold_share(
        "unknown_share", count, len(recent), limits.unknown_share, limits.least_answers
    )


def count_unknown(ours: np.ndarray, known: np.ndarray) -> int:
    """How many of ours lie further from all known ones than those lie from each other.

    Of the known ones the same share, USUALLY_UNKNOWN, lies as far from the rest; the measure is
    taken from them, since cosines differ from embedder to embedder.
    """
    ours, known = _to_unit(ours), _to_unit(known)
    among = known @ known.T
    np.fill_diagonal(among, -1.0)
    least = float(np.quantile(among.max(axis=1), USUALLY_UNKNOWN))
    return int(((ours @ known.T).max(axis=1) < least - ROUNDING).sum())


def measure_distance(ours: np.ndarray, theirs: np.ndarray) -> float:
    """1 less the cosine of both means."""
    one, other = ours.mean(axis=0), theirs.mean(axis=0)
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return 1.0 - float(one @ other) / length if length else 1.0


def chance(ours: np.ndarray, theirs: np.ndarray, distance: float) -> float:
    """How often the same questions lie so far apart when they are dealt at random (permutation)."""
    every = np.vstack([ours, theirs])
    draw = np.random.default_rng(len(every))
    further = 0
    for _ in range(SHUFFLES):
        mixed = draw.permutation(every)
        further += measure_distance(mixed[: len(ours)], mixed[len(ours) :]) >= distance
    return (further + 1) / (SHUFFLES + 1)


def list_unknown_words(recent: Sequence[str], before: Sequence[str]) -> list[str]:
    """Words of several questions that none of the earlier ones holds, the most used first."""
    known = {word for text in before for word in _words(text)}
    counts = Counter(word for text in recent for word in _words(text) - known)
    return [word for word, count in counts.most_common(SHOWN_WORDS) if count >= LEAST_USES]


def _words(text: str) -> set[str]:
    return set(query_terms(text))


async def _embed(
    conn: Connection, resources: Resources, questions: Sequence[Question]
) -> list[Question]:
    missing = [each for each in questions if each.vector is None]
    vectors = await resources.embedder.embed_queries([each.text for each in missing])
    made = {each.message_id: vector.tolist() for each, vector in zip(missing, vectors, strict=True)}
    await insert_vectors(conn, resources.embedder.name, made)
    return [replace(each, vector=made.get(each.message_id, each.vector)) for each in questions]


def _to_unit(vectors: np.ndarray) -> np.ndarray:
    lengths: np.ndarray = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = vectors / np.maximum(lengths, 1e-12)
    return unit


def _stack(questions: Sequence[Question]) -> np.ndarray:
    return np.array([each.vector for each in questions], dtype=np.float32)
