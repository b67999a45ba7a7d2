"""Lists that lead to other documents; they are neither steps nor answers."""

import re
from collections.abc import Sequence

from kefu.retrieval import Hit
from kefu.text import Span, SpanKind

_LINK = re.compile(r"\[[^\]\n]+\]\([^)\n]*\)|<?https?://\S+")
_LEADS_AWAY = re.compile(
    r"\W*(?:相关(?:文档|文章|链接|资料|参考|内容|阅读|信息|主题|问题)|参考(?:文档|资料|链接|信息)?|参见|更多(?:文档|信息)"
    r"|延伸阅读|后续阅读|您可以参考以下.*|常见问题文档"
    r"|references?|related (?:\w+ )?(?:topics?|documents?|documentation|links?|articles?"
    r"|information|content|references?)|see also|further reading|more information"
    r"|additional resources)\W*",
    re.IGNORECASE,
)
_SENTENCE_MARK = re.compile(r"[。！；;.!](?:\s|$)|[：:，,]")


def without_links(hit: Hit, spans: Sequence[Span]) -> list[Span]:
    """The spans of a chunk without items that are a link and nothing else.

    Items without a whole sentence in a list of related documents are taken for such links, too.
    """
    is_away = bool(hit.heading_path) and bool(_LEADS_AWAY.fullmatch(hit.heading_path[-1]))
    kept = []
    for span in spans:
        if span.kind is SpanKind.HEADING:
            is_away = bool(_LEADS_AWAY.fullmatch(span.text))
        elif span.kind is SpanKind.SENTENCE and not is_away:
            is_away = bool(_LEADS_AWAY.fullmatch(span.text))
            if is_away:
                continue
        if not _is_link(span, is_away=is_away):
            kept.append(span)
    return kept


def _is_link(span: Span, *, is_away: bool) -> bool:
    if span.kind not in (SpanKind.LIST_ITEM, SpanKind.SENTENCE):
        return False
    rest = _LINK.sub("", span.text)
    if rest != span.text and not re.search(r"\w", rest):
        return True
    return is_away and not _SENTENCE_MARK.search(rest)
