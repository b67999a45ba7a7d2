"""Where a sentence ends, in Chinese and English prose."""

import re
from collections.abc import Iterator

from kefu.text.normalise import HAN

LONGEST_ASIDE = 300
"""Characters a bracket may span and still hold its sentences together."""

_TITLES = "cf dr e.g i.e mr mrs ms mt prof viz vs"
_BEFORE_NUMBERS = """
    approx apr art aug ca ch co corp dec dept ed eq est etc ext feb fig figs inc incl jan jul jun
    ltd mar max min no nos nov oct op p para pp ref sec sep sept st tab tel v vol
    """
_NEVER_LAST = frozenset(_TITLES.split())
_LAST_UNLESS_NUMBERED = frozenset(_BEFORE_NUMBERS.split())

_CLOSERS = "”’」』）)】》\\]\"'*_"
_MARK = re.compile(f"([。！？!?…]+|\\.+)([{_CLOSERS}]*)")
_HAN_LETTER = re.compile(f"[{HAN}]")
_LAST_WORD = re.compile(r"[^\s()（）\[\]\"“”]+$")
_STARTS_LOWER = re.compile(r"[\"'“‘(\[*_]*[a-z](?![a-z]*[A-Z])")
_INITIALS = re.compile(r"(?:[A-Z]\.)*[A-Z]|\d{1,3}")
_PROTECTED = re.compile(
    r"`[^`\n]+`|https?://[^\s\u3000-\u303f\uff00-\uffef]+"
    rf"|\[[^\]]{{1,{LONGEST_ASIDE}}}\]\([^)\s]*\)"
    rf"|（[^（）]{{1,{LONGEST_ASIDE}}}）|\([^()]{{1,{LONGEST_ASIDE}}}\)"
    rf"|“[^“”]{{1,{LONGEST_ASIDE}}}(?<!。)”(?=[{HAN}，、；])"
)


def sentence_ends(prose: str) -> Iterator[int]:
    """Give the offsets behind the closing mark of each sentence but an unmarked last one.

    Decimals, versions, addresses, abbreviations, initials, list numbers, and marks within brackets
    or within a quotation that the sentence goes on after, end nothing.
    """
    protected = [(match.start(), match.end()) for match in _PROTECTED.finditer(prose)]
    begin = 0
    for mark in _MARK.finditer(prose):
        while protected and protected[0][1] <= mark.start():
            protected.pop(0)
        if protected and _is_inside(protected[0], mark, prose[begin : protected[0][0]]):
            continue
        if _is_end(prose, begin, mark):
            begin = mark.end()
            yield begin


def _is_inside(region: tuple[int, int], mark: re.Match[str], before: str) -> bool:
    """Whether the mark belongs to the region; an aside in brackets may be a sentence itself."""
    start, end = region
    is_whole_sentence = mark.end() == end and not before.strip()
    return start < mark.start() and mark.end(1) < end and not is_whole_sentence


def _is_end(prose: str, begin: int, mark: re.Match[str]) -> bool:
    after = prose[mark.end() : mark.end() + 40]
    if not after.strip():
        return True
    if after.lstrip()[0] in "，,；;、：:）)":
        return False
    if "。" in mark[1] or "！" in mark[1] or "？" in mark[1]:
        return not mark[2].strip("*_") or "。" in mark[1] or not _HAN_LETTER.match(after)
    before = prose[begin : mark.start()]
    if mark[1].startswith("."):
        return _is_full_stop(before, mark, after)
    return _has_break(before, after) and not _STARTS_LOWER.match(after.lstrip())


def _has_break(before: str, after: str) -> bool:
    """A sentence is followed by space, or joined to Chinese characters on either side."""
    return after[0].isspace() or bool(_HAN_LETTER.match(after) and _HAN_LETTER.search(before[-20:]))


def _is_full_stop(before: str, mark: re.Match[str], after: str) -> bool:
    if not after[0].isspace():
        return bool(_HAN_LETTER.search(before[-1:]) and _HAN_LETTER.match(after))
    if _STARTS_LOWER.match(after.lstrip()):
        return False
    last = _LAST_WORD.search(before)
    if mark[1] != "." or not last:
        return True
    word = last[0].strip("*_'’,;").removesuffix(".")
    if word.lower() in _NEVER_LAST:
        return False
    if word.lower() in _LAST_UNLESS_NUMBERED:
        return not after.lstrip()[0].isdigit()
    starts_sentence = not before[: last.start()].strip()
    return not (_INITIALS.fullmatch(word) and (starts_sentence or word[-1].isalpha()))
