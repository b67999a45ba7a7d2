"""Bringing different spellings of the same text together."""

import re
import unicodedata

import opencc

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""Chinese characters, as the inside of a regular expression's character class."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_OTHER_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SPACE = re.compile(r"\s+")
_TO_SIMPLIFIED = opencc.OpenCC("t2s")


def clean_text(text: str) -> str:
    """Drop what cannot be seen and unify line ends and spaces; what is read stays as it is.

    Control and zero-width characters, soft hyphens, direction marks and lone surrogates go; tabs,
    line feeds and form feeds (page breaks) stay.
    """
    return _OTHER_SPACE.sub(" ", _INVISIBLE.sub("", _LINE_END.sub("\n", text)))


def simplify_text(text: str) -> str:
    """Fold full-width forms and traditional Chinese, keeping case: for index terms only."""
    cleaned = clean_text(text)
    if cleaned.isascii():
        return cleaned
    return str(_TO_SIMPLIFIED.convert(unicodedata.normalize("NFKC", cleaned)))


def to_simplified(text: str) -> str:
    """Write traditional characters as simplified ones and leave all others as they are."""
    if text.isascii():
        return text
    return str(_TO_SIMPLIFIED.convert(text.encode("utf-8", "ignore").decode()))


def fold_text(text: str) -> str:
    """Make the key under which two spellings of one text are the same."""
    return _SPACE.sub(" ", simplify_text(text)).strip().casefold()
