"""What of a document's statements its next version does not make any more."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from kefu.answering.regrouping import find_regrouped
from kefu.answering.statements import LEAST_ALIKE, Lost, Place, Statement
from kefu.text import SpanKind

_NUMBER = re.compile(r"^\W*\d{1,3}(?:\.\d{1,3})*[.)、]?\s+")


def find_lost(before: Sequence[Statement], after: Sequence[Statement]) -> list[Lost]:
    """The statements of a document that it does not make any more, each once.

    One that holds a figure or is an item of a list is not the same one under another heading where
    both headings stood there before and still do: then it is said of something else. Numbered
    steps keep their order. What is no rule and holds no figure is lost only where a word or two of
    it were exchanged, and a short item is not lost that became a heading.
    """
    headings = _list_headings(after) - _list_headings(before)
    places = {each.place for each in before} & {each.place for each in after}
    known = {each.key for each in before}
    added = [each for each in after if each.key not in known]
    regrouped = find_regrouped(before, after)
    by_key: dict[str, list[Statement]] = {}
    for each in after:
        by_key.setdefault(each.key, []).append(each)
    lost = []
    for place, old in {(each.place, each.key): each for each in before}.items():
        if place in regrouped or _stands(old, by_key.get(old.key, []), added, places):
            continue
        if old.key in headings and not old.facts:
            continue
        successor = _find_successor(old, added) if old.is_factual else _find_slip(old, added)
        if old.is_factual or successor is not None:
            lost.append(Lost(statement=old, successor=successor))
    gone = {(each.statement.place, each.statement.key) for each in lost}
    kept = [each for each in before if (each.place, each.key) not in gone]
    return lost + list(_find_reordered(kept, after))


def _list_headings(statements: Sequence[Statement]) -> set[str]:
    """As keys, without numbers before them."""
    places = {each.place for each in statements}
    texts = {_NUMBER.sub("", text) for place in places for text in place[1:]}
    return {Statement(text, ()).key for text in texts}


def _stands(
    old: Statement, same: Sequence[Statement], added: Sequence[Statement], places: set[Place]
) -> bool:
    def is_moved(other: Statement) -> bool:
        return other.place != old.place and {other.place, old.place} <= places

    candidates = chain(same, (each for each in added if each.restates(old)))
    depends = old.facts or old.kind is SpanKind.LIST_ITEM
    return any(not (depends and is_moved(each)) for each in candidates)


def _find_slip(old: Statement, added: Sequence[Statement]) -> Statement | None:
    """What is said in its place with another word that turns the sense."""
    near = (each for each in added if each.place == old.place and each.kind is old.kind)
    return next((each for each in near if each.asserted.says_otherwise(old.asserted)), None)


def _find_successor(old: Statement, added: Sequence[Statement]) -> Statement | None:
    """What was put in its place: of its kind, under its headings, and of its words."""
    alike = [
        (old.share(each) + 0.5 * (each.place == old.place), -number, each)
        for number, each in enumerate(added)
        if each.kind is old.kind and old.share(each) >= LEAST_ALIKE
    ]
    return max(alike)[2] if alike else None


def _find_reordered(before: Sequence[Statement], after: Sequence[Statement]) -> Iterator[Lost]:
    """Steps that come before one that they followed."""
    order = {(each.place, each.key): number for number, each in enumerate(after) if each.is_step}
    last: dict[Place, tuple[int, Statement]] = {}
    for step in before:
        number = order.get((step.place, step.key)) if step.is_step else None
        if number is None:
            continue
        reached = last.get(step.place)
        if reached is not None and number < reached[0]:
            yield Lost(statement=reached[1], successor=step)
            return
        last[step.place] = (number, step)
