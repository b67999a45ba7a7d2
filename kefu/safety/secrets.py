"""Find passwords and keys that somebody wrote down: what lets others in.

The forms of keys are those that their issuers publish (AWS access keys, GitHub, GitLab, Slack and
OpenAI tokens, PEM, JSON Web Tokens). A password is what stands behind the word for it and looks
like one; "your password", `<password>` and rows of stars do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_KEYS = re.compile(
    r"\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}"
    r"|\bsk-(?:[a-z]+-)*[A-Za-z0-9]{20,}|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|(?<=://)[^\s/:@<>{}]+:[^\s/:@<>{}]{6,}(?=@)",
    re.ASCII,
)
_WORD = r"(?:(?:pass(?:word|phrase|code)|pwd|master pin|access key|api key)s?|密码|口令|密钥)"
_LINK = r"\s*(?:is|are|of|为|是)?\s*[:：=]?\s*"
_QUOTED = rf"{_WORD}{_LINK}[`\"“'‘「](?P<quoted>[^\s`\"”'’」]{{6,64}})[`\"”'’」]"
_PLAIN = rf"{_WORD}\s*(?:(?:is|为|是)\s*[:：]?|[:：=])\s*(?P<plain>[!-~]{{6,64}})"
_NUMBER = r"(?:master pin|万能(?:密码|口令|验证码))\D{0,6}(?P<number>\d{4,10})\b"
_PASSWORD = re.compile(f"{_QUOTED}|{_PLAIN}|{_NUMBER}", re.IGNORECASE)
_SHAPES = [re.compile(form) for form in ("[a-z]", "[A-Z]", r"\d", r"[^\w\s]")]
_STANDS_FOR = re.compile(
    r"[<>{}…]|\.{3}|\*{2}|(?:^|[^a-z])(?:your|example|sample|secret|password|placeholder)|x{4}|[(\[]",
    re.IGNORECASE,
)
"""What only shows where a password goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A place in a text."""

    start: int
    end: int


def find_secrets(text: str) -> list[Secret]:
    """Every password and key, in order."""
    return sorted(_list_secrets(text), key=lambda each: each.start)


def _list_secrets(text: str) -> Iterator[Secret]:
    for key in _KEYS.finditer(text):
        yield Secret(start=key.start(), end=key.end())
    for match in _PASSWORD.finditer(text):
        name = match.lastgroup or ""
        value = match[name].rstrip(".,;:!?") if name == "plain" else match[name]
        if name == "number" or _looks_made_up(value):
            yield Secret(start=match.start(name), end=match.start(name) + len(value))


def _looks_made_up(value: str) -> bool:
    """Whether it mixes letters with digits or signs, as passwords do and words do not."""
    shapes = [bool(shape.search(value)) for shape in _SHAPES]
    has_letters = shapes[0] or shapes[1]
    return has_letters and shapes[2] and sum(shapes) >= 3 and not _STANDS_FOR.search(value)
