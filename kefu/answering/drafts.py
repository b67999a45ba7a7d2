"""Cuts a stream of text into pieces that can be verified and shown one by one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kefu.answering.mending import end_mark, lacks_end, mend_fence, mend_sentence, mend_table
from kefu.text import SpanKind, split_sentences

_NAME = r"(?:(?:excerpts?|sources?|ref|来源|摘录|资料|文档|参考|引用)\s*[:：]?)"
_NUMBERS = r"\d{1,3}(?:\s*[,，、;；–~-]\s*\d{1,3})*"
_LABEL = rf"\s*\^?{_NAME}?\s*#?\s*{_NUMBERS}\s*"
_ENDS = r"(?=\s*(?:[.。!！?？,，;；]|\n|$|[\[【(（]))"
_OTHER_FORMS = (
    rf"【{_LABEL}(?:†[^】\n]{{0,40}})?】",
    rf"［{_LABEL}］",
    rf"[(（]\s*{_NAME}\s*#?\s*{_NUMBERS}\s*[)）]",
    rf"(?<=[^\s\d(（])[ \t]?[(（]\d{{1,2}}[)）]{_ENDS}",
    rf"(?<=[^\W\d_]{{3}})[¹²³⁴⁵⁶⁷⁸⁹]{_ENDS}",
    rf"(?<=[\u3400-\u9fff])[¹²³⁴⁵⁶⁷⁸⁹]{_ENDS}",
)
MARKER = re.compile(
    rf"[ \t]*(?:\[\[{_LABEL}\]\]|\[{_LABEL}\](?:\(#[^)\n]{{0,40}}\)|(?!\())"
    rf"|{'|'.join(_OTHER_FORMS)})",
    re.IGNORECASE,
)
_FOLLOWING = re.compile(rf"(?:\s*{MARKER.pattern})+", re.IGNORECASE)
_UNFINISHED_MARKER = re.compile(r"\s*[\[【［(（<][^\]】］)）>\n]{0,40}$")
_JOINTS = (",", "，", "、")
_GOING_ON = re.compile(r"(?:(?!\n)[\W_])+\Z")
"""Signs behind what may be a sentence, as of "Settings >", that only what follows them explains."""
_CUT_MARKER = re.compile(rf"\s*[\[【［]\s*\^?{_NAME}?\s*(?:{_NUMBERS})?\s*$", re.IGNORECASE)
_CLOSING_MARKERS = re.compile(rf"(?:\s*{MARKER.pattern})*\s*$", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,3})\s*[–~-]\s*(\d{1,3})")
_NUMBER = re.compile(r"\d{1,3}")
_RAISED = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
_LETTER = re.compile(r"[^\W_]")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_TABLE_LINE = re.compile(r"[ \t]*\|")
_BARE_TABLE = re.compile(r"[^\n|]+\|[^\n]*\n[ \t]*:?-+:?[ \t]*\|")
_BARE_ROW = re.compile(r"[^\n]*\|")
_BARE_HEAD = re.compile(r"[^\n|`]+\|[^\n]*(?:\n[ \t:|-]*)?$")
_SPACE = re.compile(r"\s*")
_MAY_END = re.compile(r"[。！？!?….\n>\\#]")
"""Without one of these nothing is complete, so most tokens need no closer look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A piece of an answer that nobody has verified.

    Attributes:
        text: Markdown as it came, line breaks behind it included; markers as [1][2].
        claims: what it states, without markers: one sentence or item, the rows of a table with
            their heads, or nothing (a rule, a blank line).
        markers: numbers of the excerpts it cites, in order, each once.
        is_cut: the model was stopped in the middle of it.
    """

    text: str
    claims: tuple[str, ...]
    markers: tuple[int, ...]
    is_cut: bool = False

    @property
    def is_code(self) -> bool:
        """Whether it is a fenced block."""
        return bool(_FENCE.match(self.text.lstrip("\n")))

    @property
    def is_lead_in(self) -> bool:
        """Whether it only announces a list, as "The steps are:"."""
        return not self.markers and self.text.rstrip(" *_\n").endswith((":", "："))


class DraftStream:
    """Takes deltas, gives drafts; a draft is given when what follows it can no longer belong to it.

    Sentences end as in `kefu.text`, at line breaks, and behind the markers that follow their full
    stop. A table or a fenced block is one piece.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buffer = ""
        self._has_given = False

    def feed(self, delta: str) -> list[Draft]:
        """The pieces that are complete with this delta."""
        self._buffer += delta
        return list(self._take(is_end=False))

    def flush(self) -> list[Draft]:
        """What is left at the end of the stream."""
        return list(self._take(is_end=True))

    def _take(self, *, is_end: bool) -> Iterator[Draft]:
        while self._buffer and (is_end or _MAY_END.search(self._buffer)):
            cut = _find_cut(self._buffer, is_end=is_end)
            if cut is None:
                return
            piece, self._buffer = self._buffer[:cut], self._buffer[cut:]
            yield self._draft(piece, is_last=is_end and not self._buffer)

    def _draft(self, piece: str, *, is_last: bool) -> Draft:
        mended = _mend(piece, is_last=is_last)
        is_cut = is_last and self._has_given and _is_cut(mended)
        self._has_given = True
        return replace(_draft(mended), is_cut=is_cut)


