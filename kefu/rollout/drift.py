"""Whether customers ask about other things than usual: all together, some, by words nobody used."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import sqrt

import numpy as np

from kefu.db import Connection
from kefu.evaluation import Monitors
from kefu.resources import Resources
from kefu.rollout.records import Question, Reading
from kefu.rollout.store import insert_vectors, list_questions
from kefu.text import query_terms

MOST_QUESTIONS = 300
SHUFFLES = 999
LEAST_USES = 3
SHOWN_WORDS = 8
CERTAINTY = 1 / (SHUFFLES + 1)
RANK_ERRORS = 4.0
"""Standard errors of a rank test: the same questions are looked at every minute of an hour."""

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
    readings = (read_distance(recent, before, limits), read_unknown(recent, before, limits))
    return [replace(each, detail=", ".join(words)) for each in readings if each is not None]


def read_distance(
    recent: Sequence[Question], before: Sequence[Question], limits: Monitors
) -> Reading | None:
    """How far the mean question has moved, as a multiple of what chance moves it.

    Embedders differ in how far apart questions lie, so that no distance is far by itself. Breached
    when it is also further than in every shuffle of all questions (permutation test).
    """
    limit = limits.question_distance
    if limit is None:
        return None
    ours, theirs = _stack(recent), _stack(before)
    distance, shuffled = measure_distance(ours, theirs), shuffle_distances(ours, theirs)
    value = distance / max(float(shuffled.mean()), ROUNDING)
    return Reading(
        monitor="question_distance",
        value=value,
        limit=limit,
        sample_count=len(recent),
        is_breached=value > limit and chance(distance, shuffled) <= CERTAINTY,
    )


def read_unknown(
    recent: Sequence[Question], before: Sequence[Question], limits: Monitors
) -> Reading | None:
    """How often a question lies further from all earlier ones than one of those from the rest."""
    known = list({each.text: each for each in before}.values())
    if limits.unknown_share is None or len(known) < limits.least_answers:
        return None
    share = measure_strangeness(_stack(recent), _stack(known))
    error = sqrt((len(recent) + len(known) + 1) / (12 * len(recent) * len(known)))
    return Reading(
        monitor="unknown_share",
        value=share,
        limit=limits.unknown_share,
        sample_count=len(recent),
        is_breached=share > limits.unknown_share and (share - 0.5) / error > RANK_ERRORS,
    )


def measure_strangeness(ours: np.ndarray, known: np.ndarray) -> float:
    """Share of pairs in which ours lies further from its nearest known one than the known one does.

    A half where nothing changed, whatever the embedder (Mann and Whitney, Annals of Mathematical
    Statistics 18, 1947).
    """
    ours, known = _to_unit(ours), _to_unit(known)
    among = known @ known.T
    np.fill_diagonal(among, -1.0)
    usual = np.sort(among.max(axis=1))
    nearest = (ours @ known.T).max(axis=1)
    nearer = np.searchsorted(usual, nearest - ROUNDING, "left")
    alike = np.searchsorted(usual, nearest + ROUNDING, "right") - nearer
    return float((len(usual) - nearer - alike / 2).mean() / len(usual))


def measure_distance(ours: np.ndarray, theirs: np.ndarray) -> float:
    """1 less the cosine of both means."""
    one, other = ours.mean(axis=0), theirs.mean(axis=0)
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return 1.0 - float(one @ other) / length if length else 1.0


def shuffle_distances(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """How far the same questions lie apart when they are dealt at random."""
    every = np.vstack([ours, theirs])
    draw = np.random.default_rng(len(every))
    order = draw.random((SHUFFLES, len(every))).argsort(axis=1)
    is_ours = (order < len(ours)).astype(every.dtype)
    ones = is_ours @ every
    others = every.sum(axis=0) - ones
    lengths = np.linalg.norm(ones, axis=1) * np.linalg.norm(others, axis=1)
    cosines: np.ndarray = (ones * others).sum(axis=1) / np.maximum(lengths, 1e-12)
    return 1.0 - cosines


def chance(distance: float, shuffled: np.ndarray) -> float:
    """How often chance alone lies so far apart."""
    return (int((shuffled >= distance).sum()) + 1) / (len(shuffled) + 1)


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
