"""Web pages, without what surrounds their content."""

import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kefu.parsing.encoding import read_text
from kefu.parsing.limits import ParseLimits, no_text
from kefu.parsing.markup import convert_node, read_markup
from kefu.parsing.metadata import pick_title, pick_url
from kefu.parsing.records import ParsedDocument

_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.I
)
_BOILERPLATE = ", ".join(
    [
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "aside",
        "footer",
        "dialog",
        "form[role=search]",
        "[role=navigation]",
        "[role=banner]",
        "[role=contentinfo]",
        "[role=search]",
        "[role=complementary]",
        "[role=dialog]",
        "[role=alertdialog]",
        "[role=menu]",
        "[role=menubar]",
    ]
)
_BOILERPLATE_NAME = re.compile(
    r"(?:^|[\s_-])(?:(?:bread)?crumbs?|top-?bar|cookies?(?:-?(?:banner|bar|notice|consent))|sidebar|side-nav|"
    r"navbar|navigation|footer|share(?:-?(?:bar|buttons?|links?))|social(?:-?(?:links?|share))|"
    r"related(?:-?(?:articles|posts|links))|skip-?(?:link|nav|to-content)|advert(?:isement)?|"
    r"toc|table-of-contents|pagination|pager|newsletter|feedback(?:-?widget)?|was-this-helpful|page-rating|back-to-top)(?:$|[\s_-])",
    re.IGNORECASE,
)
_META = frozenset(
    ["description", "keywords", "author", "date", "language", "robots", "product", "category"]
)
_KEPT_META = _META - {"robots"}
_MIN_MAIN_SHARE = 0.3
_MAX_BOILERPLATE_SHARE = 0.5


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:  # noqa: ARG001
    """One web page."""
    page = read_markup(read_text(path, declared=_declared_encoding(path)).replace("\f", " "))
    body = page.body
    if body is None:
        raise no_text(path)
    metadata = _metadata(page)
    stated = _text(page.css_first("head title"))
    url = pick_url(
        _attribute(page, "link[rel=canonical]", "href"),
        _attribute(page, "meta[property='og:url']", "content"),
    )
    everything = convert_node(body)
    _remove_boilerplate(body)
    content = _main_part(body)
    heading = _text(content.css_first("h1"))
    markdown = convert_node(content) or everything
    yield ParsedDocument(
        title=pick_title(markdown, path, stated=heading if heading in stated else stated),
        markdown=markdown,
        format="html",
        url=url,
        metadata=metadata,
    )


def _declared_encoding(path: Path) -> str | None:
    with path.open("rb") as stream:
        found = _DECLARED.search(stream.read(2048))
    if not found:
        return None
    name = found[1].decode("ascii").lower()
    return {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252"}.get(name, name)


def _metadata(page: LexborHTMLParser) -> dict[str, str]:
    named = {
        (tag.attributes.get("name") or "").lower(): (tag.attributes.get("content") or "").strip()
        for tag in page.css("meta[name]")
    }
    return {name: value[:2000] for name, value in named.items() if name in _KEPT_META and value}


def _attribute(page: LexborHTMLParser, selector: str, name: str) -> str | None:
    tag = page.css_first(selector)
    return tag.attributes.get(name) if tag else None


def _text(node: LexborNode | None) -> str:
    return " ".join(node.text(deep=True, separator=" ").split()) if node else ""


def _main_part(body: LexborNode) -> LexborNode:
    """The element that says it is the content, if most of the text stands in it."""
    whole = len(_text(body))
    for selector in ("main", "[role=main]", "article"):
        found = body.css(selector)
        if len(found) == 1 and len(_text(found[0])) >= _MIN_MAIN_SHARE * whole:
            return found[0]
    return body


def _remove_boilerplate(body: LexborNode) -> None:
    whole = len(_text(body))
    for node in body.css(_BOILERPLATE):
        node.decompose()
    for node in body.css("header"):
        if not _stands_in_content(node) and node.css_first("h1") is None:
            node.decompose()
    for node in body.css("div[class], div[id], section[class], ul[class], ol[class], p[class]"):
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if _BOILERPLATE_NAME.search(names) and len(_text(node)) < _MAX_BOILERPLATE_SHARE * whole:
            node.decompose()


def _stands_in_content(node: LexborNode) -> bool:
    above = node.parent
    while above is not None:
        if above.tag in ("main", "article", "section"):
            return True
        above = above.parent
    return False
