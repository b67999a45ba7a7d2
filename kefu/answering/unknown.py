"""What a question names that the base, or the best of what was found, does not say."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from kefu.answering.evidence import Unit, heading
from kefu.answering.typos import is_heard_in
from kefu.answering.wording import has_concept, is_everyday, is_said, read_said
from kefu.retrieval import Hit
from kefu.text import ContentWord, Language, find_tokens

SPELT_ALIKE = 0.84  # of difflib's ratio: a typing error
SHORTEST_MISSPELT = 4
EVERYDAY_SHARE = 0.5
NOTHING_HEARD = 0.75  # where no word could be said in the language of the best units
UNITS_HEARD = 4  # as many as an answer shows
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

    What the hits say in other words is none of it, nor what is said whatever is asked about.
    Abbreviations of two letters say little, and what the hits hold in nearly the same spelling is
    a typing error. Only names say something where the hits are in another language.
    """
    unheld = [word for word in words if not all(term in held for term in word.terms)]
    said = read_said([hit.text for hit in hits])
    missing = [word for word in unheld if not is_everyday(word) and not is_said(word, said)]
    names = [word.word for word in missing if word.is_name and not _SHORT_NAME.fullmatch(word.word)]
    if names:
        spelt = {token.casefold() for hit in hits for token in find_tokens(hit.text)}
        names = [name for name in names if not _is_misspelt(name.casefold(), spelt)]
    is_foreign = bool(hits) and hits[0].language != language
    others = [word for word in missing if not word.is_name]
    has_noun = not is_foreign and bool(others) and all(word.is_noun for word in others)
    return Unknown(has_name=bool(names), has_noun=has_noun and not names)


def unsaid_share(
    words: Sequence[ContentWord], units: Sequence[Unit], *, language: Language
) -> float:
    """Share of a question's words that the best units and their headings do not say, 0..1.

    In another language only names and what has a concept could be said. Words that are said
    whatever is asked about count half in a question that has no others. What they say in Chinese
    that sounds the same is a typing error.
    """
    best = units[:UNITS_HEARD]
    if not words or not best:
        return 0.0
    said = read_said([f"{heading(unit.hit)} {unit.span.text}" for unit in best])
    is_foreign = best[0].hit.language != language
    telling = [word for word in words if not is_everyday(word)]
    could_be_said = [
        word for word in telling if not is_foreign or word.is_name or has_concept(word)
    ]
    if is_foreign and not could_be_said:
        return NOTHING_HEARD
    left = [word for word in could_be_said or words if not is_said(word, said)]
    unsaid = [word for word in left if word.word.isascii() or not is_heard_in(word.word, said.text)]
    return len(unsaid) / len(words) * (1.0 if telling else EVERYDAY_SHARE)


def _is_misspelt(name: str, spelt: Collection[str]) -> bool:
    return len(name) >= SHORTEST_MISSPELT and bool(
        get_close_matches(name, spelt, n=1, cutoff=SPELT_ALIKE)
    )
