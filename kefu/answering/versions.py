"""Of several versions of a document the one that holds on the day that is asked about.

What was found in a version that does not hold then gives way to what stands in its place in the
one that does. A version ends on the day before the next one begins, if it does not say itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from kefu.answering.asked_day import find_day
from kefu.db import Connection
from kefu.knowledge import (
    OUTDATED,
    Base,
    Counterpart,
    Edition,
    list_counterparts,
    list_editions,
    list_marks,
    name_series,
)
from kefu.resources import Resources
from kefu.retrieval import Hit, read_places
from kefu.text import fold_text
from kefu.viewer import Viewer

LEAST_LIKE = 0.3
"""Of the terms of two documents of one name, held by both, to be versions of one another."""

LEAST_SIMILAR = 0.88
"""Cosine of two chunks under different headings, to stand in one another's place."""

LEAST_HEADINGS = 0.5  # of the headings of either, held by both, to be that

CURRENT = "current"
EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """When a document holds.

    Attributes:
        series: what all versions of it are called alike.
        first: its first day; None: it does not say.
        last: its last day, by itself or because the next version begins.
        stated_on: when it was written or last changed, as it says.
        is_valid: on the day that is asked about.
        is_current: today.
        is_coming: its first day is still to come.
    """

    title: str
    series: str | None
    first: date | None
    last: date | None
    stated_on: date | None
    is_valid: bool
    is_current: bool
    is_coming: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Hits of what holds, in their order.

    Attributes:
        standings: by document.
    """

    hits: list[Hit]
    standings: Mapping[int, Standing]


async def settle_versions(
    resources: Resources,
    question: str,
    hits: Sequence[Hit],
    *,
    viewer: Viewer,
    base: Base,
    today: date,
) -> Settled:
    """The hits with those of versions that hold in the place of those that do not.

    Where nothing stands in its place a hit stays, with the status of something outdated.
    """
    documents = list(dict.fromkeys(hit.document_id for hit in hits))
    async with resources.database.connection() as conn:
        editions = await list_editions(conn, base, documents, viewer=viewer)
        families = _group(editions, question, today)
        wanted = [
            (hit.chunk_id, instead)
            for hit in hits
            if hit.document_id in families
            and (instead := families[hit.document_id].find_instead()) is not None
        ]
        found = await list_counterparts(conn, base, wanted, viewer=viewer) if wanted else []
    standings: dict[int, Standing] = {}
    for family in families.values():
        standings |= family.standings
    standings |= {of: family.standings[of] for of, family in families.items()}
    read = await _read(resources, found, viewer=viewer, base=base)
    settled: dict[int, Hit] = {}
    for hit in hits:
        other = read.get(hit.chunk_id)
        chosen = replace(other, score=hit.score, parts=hit.parts) if other else hit
        if standing := standings.get(chosen.document_id):
            chosen = replace(chosen, status=_status(chosen, standing))
        settled.setdefault(chosen.chunk_id, chosen)
    return Settled(hits=list(settled.values()), standings=standings)


async def list_current(
    conn: Connection, base: Base, document_ids: Sequence[int], *, viewer: Viewer, today: date
) -> frozenset[int]:
    """Those of the documents that hold today, as far as they and their versions say."""
    families = _group(await list_editions(conn, base, document_ids, viewer=viewer), "", today)
    return frozenset(of for of, family in families.items() if family.standings[of].is_current)


async def list_lapsed(
    conn: Connection, base: Base, document_ids: Sequence[int], *, viewer: Viewer, today: date
) -> Mapping[int, Standing]:
    """Those of the documents that do not hold today, and that no version follows that does."""
    families = _group(await list_editions(conn, base, document_ids, viewer=viewer), "", today)
    return {of: family.standings[of] for of, family in families.items() if family.is_lapsed()}


def _group(editions: Sequence[Edition], question: str, today: date) -> "dict[int, _Family]":
    return {
        of: _Family(list(group), question, today)
        for of, group in groupby(editions, key=lambda each: each.of)
    }


async def _read(
    resources: Resources, found: Sequence[Counterpart], *, viewer: Viewer, base: Base
) -> dict[int, Hit]:
    """By chunk, what stands in its place, where that is near enough."""
    places = {
        each.chunk_id: (each.document_id, each.position)
        for each in found
        if each.is_same_place or (each.similarity or 0.0) >= LEAST_SIMILAR
    }
    if not places:
        return {}
    ranges = [(document, position, position) for document, position in set(places.values())]
    read = await read_places(resources, ranges, viewer=viewer, base=base)
    by_place = {(hit.document_id, hit.position): hit for hit in read}
    return {chunk: by_place[place] for chunk, place in places.items() if place in by_place}


def _status(hit: Hit, standing: Standing) -> str | None:
    """As on the day that is asked about."""
    is_outdated = hit.status in OUTDATED
    if standing.is_valid == is_outdated:
        return CURRENT if standing.is_valid else EXPIRED
    return hit.status


class _Family:
    """The versions of a document, itself among them, as the database says."""

    def __init__(self, editions: Sequence[Edition], question: str, today: date) -> None:
        self._own = next(each for each in editions if each.document_id == each.of)
        self._editions = [
            each for each in editions if each is self._own or _is_version(each, self._own)
        ]
        self._today = today
        valid = self._choose_valid(question)
        self.standings = {
            each.document_id: Standing(
                title=each.title,
                series=name_series(each.title),
                first=each.validity.valid_from,
                last=self._last(each),
                stated_on=each.validity.stated_on,
                is_valid=each in valid,
                is_current=self._holds(each, today),
                is_coming=(each.validity.valid_from or date.min) > today,
            )
            for each in self._editions
        }

    def find_instead(self) -> int | None:
        """The latest version that is valid, if the document itself is not."""
        if self.standings[self._own.document_id].is_valid:
            return None
        valid = [each for each in self._editions if self.standings[each.document_id].is_valid]
        latest = max(valid, key=lambda each: _start(each) or date.min, default=None)
        return latest.document_id if latest else None

    def is_lapsed(self) -> bool:
        """Whether the document does not hold today, and no later version does."""
        if self._holds(self._own, self._today):
            return False
        current = [each for each in self._editions if self._holds(each, self._today)]
        return not any(each.replaces or _is_later(each, self._own) for each in current)

    def _choose_valid(self, question: str) -> list[Edition]:
        """Those of the day that the question names, else those it names, else those of today."""
        day = find_day(question, today=self._today)
        if day is not None:
            then = [each for each in self._editions if self._holds(each, day)]
            if any(each.validity.valid_from for each in then):
                return then
        named = [each for each in self._editions if self._is_named(each, question)]
        return named or [each for each in self._editions if self._holds(each, self._today)]

    def _holds(self, edition: Edition, day: date) -> bool:
        first, last = edition.validity.valid_from, self._last(edition)
        is_dated = first is not None or last is not None
        if self._is_outdated(edition) and (day >= self._today or not is_dated):
            return False
        return (first or date.min) <= day <= (last or date.max)

    def _is_outdated(self, edition: Edition) -> bool:
        is_replaced = any(self._follows(each, edition) for each in self._editions)
        return edition.validity.status in OUTDATED or (is_replaced and not self._last(edition))

    def _last(self, edition: Edition) -> date | None:
        days = [edition.validity.valid_until] if edition.validity.valid_until else []
        followers = [each for each in self._editions if self._follows(each, edition)]
        days += [start - timedelta(days=1) for each in followers if (start := _start(each))]
        return min(days, default=None)

    def _follows(self, later: Edition, edition: Edition) -> bool:
        """Whether one takes the place of the other on the day it begins."""
        if later is edition:
            return False
        if edition is self._own and (later.replaces or later.is_replaced):
            return later.replaces
        if later is self._own and (edition.replaces or edition.is_replaced):
            return edition.is_replaced
        start, before = _start(later), edition.validity.valid_from
        if before is None:
            return start is not None and later.validity.supersedes is not None
        return start is not None and start > before

    def _is_named(self, edition: Edition, question: str) -> bool:
        """Whether the question holds the year or number that tells it from the others."""
        others = [each for each in self._editions if each is not edition]
        telling = _marks(edition).difference(*map(_marks, others)) if others else frozenset()
        return any(
            re.search(rf"(?<![\w.]){re.escape(mark)}(?![\d.])", fold_text(question))
            for mark in telling
        )


def _is_later(edition: Edition, own: Edition) -> bool:
    """By its first day or else by the day it was written, as far as both are known."""
    one, other = edition.validity, own.validity
    if one.valid_from and other.valid_from:
        return one.valid_from > other.valid_from
    return bool(one.stated_on and other.stated_on and one.stated_on > other.stated_on)


def _is_version(edition: Edition, own: Edition) -> bool:
    """Whether two documents of one name are versions: one of them says so, or they are alike."""
    if edition.replaces or edition.is_replaced or _says_so(edition) or _says_so(own):
        return True
    return edition.likeness >= LEAST_LIKE or edition.shared_headings >= LEAST_HEADINGS


def _says_so(edition: Edition) -> bool:
    """By its title, status or text: "(2025)", "archived", "replaces the version of 2024"."""
    stated = edition.validity
    says_more = stated.supersedes is not None or stated.superseded_by is not None
    return says_more or stated.status in OUTDATED or bool(list_marks(edition.title))


def _start(edition: Edition) -> date | None:
    """The day on which it takes the place of another."""
    if edition.validity.valid_from is None and edition.replaces:
        return edition.validity.stated_on
    return edition.validity.valid_from


def _marks(edition: Edition) -> frozenset[str]:
    return frozenset(mark.rstrip("年度修订版") for mark in list_marks(edition.title))
