"""What a change of the knowledge adds that should not stand there, whatever else is true.

A hint for staff on a page for customers, an entry written to try the editor out, one case of
goodwill told as a rule, a disturbance that is announced without an end, a password, a list of
customers, an order to the model: nothing contradicts them, and customers are told them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from kefu.evaluation.standing import Stated, read_stated
from kefu.knowledge import SampledChunk
from kefu.safety import Kind, find_personal_data, find_secrets, find_signs
from kefu.viewer import PUBLIC

_WORDS = {
    name: re.compile("|".join(patterns), re.IGNORECASE)
    for name, patterns in tomllib.loads(
        (files("kefu.evaluation") / "words" / "unfit.toml").read_text(encoding="utf-8")
    ).items()
}
KINDS = ("internal", "try_out", "exception", "temporary")
MOST_CONTACTS = 2  # mailboxes or telephones of persons; more are a list of people
_IDENTITY = frozenset({Kind.ID_NUMBER, Kind.BANK_CARD, Kind.PASSPORT})
_CONTACT = frozenset({Kind.PHONE, Kind.EMAIL})


def find_unfit(
    before: Mapping[int, Sequence[SampledChunk]], after: Mapping[int, Sequence[SampledChunk]]
) -> Iterator[tuple[str, Stated]]:
    """Kind and statement, of each document those that it had none of before."""
    for id, chunks in after.items():
        earlier = list(read_stated(before.get(id, ())))
        had = {kind for each in earlier for kind in _list_kinds(each)}
        known = {each.statement.key for each in earlier}
        added = [each for each in read_stated(chunks) if each.statement.key not in known]
        for each in added:
            yield from ((kind, each) for kind in _list_kinds(each) if kind not in had)
        named = _find_people(added)
        if named is not None:
            yield "personal", named


def _find_people(added: Sequence[Stated]) -> Stated | None:
    """The first statement with a person's number, or, of a list of people, their contacts."""
    contacts: dict[str, Stated] = {}
    for each in added:
        text = each.statement.text
        for datum in find_personal_data(text) if each.chunk.audience == PUBLIC else ():
            if datum.kind in _IDENTITY:
                return each
            if datum.kind in _CONTACT:
                contacts.setdefault(text[datum.start : datum.end], each)
    return next(iter(contacts.values())) if len(contacts) > MOST_CONTACTS else None


def _list_kinds(stated: Stated) -> Iterator[str]:
    text = " ".join([*stated.statement.place, stated.statement.text])
    for kind in KINDS:
        if not _WORDS[kind].search(stated.statement.text if kind == "temporary" else text):
            continue
        if kind == "internal" and stated.chunk.audience != PUBLIC:
            continue
        if kind == "temporary" and not _is_open_ended(stated):
            continue
        yield kind
    if find_secrets(stated.statement.text):
        yield "secret"
    if find_signs(stated.statement.text):
        yield "order"


def _is_open_ended(stated: Stated) -> bool:
    """Whether it tells of a disturbance, and no day on which it is over."""
    statement = stated.statement
    is_dated = any(each.kind == "date" for each in statement.facts)
    return bool(_WORDS["disturbed"].search(statement.text)) and not is_dated
