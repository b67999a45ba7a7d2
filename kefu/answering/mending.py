"""Mends the form of one piece of a written answer: a table, a heading, a sentence without its end.

Nothing here adds or changes a statement; what is said is verified afterwards.
"""

import re

from kefu.text import detect_language

FEWEST_WORDS, FEWEST_HAN = 3, 5  # of a line that is a sentence

_FRAME = re.compile(
    r"^\s*(?:according to|based on|as stated in|as per|per)(?: the)?"
    r"(?: provided| given| available)?"
    r" (?:excerpts?|sources?|documents?|context|information|texts?)(?: provided| given| above)?"
    r"(?: ?[\[【(（]?\d{1,2}[\]】)）]?)?\s*,\s*"
    r"|^\s*(?:根据|依据|按照)(?:所?提供的|以上|上述|给定的|现有)?(?:摘录|资料|文档|来源|内容|信息)"
    r"\s*(?:[\[【(（]?\d{1,2}[\]】)）]?)?(?:可知|显示)?\s*[，,：:]\s*"
    r"|^\s*(?:the )?(?:final )?(?:answer|response)\s*:\s*"
    r"|^\s*(?:最终)?(?:答案?|回答|答复)\s*[：:]\s*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^(\s*)#{1,6}[ \t]+(?P<title>[^\n]*)")
_SENTENCE_END = re.compile(r"[.!?。！？…:：;；]['\"”’)）*_]*$")
_LIST_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)、])\s")
_CODE = re.compile(r"[`=<>{}/\\|_]|--|\w\(")
_HAN = re.compile(r"[\u3400-\u9fff]")
_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*")
_FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>\w*)")
_MARKUP = ("markdown", "md")


def mend_fence(piece: str) -> str:
    """A block of code with its end; a table that stands in one alone."""
    fence = _FENCE.match(piece)
    if fence is None:
        return piece
    head, *lines = piece.rstrip().split("\n")
    ends = [line.strip() == fence["mark"] for line in lines]
    if fence["info"].lower() in _MARKUP:
        kept = [line for line, is_end in zip(lines, ends, strict=True) if not is_end]
        return "\n".join(kept) + "\n\n"
    if any(ends) or not lines:
        return piece
    return "\n".join((head, *lines, fence["mark"])) + "\n"


def mend_table(piece: str, *, is_last: bool) -> str:
    """A table with its rule, of rows as long as its head; a row that was cut off is left out."""
    body = piece.strip("\n")
    lines = [line.strip() for line in body.split("\n")]
    if is_last and len(lines) > 2 and lines[0].endswith("|") and not _ends_row(lines[-1]):
        lines.pop()
    if not _is_whole(lines):
        lines = _rebuild(lines)
    return piece.replace(body, "\n".join(lines))


def mend_sentence(text: str) -> str:
    """A sentence without what frames it, with its end; a mere heading is nothing."""
    heading = _HEADING.match(text)
    if heading is not None:
        says = bool(_SENTENCE_END.search(heading["title"].strip()))
        return heading[1] + text[heading.start("title") :] if says else ""
    framed = _FRAME.match(text)
    if framed is None:
        return text
    rest = text[framed.end() :]
    return rest[:1].upper() + rest[1:]


def lacks_end(text: str) -> bool:
    """Whether a line is a sentence without its end mark."""
    line = text.strip().rstrip("*_ ")
    is_prose = line and not _SENTENCE_END.search(line) and not _LIST_ITEM.match(text)
    if not is_prose or _CODE.search(line) or line[-1] in ",，、":
        return False
    return len(line.split()) >= FEWEST_WORDS or len(_HAN.findall(line)) >= FEWEST_HAN


def end_mark(text: str) -> str:
    """In the language of the text."""
    return "。" if detect_language(text) == "zh" else "."


def _rebuild(lines: list[str]) -> list[str]:
    rows = [_cells(line) for line in lines if not _RULE.fullmatch(line)]
    if len(rows) < 2:
        return lines
    width = len(rows[0])
    shown = [rows[0], ["---"] * width, *(_fit(row, width) for row in rows[1:])]
    return [f"| {' | '.join(row)} |" for row in shown]


def _is_whole(lines: list[str]) -> bool:
    """Whether a table has its rule, and rows of one length between their borders."""
    has_rule = len(lines) > 1 and bool(_RULE.fullmatch(lines[1]))
    is_closed = all(line.startswith("|") and _ends_row(line) for line in lines)
    return has_rule and is_closed and len({len(_cells(line)) for line in lines}) == 1


def _ends_row(line: str) -> bool:
    return bool(re.search(r"\|\s*(?:[\[【(（]\d{1,3}[\]】)）]\s*)*$", line))


def _cells(line: str) -> list[str]:
    bare = line.strip()
    markers = re.search(r"(?<=\|)((?:\s*\[\d{1,3}\])+)$", bare)
    bare = bare[: markers.start()] if markers else bare
    inside = bare.removeprefix("|")
    inside = inside[:-1] if inside.endswith("|") and not inside.endswith("\\|") else inside
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", inside)]
    if markers:
        cells[-1] = f"{cells[-1]} {markers[0].strip()}"
    return cells


def _fit(row: list[str], width: int) -> list[str]:
    while len(row) > width and not row[-1]:
        row = row[:-1]
    return [*row, *[""] * (width - len(row))]
