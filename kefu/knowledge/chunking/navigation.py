"""Texts that only point elsewhere and answer nothing themselves."""

import re

_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")
_RELATED = re.compile(
    r"(?:\d+[.、]\s*)?(?:related(?: \w+){0,3}|see also"
    r"|(?:additional|more|useful) (?:links|resources|references|information)"
    r"|references?|further reading|links"
    r"|(?:相关|更多|参考|友情|延伸)(?:文档|链接|操作|主题|参考|资料|信息|阅读|产品|内容|文章|接口|API)+"
    r"|参考|另请参见)\s*[:：]?",
    re.IGNORECASE,
)
_TOOL = re.compile(r"api\s*explorer|openapi|swagger|error\s*cent(?:er|re)|错误中心", re.IGNORECASE)
_TRYING = re.compile(r"debug|try it|调试", re.IGNORECASE)
_BOLD_LINE = re.compile(r"(?:\*\*|__)([^*_\n]+)(?:\*\*|__)\s*[:：]?\s*(?:\n|\Z)")
_MARKER = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")
_SENTENCE_END = re.compile(r"[。！？!?；;]|[a-z)][.](?=\s|$)")
_POINTER = re.compile(
    r"(?:for (?:more|further|detailed) (?:information|details)\b.*|see|refer to|详情|更多\S{0,12}"
    r"|请参[见考阅]|参[见考阅])[^。.]*[。.]?",
    re.IGNORECASE,
)
_LONGEST = 600
_LONGEST_TITLE = 100


def is_navigation(text: str, *, heading: str = "") -> bool:
    """Whether a text under a heading is a lone link, or a bare list of related documents."""
    if len(text) > _LONGEST or "```" in text or "\n|" in text or text.startswith("|"):
        return False
    own = _BOLD_LINE.match(text)
    if own:
        heading, text = own[1], text[own.end() :]
    links = _LINK.findall(text)
    if len(links) == 1 and (
        not re.search(r"\w", _LINK.sub("", text)) or _points_to_tool(text, heading, *links[0])
    ):
        return True
    return bool(_RELATED.fullmatch(heading.strip())) and all(
        map(_is_bare, filter(str.strip, text.split("\n")))
    )


def _points_to_tool(text: str, heading: str, words: str, address: str) -> bool:
    """Whether all it says is that the reader can use the tool behind the link."""
    if not _TOOL.search(f"{words} {address}"):
        return False
    sentences = len(_SENTENCE_END.findall(_LINK.sub("x", text)))
    return sentences <= 1 or bool(_TRYING.search(heading))


def _is_bare(line: str) -> bool:
    """Whether a line is a title, with or without a link, and says nothing."""
    words = _LINK.sub(r"\1", _MARKER.sub("", line, count=1)).strip()
    return bool(_POINTER.fullmatch(words)) or (
        len(words) <= _LONGEST_TITLE and not _SENTENCE_END.search(words.rstrip("?？"))
    )
