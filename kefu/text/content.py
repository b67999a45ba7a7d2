"""The words of a question that say what it is about, and which of them name a thing."""

import re
from dataclasses import dataclass

from kefu.text.language import detect_language
from kefu.text.normalise import HAN, simplify_text
from kefu.text.segment import find_tokens, index_terms
from kefu.text.stop_words import CHINESE_STOP_WORDS, ENGLISH_STOP_WORDS

SHORTEST_NOUN = 2
_HAN_WORD = re.compile(f"[{HAN}]+")
_NAME = re.compile(r".+[A-Z].*|.*\d.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentWord:
    """A word that is not a stop word.

    Attributes:
        terms: of the lexical index, all of which a text with the word holds.
        is_name: of a product, a company, a code: written the same in every language.
        is_noun: a noun as the Chinese segmenter tags it; a name is one too.
    """

    word: str
    terms: tuple[str, ...]
    is_name: bool
    is_noun: bool


def content_words(question: str) -> list[ContentWord]:
    """The words of a question that are no stop words, each once, Latin words first.

    Names are the Latin words of a Chinese question, and of an English one its codes, acronyms and
    capitalised words but the first.
    """
    simplified = simplify_text(question)
    words = [*_latin_words(simplified), *_chinese_words(simplified)]
    return list({word.word: word for word in words}.values())


def _latin_words(simplified: str) -> list[ContentWord]:
    is_english = detect_language(simplified) == "en"
    words = []
    for place, token in enumerate(find_tokens(simplified)):
        if token.casefold().replace("’", "'") in ENGLISH_STOP_WORDS or token.isdecimal():
            continue
        is_capitalised = token[0].isupper() and place > 0
        is_name = bool(not is_english or is_capitalised or _NAME.fullmatch(token))
        terms = tuple(index_terms(token)[:1])
        words.append(ContentWord(word=token, terms=terms, is_name=is_name, is_noun=is_name))
    return words


def _chinese_words(simplified: str) -> list[ContentWord]:
    runs = _HAN_WORD.findall(simplified)
    if not runs:
        return []
    import rjieba  # noqa: PLC0415 - 0.2 s to import, not needed by commands without Chinese

    words = []
    for word, tag in rjieba.tag(" ".join(runs)):
        if len(word) < SHORTEST_NOUN or word in CHINESE_STOP_WORDS or not _HAN_WORD.match(word):
            continue
        pairs = tuple(word[at : at + 2] for at in range(len(word) - 1))
        words.append(
            ContentWord(word=word, terms=pairs, is_name=False, is_noun=tag.startswith("n"))
        )
    return words
