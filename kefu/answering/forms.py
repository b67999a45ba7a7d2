"""Brings what a model writes into the form that answers have, as it comes.

Models wrap an answer in a fence, in JSON or in tags, begin it with "Answer:", end it with a list of
what they cited, and go on behind the token that ends it. None of that says anything.
"""

import re

from kefu.llm import Unreadable, find_object

LONGEST_LINE = 60  # of the first line in a fence that tells prose from code
LONGEST_TAG = 24
LONGEST_CODE = 80  # characters in a line between two backticks
LONGEST_SOURCES = 24  # characters of a line that heads a list of sources
MARKUP = "markdown|md|text|txt|plaintext|plain"

_END_TOKEN = re.compile(r"<\|\w{1,20}\|>|</s>|<(?:end_of_turn|eot)>", re.IGNORECASE)
_ITEM_TAG = re.compile(r"[ \t]*<li>[ \t]*", re.IGNORECASE)
_RAISED_TAG = re.compile(r"</?sup>", re.IGNORECASE)
_BREAK_TAG = re.compile(r"<br ?/?>|</(?:p|ul|ol|div)>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|ul|ol|li|div|span|b|i|em|strong|answer|response|output|final)>", re.IGNORECASE
)
_UNFINISHED_TAG = re.compile(rf"<[\w/|]?[\w ./|]{{0,{LONGEST_TAG}}}$")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})[ \t]*(?P<info>\w*)[ \t]*\n(?=(?P<first>[^\n]*))")
_FENCE_LINE = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*(?P<info>\w*)[ \t]*$")
_LINE_BEGIN = re.compile(r"(?<=\n)")
_CODE_SPAN = re.compile(r"(`[^`\n]+`)")
_PROSE = re.compile(r"[.!?。！？|]\s*$|[.!?。！？]\s|\[\d|[。！？，]")
_FENCE_BEGUN = ("", "`", "``", "~", "~~")
_LABELS = ("final answer", "answer", "response", "a", "答案", "回答", "答", "回复")
_LABEL = re.compile(rf"\s*\**(?:{'|'.join(_LABELS)})\**\s*[:：]\**\s*", re.IGNORECASE)
_SOURCES = re.compile(
    r"^[ \t]*(?:#{1,6} +)?[*_]*(?:sources?|references?|citations?|footnotes?"
    r"|参考资料|参考文献|参考来源|资料来源|引用来源|引用|参考|来源|出处)"
    r"[*_]*[ \t]*[:：]?[*_]*[ \t]*$"
    r"|^[ \t]*\[\^\w{1,8}\]:",
    re.MULTILINE | re.IGNORECASE,
)
_ANSWER_KEYS = ("answer", "response", "text", "content", "output", "回答", "答案")


class FormFilter:
    """Takes deltas, gives back the text of the answer; what may be a wrapper is held back."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._held = ""
        self._has_begun = False
        self._is_fenced = False
        self._is_code = False
        self._has_ended = False
        self._begins_line = False

    def feed(self, delta: str) -> str:
        """What of the text so far belongs to the answer and was not given yet."""
        if self._has_ended:
            return ""
        self._held += delta.replace("\r\n", "\n").replace("\r", "")
        return self._take(is_end=False)

    def flush(self) -> str:
        """What was held back at the end of the stream."""
        return "" if self._has_ended else self._take(is_end=True)

    def _take(self, *, is_end: bool) -> str:
        ended = _END_TOKEN.search(self._held)
        if ended:
            self._held, is_end = self._held[: ended.start()], True
        if not self._has_begun and not self._begin(is_end=is_end):
            return ""
        cut = len(self._held) if is_end else self._sure_until()
        text, self._held = self._held[:cut], self._held[cut:]
        text = self._without_sources(self._unwrap(text))
        self._has_ended = self._has_ended or ended is not None
        return text

    def _begin(self, *, is_end: bool) -> bool:
        """Take off what stands around the answer; False while that cannot be told."""
        if not (is_end or self._can_tell()):
            return False
        self._open_fence()
        if self._held.lstrip().startswith("{"):
            if not is_end:
                return False
            self._held = _read_answer(self._held)
        label = _LABEL.match(self._held)
        self._held = self._held[label.end() :] if label else self._held
        self._has_begun = True
        return True

    def _can_tell(self) -> bool:
        """Whether enough has come to know what the answer begins with."""
        opening = self._held.lstrip()
        if opening in _FENCE_BEGUN or _may_become_label(opening):
            return False
        if opening.startswith(("```", "~~~")):
            fence = _FENCE.match(self._held)
            is_long = fence is not None and len(fence["first"]) >= LONGEST_LINE
            return is_long or (fence is not None and "\n" in self._held[fence.end() :])
        label = _LABEL.match(self._held)
        return label is None or bool(self._held[label.end() :].strip("* "))

    def _open_fence(self) -> None:
        fence = _FENCE.match(self._held)
        if fence and _is_wrapper(fence["info"].lower(), fence["first"]):
            self._held, self._is_fenced = self._held[fence.end() :], True

    def _sure_until(self) -> int:
        """Where the text ends that nothing which follows can change."""
        ends = [len(self._held)]
        tag = _UNFINISHED_TAG.search(self._held)
        ends += [tag.start()] if tag else []
        line = self._held.rfind("\n") + 1
        code = self._held.rfind("`", line)
        if self._held.count("`", line) % 2 and len(self._held) - code < LONGEST_CODE:
            ends.append(code)
        if (line or self._begins_line) and len(self._held) - line < LONGEST_SOURCES:
            ends.append(line)
        return min(ends)

    def _unwrap(self, text: str) -> str:
        return "".join(self._unwrap_line(line) for line in _LINE_BEGIN.split(text))

    def _unwrap_line(self, line: str) -> str:
        """A line without tags and the end of the wrapper; code stays as it is."""
        fence = _FENCE_LINE.match(line)
        if fence is None:
            return line if self._is_code else _without_tags(line)
        if self._is_fenced and not self._is_code and not fence["info"]:
            return ""
        self._is_code = not self._is_code
        return line

    def _without_sources(self, text: str) -> str:
        """The text up to a list of what was cited, which ends an answer."""
        found = _SOURCES.search(text)
        if found and found.start() == 0 and not self._begins_line:
            found = _SOURCES.search(text, text.find("\n") + 1 or len(text))
        if text:
            self._begins_line = text.endswith("\n")
        if found is None:
            return text
        self._has_ended = True
        return text[: found.start()]


def _without_tags(line: str) -> str:
    pieces = _CODE_SPAN.split(line)
    for place in range(0, len(pieces), 2):
        text = _RAISED_TAG.sub(lambda tag: "]" if "/" in tag[0] else "[", pieces[place])
        pieces[place] = _TAG.sub("", _BREAK_TAG.sub("\n", _ITEM_TAG.sub("\n- ", text)))
    return "".join(pieces)


def _may_become_label(opening: str) -> bool:
    """Whether what comes next may make it "Answer:"."""
    begun = opening.casefold().strip("* ")
    return any(label.startswith(begun) for label in _LABELS)


def _is_wrapper(info: str, first_line: str) -> bool:
    """Whether a fence at the beginning holds the answer and no code."""
    if info == "json":
        return first_line.lstrip().startswith("{")
    return info in MARKUP.split("|") or (not info and bool(_PROSE.search(first_line)))


def _read_answer(text: str) -> str:
    """The answer in a JSON object; the text as it is where there is none."""
    try:
        given = find_object(text)
    except Unreadable:
        return text
    return next((given[key] for key in _ANSWER_KEYS if isinstance(given.get(key), str)), text)
