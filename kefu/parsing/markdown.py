"""Markdown as people and export tools really write it, brought to one clean form."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from kefu.parsing.encoding import read_text
from kefu.parsing.icons import mark_image, name_images
from kefu.parsing.limits import ParseLimits
from kefu.parsing.markup import convert_fragment
from kefu.parsing.metadata import pick_title, pick_url, split_front_matter
from kefu.parsing.pipe_tables import repair_tables
from kefu.parsing.records import ParsedDocument

_FENCE = re.compile(r"[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})([^`]*)$")
_ATTRIBUTES = re.compile(r"""[ \t]*\{:?[ \t]*(?:[#.][\w:-]+|[\w-]+="[^"]*")(?:[ \t]+[^{}\n]*)?\}""")
_INDENTED = re.compile(r"(?: {4}|\t)\s*\S")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_WIDE_MARKER = re.compile(r"^([ \t]*(?:[-*+]|\d{1,9}[.)]))[ \t]{2,4}(?=\S)")
_SETEXT = re.compile(r"[ ]{0,3}(=+|-{2,})[ \t]*$")
_RULE_OFF = re.compile(r"[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_STARTS_BLOCK = re.compile(r"[ \t]*(?:#{1,6}\s|>|\||[-*+]\s|\d{1,9}[.)]\s)")
_CODE_SPAN_OR = r"(?P<code>(?<!`)(`+)(?!`).{1,2000}?(?<!`)\2(?!`))"
_COMMENT = re.compile(_CODE_SPAN_OR + r"|<!--.*?(?:-->|\Z)", re.DOTALL)
_BLOCK_ELEMENT = re.compile(
    r"^[ \t]*<(table|ul|ol|dl|pre|h[1-6]|details|blockquote|script|style)\b[^>]*>",
    re.IGNORECASE | re.MULTILINE,
)
_LINK = re.compile(
    _CODE_SPAN_OR
    + r"|(?P<image>!)?\[(?P<text>(?:[^\[\]\\]|\\.|\[[^\[\]\n]{0,200}\]){0,1000})\]"
    + r"\([ \t]*<?(?P<target>(?:[^()<>\n]|\([^()\n]{0,200}\)){0,2000}?)>?"
    + r"(?:[ \t]+[\"'][^\"'\n]*[\"'])?[ \t]*\)"
)
_TAG = re.compile(
    _CODE_SPAN_OR + r"|</?(?P<name>a|abbr|b|big|br|center|code|del|div|em|figure|"
    r"figcaption|font|hr|i|iframe|img|ins|kbd|label|mark|p|picture|s|section|small|source|span|"
    r"strike|strong|sub|summary|details|sup|tt|u|var|video|wbr)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    _CODE_SPAN_OR
    + r"|<(?P<hidden>p|div|span|section|font|small|details|sup|sub|a)\b(?=[^<>]{0,2000}?"
    r"(?:\shidden\b|(?:display[ \t]*:[ \t]*none|visibility[ \t]*:[ \t]*hidden)))[^<>]{0,2000}>"
    r"[^<]{0,20000}</(?P=hidden)[ \t]*>",
    re.IGNORECASE,
)
_ALTERNATIVE = re.compile(r"""\balt[ \t]*=[ \t]*["']([^"'<>]*)["']""", re.IGNORECASE)
_ESCAPE = re.compile(_CODE_SPAN_OR + r"|\\([!\"#$%&'()*+,\-./:;<=>?@\[\]^_{}~])")
_STRUCTURAL_ESCAPE = re.compile(r"^([ \t]*)(?:\\([#>+\-*=~])|(\d{1,9})\\([.)]))(?=\s|\2|$)")
_ENTITY = re.compile(_CODE_SPAN_OR + r"|&(?:[a-zA-Z]{2,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_BREAKING = frozenset(["br", "p", "div", "section", "figure", "details", "summary", "hr", "center"])


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:  # noqa: ARG001
    """One Markdown file."""
    fields, text = split_front_matter(read_text(path).replace("\f", "\n"))
    markdown = clean(text)
    stated = fields.pop("title", "")
    yield ParsedDocument(
        title=pick_title(markdown, path, stated=stated),
        markdown=markdown,
        format="markdown",
        url=pick_url(fields.get("url"), fields.get("permalink"), fields.get("canonical")),
        metadata=fields,
    )


def clean(text: str) -> str:
    """Markdown without export marks, dead links and inline HTML, with whole tables."""
    parts = []
    for is_code, lines in _segments(_with_whole_tables(text)):
        parts.append("\n".join(lines) if is_code else _clean_prose("\n".join(lines)))
    return _without_blank_runs("\n".join(parts))


def _with_whole_tables(text: str) -> list[str]:
    return repair_tables(text.expandtabs(4).split("\n"))


def _segments(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """Runs of lines that are code and runs that are not."""
    prose: list[str] = []
    at = 0
    in_list = False
    while at < len(lines):
        line = lines[at]
        end = _code_end(lines, at, in_list=in_list)
        if end > at:
            yield False, prose
            prose = []
            yield True, _tidy_fence(lines[at:end])
            at = end
            continue
        if line.strip():
            in_list = bool(_LIST_ITEM.match(line)) or (in_list and line.startswith(" "))
        prose.append(line)
        at += 1
    yield False, prose


def _code_end(lines: list[str], at: int, *, in_list: bool) -> int:
    """The line behind the code that begins at a line, or that line itself."""
    opening = _FENCE.match(lines[at])
    if opening:
        closing = re.compile(rf"[ \t]*{opening[1][0]}{{{len(opening[1])},}}[ \t]*$")
        for end in range(at + 1, len(lines)):
            if closing.match(lines[end]):
                return end + 1
        return len(lines)
    is_after_blank = at == 0 or not lines[at - 1].strip()
    end = at
    while not in_list and is_after_blank and end < len(lines) and _INDENTED.match(lines[end]):
        end += 1
    return end


def _tidy_fence(lines: list[str]) -> list[str]:
    opening = _ATTRIBUTES.sub("", lines[0])
    found = _FENCE.match(opening)
    if not found:
        return lines
    if len(lines) > 1 and _FENCE.match(lines[-1]):
        return [opening.rstrip(), *lines[1:]]
    indent = opening[: len(opening) - len(opening.lstrip())]
    return [opening.rstrip(), *lines[1:], indent + found[1]]


def _clean_prose(text: str) -> str:
    text = _HIDDEN.sub(_keep_code, _COMMENT.sub(_keep_code, text))
    text = _convert_elements(text)
    text = _LINK.sub(_plain_link, text)
    text = _TAG.sub(_plain_tag, text)
    text = _ENTITY.sub(_plain_entity, text)
    lines = text.replace("\u00a0", " ").split("\n")
    return "\n".join(_clean_lines([name_images(line) for line in lines]))


def _plain_entity(found: re.Match[str]) -> str:
    """The letter it stands for, a border still escaped."""
    return found["code"] or html.unescape(found[0]).replace("|", "\\|")


def _keep_code(found: re.Match[str]) -> str:
    return found["code"] or ""


def _convert_elements(text: str) -> str:
    """Tables, lists and the like written as HTML become Markdown."""
    parts = []
    at = 0
    while opening := _BLOCK_ELEMENT.search(text, at):
        end = _element_end(text, opening)
        parts.append(text[at : opening.start()])
        parts.append(f"\n\n{convert_fragment(text[opening.start() : end])}\n\n")
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _element_end(text: str, opening: re.Match[str]) -> int:
    depth = 0
    for tag in re.compile(rf"<(/?){opening[1]}\b[^>]*>", re.IGNORECASE).finditer(
        text, opening.start()
    ):
        depth += -1 if tag[1] else 1
        if depth <= 0:
            return tag.end()
    return opening.end()


def _plain_link(found: re.Match[str]) -> str:
    if found["code"]:
        return found["code"]
    text, target = " ".join(found["text"].split()), found["target"].strip()
    if found["image"]:
        return mark_image(text)
    if "![" in text:
        text = _LINK.sub(_plain_link, text)
    is_alive = target.startswith(("http://", "https://", "mailto:", "tel:")) and text
    return f"[{text}]({target})" if is_alive else text


def _plain_tag(found: re.Match[str]) -> str:
    if found["code"]:
        return found["code"]
    name = found["name"].lower()
    if name == "code":
        return "`"
    if name == "img":
        return mark_image(alternative[1] if (alternative := _ALTERNATIVE.search(found[0])) else "")
    line_start = found.string.rfind("\n", 0, found.start()) + 1
    if name not in _BREAKING or found.string[line_start : found.start()].lstrip().startswith("|"):
        return " " if name in _BREAKING else ""
    return "\n" if name == "br" else "\n\n"


def _clean_lines(lines: list[str]) -> Iterator[str]:
    for at, line in enumerate(lines):
        underline = _SETEXT.match(line)
        above = lines[at - 1] if at else ""
        if underline and above.strip() and not _STARTS_BLOCK.match(above):
            continue
        if _RULE_OFF.match(line):
            yield ""
            continue
        yield _heading_of(lines, at) + _clean_line(line)


def _heading_of(lines: list[str], at: int) -> str:
    """The heading mark for a line that the next one underlines."""
    line = lines[at]
    underline = _SETEXT.match(lines[at + 1]) if at + 1 < len(lines) else None
    if not underline or not line.strip() or _STARTS_BLOCK.match(line) or _SETEXT.match(line):
        return ""
    return "# " if underline[1].startswith("=") else "## "


def _clean_line(line: str) -> str:
    line = _ATTRIBUTES.sub("", line).rstrip()
    line = _WIDE_MARKER.sub(r"\1 ", line)
    kept = _STRUCTURAL_ESCAPE.match(line)
    head, rest = (line[: kept.end()], line[kept.end() :]) if kept else ("", line)
    rest = _ESCAPE.sub(lambda found: found["code"] or found[3], rest)
    if not head and rest.startswith(" ") and not rest.startswith("  "):
        rest = rest[1:]
    return head + rest


def _without_blank_runs(text: str) -> str:
    return re.sub(r"\n[ \t]*\n(?:[ \t]*\n)+", "\n\n", text).strip("\n").rstrip()
