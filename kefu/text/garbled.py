"""Text that was saved in one encoding and read in another, and letters of other scripts."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from kefu.text.normalise import HAN

LEAST_DECODED = 0.9
"""Of the bytes of Chinese characters, for them to be the bytes of others."""

LEAST_SHARE = 0.01
"""Of the letters that are known, for a script to be one of theirs."""

_TAIL = "\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LATIN = re.compile(rf"[ÂÃ][\u00a1-\u00bf]|[à-ï][{_TAIL}]{{2}}|ï»¿")
"""Two or three bytes of UTF-8 read as Latin letters."""

_TORN = re.compile(r"[À-ô][\u00a1-\u00bf]")
"""What is left of them where control characters were dropped; once it may be an accident."""

_LOST = re.compile(r"\ufffd|锟斤拷|(?:烫|屯){3}|\?{4}")
_HAN = re.compile(f"[{HAN}]")
_RUN = re.compile(rf"[{HAN}]{{4,}}")


def find_garbled(text: str) -> Iterator[str]:
    """The lines that cannot be read."""
    for line in text.splitlines():
        if _is_garbled(line):
            yield line.strip()


def count_scripts(texts: Iterable[str]) -> Counter[str]:
    """Letters by script, as LATIN, CJK, CYRILLIC."""
    letters = Counter(letter for text in texts for letter in text if letter.isalpha())
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[unicodedata.name(letter, "?").partition(" ")[0]] += count
    return scripts


def is_foreign(text: str, known: Counter[str]) -> bool:
    """Whether most letters are of scripts that hardly any of the known letters has."""
    usual = {script for script, count in known.items() if count >= LEAST_SHARE * known.total()}
    own = count_scripts([text])
    return sum(count for script, count in own.items() if script not in usual) > own.total() / 2


def _is_garbled(line: str) -> bool:
    if line.isascii():
        return "????" in line
    if _LOST.search(line) or _LATIN.search(line) or len(_TORN.findall(line)) > 1:
        return True
    return any(_is_misread(run) for run in _RUN.findall(line))


def _is_misread(run: str) -> bool:
    """Whether Chinese characters are the bytes of others in UTF-8, three each."""
    data = run.encode("gb18030", "ignore")
    meant = _HAN.findall(data.decode("utf-8", "ignore"))
    return 3 * len(meant) >= LEAST_DECODED * len(data)
