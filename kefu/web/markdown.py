"""Markdown from models and documents as HTML that can do no harm.

Rules are allowed one by one, so whatever is not named here (HTML, images) stays text; markdown-it
escapes all text, and links lead to http and https only.
"""

import re
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from kefu.web.highlighting import highlight

ANSWER_RULES = ("list", "fence", "table", "newline", "escape", "backticks", "emphasis")
LINK_RULES = ("link", "autolink", "entity")
EXCERPT_RULES = ("heading", "lheading", "blockquote", "hr", "code", "strikethrough")
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}  # below the page's own
MARKER = re.compile(r"\[(\d{1,3})\]")
CHINESE_LINE_END = re.compile("[\u3000-\u9fff\uff00-\uffef]{2}")
SAFE_LINK = re.compile(r"https?://", re.IGNORECASE)

Attributes = Mapping[str, str]


def render_answer(text: str, citations: Mapping[int, Attributes]) -> str:
    """Render an answer; a marker such as [1] becomes a link with the attributes given for it."""
    return _finish(_ANSWER, _ANSWER.parse(text, {"citations": citations}))


def render_excerpt(text: str, *, quote: str = "") -> str:
    """Render a part of a document and mark the quote in it, if it is there."""
    tokens = _EXCERPT.parse(text)
    for token in tokens:
        _join_chinese_lines(token.children or [])
        token.tag = HEADINGS.get(token.tag, token.tag)
    return _finish(_EXCERPT, highlight(tokens, _EXCERPT.parse(quote)))


def _finish(parser: MarkdownIt, tokens: Sequence[Token]) -> str:
    return str(parser.renderer.render(_wrap_tables(_guard_links(tokens)), parser.options, {}))


def _guard_links(tokens: Sequence[Token]) -> Sequence[Token]:
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open" and child.info != "citation":
                child.attrs.update(target="_blank", rel="noopener noreferrer nofollow")
    return tokens


def _join_chinese_lines(children: Sequence[Token]) -> None:
    """Drop line ends inside Chinese sentences, where a browser would show a space."""
    for before, line_end, after in zip(children, children[1:], children[2:], strict=False):
        if line_end.type == "softbreak" and CHINESE_LINE_END.fullmatch(
            before.content[-1:] + after.content[:1]
        ):
            line_end.type, line_end.content = "text", ""


def _wrap_tables(tokens: Sequence[Token]) -> list[Token]:
    """Put every table into an element that scrolls, by keyboard too."""
    wrapped: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            attributes: dict[str, str | int | float] = {"class": "table-scroll", "tabindex": "0"}
            wrapped.append(Token("div_open", "div", 1, attrs=attributes, block=True))
        wrapped.append(token)
        if token.type == "table_close":
            wrapped.append(Token("div_close", "div", -1, block=True))
    return wrapped


def _cite(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the signature is given
    match = MARKER.match(state.src, state.pos)
    if match is None or int(match[1]) not in state.env["citations"]:
        return False
    if not silent:
        link = state.push("link_open", "a", 1)
        link.attrs = dict(state.env["citations"][int(match[1])])
        link.info = "citation"
        state.push("text", "", 0).content = match[1]
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True


def _build(rules: Sequence[str], *, breaks: bool) -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": breaks, "html": False}).enable([*rules, *LINK_RULES])
    parser.validateLink = lambda url: SAFE_LINK.match(url) is not None  # type: ignore[method-assign]
    return parser


_ANSWER = _build(ANSWER_RULES, breaks=True)
_ANSWER.inline.ruler.before("link", "citation", _cite)
_EXCERPT = _build((*ANSWER_RULES, *EXCERPT_RULES), breaks=False)
