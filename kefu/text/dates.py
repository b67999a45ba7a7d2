"""Days and months as texts write them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_DIGITS = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}\s*(?P<sep>[-/.])\s*(?P<n>\d{{1,2}})\s*(?P=sep)\s*(?P<d>\d{{1,2}})(?!\d)",
        rf"(?<!\d){_YEAR}\s*年\s*(?P<n>\d{{1,2}})\s*月(?:\s*(?P<d>\d{{1,2}})\s*[日号])?",
        r"(?P<y>[〇零一二三四五六七八九]{4})年(?P<n>[一二三四五六七八九十]{1,2})月"
        r"(?:(?P<d>[一二三四五六七八九十]{1,3})[日号])?",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}\b",
        rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}\b",
        rf"\b{_MONTH},?\s+{_YEAR}\b",
    )
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day or a month, from its first day to its last.

    Attributes:
        start: where it stands in the text; `end` is behind it.
    """

    first: date
    last: date
    start: int
    end: int


def find_periods(text: str) -> list[Period]:
    """All that name their year, as they stand; not 03/04/2025, which is read in two ways."""
    found: list[Period] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            is_taken = any(match.start() < each.end and each.start < match.end() for each in found)
            if not is_taken and (period := _read(match)) is not None:
                found.append(period)
    return sorted(found, key=lambda period: period.start)


def _read(match: re.Match[str]) -> Period | None:
    parts = match.groupdict()
    named = parts.get("name")
    month = _MONTHS.index(named[:3].casefold()) + 1 if named else _number(parts["n"])
    year, day = int(_digits(parts["y"])), parts.get("d")
    if not 1 <= month <= 12:
        return None
    length = monthrange(year, month)[1]
    if day is not None and not 1 <= _number(day) <= length:
        return None
    return Period(
        first=date(year, month, _number(day) if day else 1),
        last=date(year, month, _number(day) if day else length),
        start=match.start(),
        end=match.end(),
    )


def _digits(text: str) -> str:
    return "".join(_DIGITS.get(character, character) for character in text)


def _number(text: str) -> int:
    """Of Arabic digits, or of Chinese ones up to 99."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return int(_digits(text))
    return int(_digits(tens) or 1) * 10 + int(_digits(ones) or 0)
