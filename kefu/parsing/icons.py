"""Images inside a sentence, which their alternative text stands for; all others leave no trace."""

import re

_MARK = "\x01"
_LONGEST_NAME = 60
_IMAGE = re.compile(rf"{_MARK}([^{_MARK}]*){_MARK}")
_BOLD = re.compile(rf"\*\*[ \t]*((?:{_MARK}[^{_MARK}]*{_MARK}[ \t]*)+)\*\*")
_WITH_SPACE = re.compile(
    rf"(?P<margin>[ \t]*)(?P<images>{_MARK}[^{_MARK}]*{_MARK}(?:[ \t]*{_MARK}[^{_MARK}]*{_MARK})*)"
    r"(?P<after>[ \t]*)"
)
_NUMBER_BEHIND = re.compile(r"[\s_\-–—.]*\d{1,4}$")
_NO_NAME = re.compile(
    r"\W*|.|[\x00-\x7f]?\d*|(?:the |an? )?(?:icons?|images?|img|pics?|pictures?|figures?|"
    r"screenshots?|alt|mark|icon\d+)|图(?:片|标|示|像)?|截图|\S+\.(?:png|jpe?g|gif|svg|webp)",
    re.IGNORECASE,
)
_KIND = re.compile(r"[ \t]*\**[ \t]*(icon|button|图标|按钮|按鈕|圖示)", re.IGNORECASE)
_NO_SENTENCE_BEFORE = re.compile(r"(?:.*[。！？!?；;：:.|]|[ \t]*(?:[-*+]|\d{1,9}[.)])?)[\s*_]*$")
_NOTHING_BEHIND = re.compile(r"[\s*_]*(?:\||$)")
_LABEL_BEHIND = re.compile(r"[ \t]*[：:，,、]")
_CLOSING = ",.;:!?)，。；：！？）、"
_LATIN_END = re.compile(r"[A-Za-z0-9]$")
_LATIN_START = re.compile(r"[A-Za-z0-9]")


def mark_image(alternative: str) -> str:
    """What stands for an image until its line is complete."""
    return f"{_MARK}{' '.join(alternative.split())}{_MARK}"


def name_images(line: str) -> str:
    """The line with images inside its sentences named, and without all others."""
    if _MARK not in line:
        return line
    return _WITH_SPACE.sub(_replace, _BOLD.sub(r"\1", line))


def _replace(found: re.Match[str]) -> str:
    margin, after = found["margin"], found["after"]
    before = _IMAGE.sub("", found.string[: found.start()])
    behind = _IMAGE.sub("", found.string[found.end() :])
    names = [_name(each, before, after + behind) for each in _IMAGE.findall(found["images"])]
    name = " ".join(each for each in names if each)
    if name and _stands_in_sentence(before, behind):
        is_glued = not margin and _LATIN_END.search(before) and _LATIN_START.match(name)
        runs_on = not after and _LATIN_END.search(name) and _LATIN_START.match(behind)
        return f"{margin}{' ' if is_glued else ''}{name}{' ' if runs_on else after}"
    if not before or not behind:
        return margin if not before else ""
    return "" if behind[0] in _CLOSING else max(margin, after, key=len)[:1]


def _name(alternative: str, before: str, behind: str) -> str:
    """What the text calls the image, without what its sentence says already; empty for nothing."""
    name = _NUMBER_BEHIND.sub("", alternative).strip(" *_`|")
    kind = _KIND.match(behind)
    if kind and name.lower().endswith(kind[1].lower()):
        name = name[: -len(kind[1])].rstrip()
    if f" {before}".rstrip(" *").lower().endswith(" the") and name.lower().startswith("the "):
        name = name[4:]
    return "" if len(name) > _LONGEST_NAME or _NO_NAME.fullmatch(name) else name


def _stands_in_sentence(before: str, behind: str) -> bool:
    if _NOTHING_BEHIND.match(behind):
        return False
    return not _NO_SENTENCE_BEFORE.match(before) or bool(_LABEL_BEHIND.match(behind))
