"""Whether the rules can be kept, and kept all at once."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from kefu.prompts.checks.subject import RULING, Subject, is_negated, shorten, telling_terms
from kefu.text import detect_language, split_sentences

SAME_SHARE = 0.7
"""Rules that have this share of their terms in common are about the same thing."""

FEWEST_TERMS = 2
MOST_WORDS = {"en": 60, "zh": 120}  # a rule of more is several rules

_VAGUE = re.compile(
    r"\b(?:as (?:needed|appropriate|necessary)|appropriately|if possible|try to|reasonabl[ey]"
    r"|etc\.?|and so on|more or less|some(?:what|times)|usually|ideally)(?!\w)"
    r"|适当|酌情|尽量|尽可能|视情况|等等|差不多|合理地?|一般来说|最好",
    re.IGNORECASE,
)
_NUMBERS = {
    **dict(zip(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
               range(1, 11), strict=True)),
    **dict(zip("一二三四五六七八九十", range(1, 11), strict=True)),
    "两": 2,
}  # fmt: skip
_NUMBER = rf"(\d+|{'|'.join(_NUMBERS)})"
_UNIT = (
    r"\s*(?:short |long |full )?"
    r"(sentence|word|character|item|step|line|paragraph|example|个?字|个?句|句|条|项|行|段|步)"
)
_MOST = re.compile(
    rf"(?:\bat most|\bno more than|\bnot more than|\bup to|\bmaximum of|不超过|不多于|最多|至多)"
    rf"[写用说列给出]*\s*{_NUMBER}{_UNIT}",
    re.IGNORECASE,
)
_LEAST = re.compile(
    rf"(?:\bat least|\bno fewer than|\bno less than|\bmore than|\bminimum of|不少于|最少|至少)"
    rf"[写用说列给出]*\s*{_NUMBER}{_UNIT}",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(r"(?:\bno|\bnot|不)\s*$", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]")
_QUOTED = re.compile(
    r"`[^`]*`|\"[^\"]*\"|“[^”]*”|「[^」]*」|\$\{?\w+\}?|\([^)]*\)|（[^）]*）|\b[A-Z_]{3,}\b"
)
LEAST_LETTERS = 6  # fewer words or characters are a name, not another language


def opposite_rules(subject: Subject) -> Iterator[str]:
    """Two rules about the same thing, one of which forbids what the other demands."""
    for one, other in combinations(subject.rules(), 2):
        if is_negated(one) != is_negated(other) and _is_alike(one, other):
            yield f"{shorten(one)} ↔ {shorten(other)}"


def repeated_rules(subject: Subject) -> Iterator[str]:
    """The same rule twice."""
    seen: set[tuple[bool, frozenset[str]]] = set()
    for rule in subject.rules():
        about = telling_terms(rule)
        if len(about) >= FEWEST_TERMS and (is_negated(rule), about) in seen:
            yield shorten(rule)
        seen.add((is_negated(rule), about))


def opposite_limits(subject: Subject) -> Iterator[str]:
    """At least more than at most."""
    most, least = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for rule in subject.rules():
        for pattern, found in ((_MOST, most), (_LEAST, least)):
            for each in pattern.finditer(rule):
                if not _NOT_BEFORE.search(rule[: each.start()]):
                    found[each[2].lower().removeprefix("个")].append(_number(each[1]))
    for unit in most.keys() & least.keys():
        if max(least[unit]) > min(most[unit]):
            yield f"{max(least[unit])} > {min(most[unit])} ({unit})"


def vague_rules(subject: Subject) -> Iterator[str]:
    """Words that leave to the model what the company has to decide."""
    for rule in subject.rules():
        for found in _VAGUE.finditer(_QUOTED.sub(" ", rule)):
            yield f"{found[0]}: {shorten(rule)}"


def long_rules(subject: Subject) -> Iterator[str]:
    """Rules that say several things at once."""
    for rule in subject.rules():
        if len(_LETTERS.findall(rule)) > MOST_WORDS[subject.specification.key.language]:
            yield shorten(rule)


def mixed_languages(subject: Subject) -> Iterator[str]:
    """Rules in another language than the front matter says; quotes and names are left aside."""
    for name in RULING:
        for span in split_sentences(subject.specification.body(name)):
            prose = _QUOTED.sub(" ", span.text)
            is_prose = len(_LETTERS.findall(prose)) >= LEAST_LETTERS
            if is_prose and detect_language(prose) != subject.specification.key.language:
                yield shorten(span.text)


def _is_alike(one: str, other: str) -> bool:
    these, those = telling_terms(one), telling_terms(other)
    if min(len(these), len(those)) < FEWEST_TERMS:
        return False
    return len(these & those) >= SAME_SHARE * len(these | those)


def _number(text: str) -> int:
    return _NUMBERS.get(text.lower()) or int(text)
