"""Words that turn a statement into a promise, a ban or its opposite, in Chinese and English."""

import re

from kefu.answering.word_lists import LOADED


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.ASCII)


CONCEPTS = {name: _any_of(patterns) for name, patterns in LOADED["concepts"].items()}
"""A sentence may hold one of these only if its source does."""

OPPOSITES = [(_any_of(pair["one"]), _any_of(pair["other"])) for pair in LOADED["opposites"]]
"""A sentence that holds one of a pair while its source holds only the other says the opposite."""

_NEGATIVE = _any_of(LOADED["negative"])
_NEED = re.compile(r"(?<![不无])需要?(?!求)|\bneeds?(?: to)?\b", re.IGNORECASE)
_FREE = re.compile(r"\bfree\b(?! (?:of|from)\b)|免费", re.IGNORECASE)
_COST = re.compile(
    r"\b(?:charg|fees?\b|costs?\b|pay|paid|pric|bill)|费|钱|收取|付|价", re.IGNORECASE
)
_NEITHER = re.compile(r"\bneither\b([^.;]*?)\bnor\b", re.IGNORECASE)
_NOT_NEGATIVE = _any_of(LOADED["not_negative"])
_DIRECTIONS = {name: _any_of(LOADED[name]) for name in ("before", "after")}

_RULES = {name: _any_of(LOADED[name]) for name in ("condition", "permission", "definition")}
_NUANCES = {name: _any_of(patterns) for name, patterns in LOADED["nuances"].items()}


def merely_needs(clause: str, support: str) -> bool:
    """Whether all that is loaded in it is a "need to" before what its source tells to do.

    A source that allows or recommends something asks for nothing.
    """
    rest = _NEED.sub(" ", clause)
    is_free = _RULES["permission"].search(support) or CONCEPTS["recommendation"].search(support)
    has_more = any(pattern.search(rest) for pattern in CONCEPTS.values())
    return rest != clause and not has_more and not is_free


def count_denials(sentence: str) -> int:
    """How many words of a sentence deny something."""
    once = _NEITHER.sub(r"neither\1", sentence)
    return len(_NEGATIVE.findall(_NOT_NEGATIVE.sub(" ", once)))


def is_negative(clause: str) -> bool:
    """Whether a clause denies something; two denials are none."""
    return count_denials(clause) % 2 == 1


def denies_alike(clause: str, other: str) -> bool:
    """Whether two clauses that deny something may deny the same: "free" only denies a price."""
    for one, against in ((clause, other), (other, clause)):
        denies_price_alone = _FREE.search(one) and not count_denials(_FREE.sub(" ", one))
        if denies_price_alone and not (_FREE.search(against) or _COST.search(against)):
            return False
    return True


def directions(clause: str) -> frozenset[str]:
    """Whether a clause is about the time before something, after it, or both."""
    return frozenset(name for name, pattern in _DIRECTIONS.items() if pattern.search(clause))


def nuances(sentence: str) -> frozenset[str]:
    """What makes it weaker, wider or vaguer."""
    return frozenset(name for name, pattern in _NUANCES.items() if pattern.search(sentence))


def marks(sentence: str) -> frozenset[str]:
    """What of a sentence turns its meaning: denial, condition, promise, side of a pair."""
    found = {
        name for name, pattern in (*CONCEPTS.items(), *_RULES.items()) if pattern.search(sentence)
    }
    found |= {
        f"{number}{side}"
        for number, pair in enumerate(OPPOSITES)
        for side, pattern in zip("ab", pair, strict=True)
        if pattern.search(sentence)
    }
    return frozenset(
        found | directions(sentence) | ({"negative"} if is_negative(sentence) else set())
    )
