"""What is written the same in every language: names, and codes that must be found literally."""

import re

from kefu.text.language import detect_language
from kefu.text.normalise import simplify_text
from kefu.text.segment import find_tokens, index_terms
from kefu.text.stop_words import ENGLISH_STOP_WORDS

SHORTEST_IDENTIFIER = 4
"""Shorter codes (`5G`, `c2`, `v2`) are common words of their field."""

_IDENTIFIER = re.compile(
    r"(?=.*[A-Za-z])(?:.*\d.*|.*[a-z][A-Z].*|--?\w.*|.*[^\W_]_[^\W_].*|.*[^\W_][.@][^\W_].*)"
)
_NAME = re.compile(r".+[A-Z].*|.*\d.*")


def find_identifiers(text: str) -> list[str]:
    """List the distinct codes in a text, each as the index term that stands for the whole of it.

    Error and product codes, versions with letters, parameters, CamelCase and snake_case names,
    addresses, flags: with a digit, a hump or a joint besides a letter. Hyphenated words are none.
    """
    tokens = find_tokens(simplify_text(text))
    codes = (t for t in tokens if len(t) >= SHORTEST_IDENTIFIER and _IDENTIFIER.fullmatch(t))
    return list(dict.fromkeys(index_terms(code)[0] for code in codes))


def name_terms(text: str) -> list[str]:
    """List the distinct terms of a question that texts in another language may hold.

    Of Chinese those are all its Latin words, of English its codes, acronyms and capitalised words
    but the first.
    """
    tokens = find_tokens(simplify_text(text))
    if detect_language(text) == "en":
        first, *rest = tokens or [""]
        tokens = [t for t in (first,) if _NAME.fullmatch(t)]
        tokens += [t for t in rest if t[0].isupper() or _NAME.fullmatch(t)]
    names = (token for token in tokens if token.casefold() not in ENGLISH_STOP_WORDS)
    return list(dict.fromkeys(term for name in names for term in index_terms(name)))
