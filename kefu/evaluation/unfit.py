"""What a change of the knowledge adds that should not stand there, whatever else is true.

A hint for staff on a page for customers, an entry written to try the editor out, one case of
goodwill told as a rule, a disturbance that is announced without an end: nothing contradicts them,
and customers are told them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from kefu.evaluation.standing import Stated, read_stated
from kefu.knowledge import SampledChunk
from kefu.viewer import PUBLIC

_WORDS = {
    name: re.compile("|".join(patterns), re.IGNORECASE)
    for name, patterns in tomllib.loads(
        (files("kefu.evaluation") / "words" / "unfit.toml").read_text(encoding="utf-8")
    ).items()
}
KINDS = ("internal", "try_out", "exception", "temporary")


def find_unfit(
    before: Mapping[int, Sequence[SampledChunk]], after: Mapping[int, Sequence[SampledChunk]]
) -> Iterator[tuple[str, Stated]]:
    """Kind and statement, of each document those that it had none of before."""
    for id, chunks in after.items():
        earlier = list(read_stated(before.get(id, ())))
        had = {kind for each in earlier for kind in _list_kinds(each)}
        known = {each.statement.key for each in earlier}
        for each in read_stated(chunks):
            if each.statement.key not in known:
                yield from ((kind, each) for kind in _list_kinds(each) if kind not in had)


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


def _is_open_ended(stated: Stated) -> bool:
    """Whether it tells of a disturbance, and no day on which it is over."""
    statement = stated.statement
    is_dated = any(each.kind == "date" for each in statement.facts)
    return bool(_WORDS["disturbed"].search(statement.text)) and not is_dated
