"""Chinese or English."""

import re
from typing import Literal

from kefu.text.normalise import HAN
from kefu.text.stop_words import ENGLISH_STOP_WORDS

Language = Literal["zh", "en"]

LETTERS_PER_WORD = 2
"""A Chinese word is about two characters long, so this many weigh as much as a Latin word."""

_IGNORED = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|https?://[^\s\u3000-\uffef]+|[\w.+-]+@[\w-]+\.[\w.-]+",
    re.ASCII | re.DOTALL,
)
_HAN_LETTER = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"(?<![\w.\-/])[A-Za-z]?[a-z]+(?:['’][a-z]+)?(?![\w\-/]|\.\w)", re.ASCII)


def detect_language(text: str) -> Language:
    """Tell which language a question or a document is written in.

    Code, addresses and identifiers say nothing. Chinese text borrows English nouns (`docker build
    失败`) and English text Chinese ones (`What does 备案 mean?`), so English needs one of its
    function words and more words than Chinese has.
    """
    prose = _IGNORED.sub(" ", text)
    han = len(_HAN_LETTER.findall(prose))
    if not han:
        return "en"
    words = [word.lower() for word in _LATIN_WORD.findall(prose)]
    if ENGLISH_STOP_WORDS.isdisjoint(words):
        return "zh"
    return "zh" if han > LETTERS_PER_WORD * len(words) else "en"
