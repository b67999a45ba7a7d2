"""From bytes to clean text, whatever encoding the file was saved in."""

import codecs
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

from charset_normalizer import from_bytes

from kefu.errors import BadInput
from kefu.parsing.limits import shown
from kefu.text import clean_text

_SAMPLE = 64 * 1024
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PLAUSIBLE = 0.7
_BINARY = 0.1
_FEW_CONTROLS = 8
_WIDE_LATIN = 0.2
"""Share of NUL bytes above which bytes that are valid UTF-8 are UTF-16 all the same."""


def read_text(path: Path, *, declared: str | None = None) -> str:
    """The file's text, with uniform line ends, composed letters and no control characters.

    Args:
        path: a file that has passed `check_file`.
        declared: the encoding the file states of itself; used only if the bytes agree.

    Raises:
        BadInput: the bytes are not text.
    """
    data = path.read_bytes()
    text = decode(data, declared=declared)
    controls = sum(1 for letter in text[:_SAMPLE] if letter < " " and letter not in "\t\n\r\f\x1b")
    if controls > max(_BINARY * min(len(text), _SAMPLE), _FEW_CONTROLS):
        raise BadInput(f"{shown(path)} is not text; give the file the suffix of its format.")
    return tidy(text)


def tidy(text: str) -> str:
    """Uniform line ends, composed letters (NFC), nothing invisible; form feeds stay."""
    return unicodedata.normalize("NFC", clean_text(text))


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Decode bytes of unknown encoding."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for candidate in ("utf-8", declared):
        text = _decode_strictly(data, candidate) if candidate else None
        if text is not None and data[:_SAMPLE].count(0) < _WIDE_LATIN * len(data[:_SAMPLE]):
            return text
    return data.decode(detect(data), errors="replace")


def detect(data: bytes) -> str:
    """The likeliest encoding of bytes that are neither UTF-8 nor marked.

    Chinese, Japanese and Korean encodings accept most byte sequences, so each is judged by how
    many of the letters it yields are in everyday use: those of the first level of GB 2312 and
    Big5, kana, hangul syllables.
    """
    sample = data[:_SAMPLE]
    if _looks_wide(sample):
        return max(("utf-16-le", "utf-16-be"), key=lambda name: _wide_score(sample, name))
    scores = {name: score(sample) for name, score in _SCORES.items()}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= _PLAUSIBLE:
        return best
    whole = _without_last_character(data)
    if not whole.isascii() and _decode_strictly(whole, "utf-8") is not None:
        return "utf-8"
    wide = max(("utf-16-le", "utf-16-be"), key=lambda name: _wide_score(sample, name))
    if len(data) % 2 == 0 and _wide_score(sample, wide) >= 1 - (1 - _PLAUSIBLE) / 3:
        return wide
    if _mostly_utf8(sample):
        return "utf-8"
    guess = from_bytes(sample).best()
    return guess.encoding if guess else "cp1252"


def _decode_strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _without_last_character(data: bytes) -> bytes:
    """Without what may be the torn last character of a truncated UTF-8 file."""
    tail = len(data)
    while tail > max(0, len(data) - 4) and data[tail - 1] >= 0x80:
        tail -= 1
    return data[:tail]


def _mostly_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", errors="replace")
    beyond_ascii = sum(1 for letter in text if letter > "\x7f")
    return text.count("\ufffd") < 0.1 * beyond_ascii


def _looks_wide(data: bytes) -> bool:
    """Whether NUL bytes stand where UTF-16 puts them in text with spaces or Latin letters."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return max(even, odd) > 2 * min(even, odd) and even + odd > len(sample) // 50


def _wide_score(sample: bytes, encoding: str) -> float:
    text = sample[: len(sample) // 2 * 2].decode(encoding, errors="replace")
    plausible = sum(1 for letter in text if _is_everyday(letter))
    return plausible / len(text) if text else 0.0


def _is_everyday(letter: str) -> bool:
    if letter < "\u0250":
        return letter.isprintable() or letter in "\t\n\r"
    if "\u3000" <= letter <= "\u30ff" or "\uff00" <= letter <= "\uffee" or letter in "“”‘’—…":
        return True
    return _is_common_hanzi(letter, "gb2312", b"\xd7") or _is_common_hanzi(letter, "big5", b"\xc6")


def _is_common_hanzi(letter: str, encoding: str, last_lead: bytes) -> bool:
    return "\u4e00" <= letter <= "\u9fff" and (
        b"\xa1" < letter.encode(encoding, errors="replace")[:1] <= last_lead
    )


def _is_common_kanji(letter: str) -> bool:
    code = letter.encode("cp932", errors="replace")
    return len(code) == 2 and b"\x88" <= code[:1] <= b"\x97"


def _is_kana(letter: str) -> bool:
    return "\u3040" <= letter <= "\u30ff"


def _east_asian_score(
    sample: bytes, encoding: str, *, is_common: Callable[[str], bool], needs: Callable[[str], bool]
) -> float:
    """Share of everyday letters among those beyond ASCII, punctuation aside."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return 0.0
    letters = [letter for letter in text if letter > "\x7f" and not _is_cjk_punctuation(letter)]
    if not letters or not any(map(needs, letters)):
        return 0.0
    return sum(map(is_common, letters)) / len(letters)


def _is_cjk_punctuation(letter: str) -> bool:
    return "\u2010" <= letter <= "\u303f" or "\uff00" <= letter <= "\uff60"


def _latin_score(sample: bytes) -> float:
    """Share of letters among the high bytes, if most of them stand beside ASCII letters."""
    text = sample.decode("cp1252", errors="replace")
    high = [index for index, letter in enumerate(text) if letter > "\x7f"]
    if not high:
        return 0.0
    good = sum(
        1 for index in high if _is_latin_here(text[max(index - 1, 0) : index + 2], text[index])
    )
    return good / len(high)


def _is_latin_here(neighbourhood: str, letter: str) -> bool:
    has_ascii_neighbour = any(other < "\x7f" for other in neighbourhood)
    return has_ascii_neighbour and (letter.isalpha() or letter in "’‘“”–—…€£°«»§©®·¿¡")


_SCORES: dict[str, Callable[[bytes], float]] = {
    "gb18030": partial(
        _east_asian_score,
        encoding="gb18030",
        is_common=lambda letter: _is_common_hanzi(letter, "gb2312", b"\xd7"),
        needs=lambda letter: "\u4e00" <= letter <= "\u9fff",
    ),
    "big5": partial(
        _east_asian_score,
        encoding="big5",
        is_common=lambda letter: _is_common_hanzi(letter, "big5", b"\xc6"),
        needs=lambda letter: "\u4e00" <= letter <= "\u9fff",
    ),
    "cp932": partial(
        _east_asian_score,
        encoding="cp932",
        is_common=lambda letter: _is_kana(letter) or _is_common_kanji(letter),
        needs=_is_kana,
    ),
    "euc_jp": partial(
        _east_asian_score,
        encoding="euc_jp",
        is_common=lambda letter: _is_kana(letter) or _is_common_kanji(letter),
        needs=_is_kana,
    ),
    "cp949": partial(
        _east_asian_score,
        encoding="cp949",
        is_common=lambda letter: "\uac00" <= letter <= "\ud7a3",
        needs=lambda letter: "\uac00" <= letter <= "\ud7a3",
    ),
    "cp1252": _latin_score,
}
