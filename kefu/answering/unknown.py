"""What a question names that occurs nowhere in the base."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from kefu.retrieval import Hit
from kefu.text import ContentWord, Language, find_tokens

SPELT_ALIKE = 0.84  # of difflib's ratio: a typing error
SHORTEST_MISSPELT = 4
_SHORT_NAME = re.compile(r"[A-Z]{1,2}s?|\d+[A-Za-z]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What the base does not hold.

    Attributes:
        has_name: a name of a product, company or code.
        has_noun: another noun, and no other word: who words a whole question otherwise than the
            base does may do so with its nouns.
    """

    has_name: bool
    has_noun: bool


NOTHING_UNKNOWN = Unknown(has_name=False, has_noun=False)


def find_unknown(
    words: Sequence[ContentWord],
    held: Collection[str],
    hits: Sequence[Hit],
    *,
    language: Language,
) -> Unknown:
    """What `held` lacks of the question's words.

    Abbreviations of two letters say little, and what the hits hold in nearly the same spelling is
    a typing error. Only names say something where the hits are in another language.
    """
    missing = [word for word in words if not all(term in held for term in word.terms)]
    names = [word.word for word in missing if word.is_name and not _SHORT_NAME.fullmatch(word.word)]
    if names:
        spelt = {token.casefold() for hit in hits for token in find_tokens(hit.text)}
        names = [name for name in names if not _is_misspelt(name.casefold(), spelt)]
    is_foreign = bool(hits) and hits[0].language != language
    others = [word for word in missing if not word.is_name]
    has_noun = not is_foreign and bool(others) and all(word.is_noun for word in others)
    return Unknown(has_name=bool(names), has_noun=has_noun and not names)


def _is_misspelt(name: str, spelt: Collection[str]) -> bool:
    return len(name) >= SHORTEST_MISSPELT and bool(
        get_close_matches(name, spelt, n=1, cutoff=SPELT_ALIKE)
    )