def _find_cut(text: str, *, is_end: bool) -> int | None:
    """Where the first piece ends with everything that belongs to it; None: not to be told yet."""
    begin = _end_of(_SPACE, text, 0)
    end = _block_end(text, begin)
    if end is None:
        return len(text) if is_end else None
    if following := _FOLLOWING.match(text, end):
        end = following.end()
    if not is_end and (_UNFINISHED_MARKER.match(text, end) or _GOING_ON.match(text, end)):
        return None
    end = _end_of(_SPACE, text, end)
    return end if end < len(text) or is_end else None


def _block_end(text: str, begin: int) -> int | None:
    if fence := _FENCE.match(text, begin):
        closing = re.compile(rf"^[ \t]*{fence[1]}[ \t]*$", re.MULTILINE).search(text, fence.end())
        return closing.end() if closing else None
    if _TABLE_LINE.match(text, begin) or _BARE_TABLE.match(text, begin):
        return _table_end(text, begin)
    if _BARE_HEAD.match(text, begin):
        return None
    line_end = text.find("\n", begin)
    line = text[begin:] if line_end < 0 else text[begin:line_end]
    return begin + _sentence_end(line)


def _table_end(text: str, begin: int) -> int | None:
    at = begin
    is_row = _TABLE_LINE if _TABLE_LINE.match(text, begin) else _BARE_ROW
    while is_row.match(text, at):
        line_end = text.find("\n", at)
        if line_end < 0 or line_end + 1 == len(text):
            return None
        at = line_end + 1
    return at


def _sentence_end(line: str) -> int:
    """Where the first sentence ends, its full stop included; markers do not count as text."""
    bare, places = _strip_markers(line)
    spans = split_sentences(bare)
    end = spans[0].end if spans else len(bare)
    rest = bare[end:]
    end += 0 if rest.strip() else len(rest)
    if end >= len(bare):
        return len(line)
    return end + sum(length for place, length in places if place < end)


def _strip_markers(line: str) -> tuple[str, list[tuple[int, int]]]:
    """The line without markers, and where in it how many characters of markers stood."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    at = kept = 0
    for marker in MARKER.finditer(line):
        parts.append(line[at : marker.start()])
        kept += len(parts[-1])
        places.append((kept, len(marker[0])))
        at = marker.end()
    return "".join((*parts, line[at:])), places


def _mend(piece: str, *, is_last: bool) -> str:
    """The piece in the form that it should have."""
    if _FENCE.match(piece.lstrip("\n")):
        piece = mend_fence(piece)
    if _TABLE_LINE.match(piece.lstrip()) or _BARE_TABLE.match(piece.lstrip()):
        return mend_table(piece, is_last=is_last)
    if _FENCE.match(piece.lstrip("\n")):
        return piece
    if is_last and (cut := _CUT_MARKER.search(piece)):
        body = piece[: cut.start()]
        return body + end_mark(body) if lacks_end(body) else body
    closing = _CLOSING_MARKERS.search(piece)
    body, rest = (piece[: closing.start()], closing[0]) if closing else (piece, "")
    body = mend_sentence(body)
    ends_line = bool(rest.strip()) or "\n" in rest
    return body + end_mark(body) + rest if ends_line and lacks_end(body) else body + rest


def _is_cut(piece: str) -> bool:
    """Whether the last piece ends neither with a marker nor as a sentence does."""
    return not MARKER.search(piece) and (lacks_end(piece) or piece.rstrip().endswith(_JOINTS))


def _draft(piece: str) -> Draft:
    numbers = [number for marker in MARKER.finditer(piece) for number in _numbers(marker[0])]
    bare = MARKER.sub("", piece)
    spans = [span for span in split_sentences(bare) if _LETTER.search(span.text)]
    if any(span.kind is SpanKind.TABLE_ROW for span in spans):
        claims = tuple(span.text for span in spans)
    else:
        claims = (" ".join(span.text for span in spans),) if spans else ()
    return Draft(
        text=MARKER.sub(_rewrite, piece), claims=claims, markers=tuple(dict.fromkeys(numbers))
    )


def _rewrite(marker: re.Match[str]) -> str:
    space = marker[0][: len(marker[0]) - len(marker[0].lstrip())]
    return space + "".join(f"[{number}]" for number in dict.fromkeys(_numbers(marker[0])))


def _numbers(marker: str) -> list[int]:
    inside = marker.partition("†")[0].partition("](")[0].translate(_RAISED)
    spread = _RANGE.sub(
        lambda ends: " ".join(str(n) for n in range(int(ends[1]), int(ends[2]) + 1)), inside
    )
    return [int(number) for number in _NUMBER.findall(spread)]


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start
