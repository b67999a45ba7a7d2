"""Lines that a page had to break, as one."""

import re

_HYPHENATED = re.compile(r"[^\W\d_]{2,}[-\u00ad\u2010]$")
_STARTS_LOWER = re.compile(r"[a-zà-ÿ]")
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u201c\u201d\u2026]")


def join_lines(lines: list[str]) -> str:
    """Join the lines of a paragraph: Chinese without spaces, hyphenated words whole."""
    joined = ""
    for line in lines:
        text = line.strip()
        if not joined:
            joined = text
        elif _HYPHENATED.search(joined) and _STARTS_LOWER.match(text):
            joined = joined[:-1] + text
        elif text and _CJK.match(joined[-1]) and _CJK.match(text):
            joined += text
        else:
            joined = f"{joined} {text}".strip()
    return joined
