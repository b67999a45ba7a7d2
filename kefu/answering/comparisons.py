"""What is asked of each side of a comparison, so that the sides can be looked for one by one.

The chunk nearest to a comparison is mostly about one of the two.
"""

import re
from collections.abc import Sequence

import rjieba

from kefu.answering.evidence import heading
from kefu.retrieval import Hit
from kefu.text import detect_language, index_terms, query_terms

LONGEST_NAME = 60  # characters of one side of a comparison
LONGEST_COMPARISON = 200
LEAST_SHARED = 0.75  # of what is asked of both sides, held by a text that answers for both

_SIDE_ZH = rf"[^，。？?和与跟]{{2,{LONGEST_NAME}}}?"
_SIDE_EN = rf"[^,.?]{{2,{LONGEST_NAME}}}?"
_NAME_EN = r"(?!(?:not|no|more|less|so|what|how|when)\b)[\w.+-]+(?: [\w.+-]+){0,3}?"
_AND_EN = r"(?:and|with|to|versus|vs\.?)"
_COMPARISONS = (
    # A 和 B 的备份有什么不同
    rf"(?P<a>{_SIDE_ZH})\s*(?:和|与|跟|还是|vs\.?|对比)\s*(?P<b>{_SIDE_ZH})"
    r"\s*(?:之间)?(?:的(?P<of>[^，。？?]{1,60}?))?"
    r"(?:有什么|有何|有|的)*(?:区别|不同|差异|差别|哪个[^，。？?]*|哪种[^，。？?]*)[？?。]?$",
    # A 跟 B 的上限比起来差多少
    rf"(?P<a>{_SIDE_ZH})\s*(?:和|与|跟)\s*(?P<b>[\w.+-]+)\s*(?:的|\s)(?P<of>[^，。？?]{{2,60}}?)"
    r"(?:比起来|相比|之间)?(?:相?差(?:了)?(?:多少|几\w?|多大|多远)|(?:哪个|谁)更?\w{1,6})[？?。]?$",
    # What is the difference in storage between A and B
    r"\b(?:differences?|compare|comparison)\s+"
    rf"(?:(?:in (?P<of>{_SIDE_EN})\s+)?between\s+|of\s+)?"
    rf"(?P<a>{_SIDE_EN})\s+{_AND_EN}\s+(?P<b>{_SIDE_EN})[?.]?$",
    # Compare the storage in A and B
    rf"\bcompare\s+(?P<of>{_SIDE_EN})\s+(?:in|of|for|between|on|with)\s+"
    rf"(?P<a>{_NAME_EN})\s+{_AND_EN}\s+(?P<b>{_NAME_EN})[?.]?$",
    # How do A and B compare in price
    rf"\bhow (?:do|does|did)\s+(?P<a>{_SIDE_EN})\s+(?:and|or)\s+(?P<b>{_SIDE_EN})\s+"
    rf"(?:compare|differ)(?:\s+(?:in|by|on)\s+(?P<of>{_SIDE_EN}))?[?.]?$",
    # A vs B: what is the price of each
    rf"^(?P<a>{_NAME_EN})\s+(?:versus|vs\.?|or)\s+(?P<b>{_NAME_EN})[:,]\s+(?P<of>[^?]{{3,120}})\??$",
    # Which keeps backups longer, A or B
    rf"^(?P<of>(?:which|what|who)\b[^?]{{3,120}}?)[,:]\s+(?P<a>{_NAME_EN})\s+or\s+(?P<b>{_NAME_EN})\?$",
    # Is the price higher in A or in B
    rf"^(?P<of>[^?]*?\b(?:more|less|fewer|\w{{2,}}er)\b[^?]*?)\s+(?:in|for|with|on|at)\s+"
    rf"(?P<a>{_NAME_EN})\s+or\s+(?:(?:in|for|with|on|at)\s+)?(?P<b>{_NAME_EN})(?:,[^?]*)?\?$",
    rf"^(?P<a>{_SIDE_EN})\s+(?:versus|vs\.?)\s+(?P<b>{_SIDE_EN})[?.]?$",
)
_PATTERNS = [re.compile(each, re.IGNORECASE) for each in _COMPARISONS]
_SEVERALLY = re.compile(
    rf"^(?P<a>{_SIDE_ZH})\s*(?:和|与|跟|、)\s*(?P<rest>[^。？?]{{3,80}}?分别[^。？?]{{1,40}})[？?。]?$"
)
_SEVERALLY_WORDS = re.compile(r"分别|各自|\s*\b(?:of|for|in) each\b")


def split_comparison(question: str) -> tuple[str, ...]:
    """What is asked of each side of a comparison; nothing where two are not compared."""
    asked = question.strip()
    if len(asked) > LONGEST_COMPARISON:
        return ()
    for pattern in _PATTERNS:
        if found := pattern.search(asked):
            sides = found.groupdict()
            return _ask_each(sides["a"], sides["b"], sides.get("of") or "")
    if found := _SEVERALLY.search(asked):
        second = _name_like(found["a"], found["rest"])
        return _ask_each(found["a"], second, found["rest"].removeprefix(second))
    return ()


def names_both(sides: Sequence[str], hit: Hit) -> bool:
    """Whether a text, as a table, says of both sides of a comparison what is asked."""
    first, second = (set(query_terms(side)) for side in sides)
    held = set(index_terms(f"{heading(hit)} {hit.text}"))
    shared = first & second
    return first ^ second <= held and len(shared & held) >= LEAST_SHARED * len(shared)


def _ask_each(first: str, second: str, of: str) -> tuple[str, str]:
    """The sides with what is asked of them."""
    of = _SEVERALLY_WORDS.sub("", of).strip()
    joint = "的" if of and detect_language(f"{first}{of}") == "zh" else " "
    names = (first.strip(), second.strip())
    return f"{names[0]}{joint}{of}".strip(), f"{names[1]}{joint}{of}".strip()


def _name_like(name: str, text: str) -> str:
    """The words at the beginning of a Chinese text that are about as long as a name."""
    begun = ""
    for word in rjieba.cut(text):
        if begun and len(begun) + 1 >= len(name.strip()):
            break
        begun += word
    return begun
