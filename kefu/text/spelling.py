"""British and American spellings of an English stem in one form."""

import re
from functools import lru_cache

SHORTEST = 4
"""Letters of a stem that has two spellings."""

_FORMS = (
    (re.compile(r"i[sz]$"), ""),
    (re.compile(r"ys$"), "yz"),
    (re.compile(r"our"), "or"),
    (re.compile(r"(?<=[bt])er$|(?<=[bt])re$"), "r"),
    (re.compile(r"c$"), "s"),
    (re.compile(r"ll"), "l"),
    (re.compile(r"mm$"), "m"),
    (re.compile(r"gu$"), "g"),
    (re.compile(r"ae"), "e"),
)


@lru_cache(maxsize=8192)
def one_spelling(stem: str) -> str:
    """The same for authorise and authorize, fibre and fiber, licence and license."""
    if len(stem) < SHORTEST or not stem.isascii():
        return stem
    for pattern, form in _FORMS:
        stem = pattern.sub(form, stem)
    return stem
