"""JSON as models miswrite it: other quotes, comments, a comma too many, the end missing."""

import json
import re

_TOKEN = re.compile(
    r'"(?:\\.|[^"\\])*"|“(?P<curly>[^“”]*)”'
    r"|(?<=[\[{,:：，\s])'(?P<single>(?:\\.|[^'\\])*)'(?=\s*[\]},:：，])"
    r"|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<comma>[,，])(?=\s*(?:[}\]]|$))|(?P<mark>[，：])|[{}\[\]]"
    r'|(?P<open>["“])',
    re.DOTALL,
)
_MARKS = {"，": ",", "：": ":"}
_CLOSING = {"{": "}", "[": "]"}


def tighten(text: str) -> str:
    """The text from its first brace on as JSON, as far as its form is what is wrong with it.

    Nothing is made up: a string that was cut off stays open, and so stays unreadable.
    """
    start = text.find("{")
    if start < 0:
        return ""
    open_ends: list[str] = []
    is_cut = False

    def mend(token: re.Match[str]) -> str:
        nonlocal is_cut
        found = token[0]
        inner = token["curly"] if token["curly"] is not None else token["single"]
        if inner is not None:
            return json.dumps(inner.replace("\\'", "'"), ensure_ascii=False)
        if token["comment"] or token["comma"]:
            return ""
        is_cut = is_cut or bool(token["open"])
        if found in _CLOSING:
            open_ends.append(_CLOSING[found])
        elif open_ends and found == open_ends[-1]:
            open_ends.pop()
        return _MARKS.get(found, found)

    mended = _TOKEN.sub(mend, text[start:])
    return mended if is_cut else mended.rstrip() + "".join(reversed(open_ends))
