"""What in a sentence can be right or wrong to the letter: numbers, dates, codes, addresses."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kefu.answering.numerals import (
    CHINESE,
    DIGITS,
    ENGLISH,
    SCALE,
    UNIT,
    counts_things,
    dimension,
    read_number,
    read_unit,
)
from kefu.text import simplify_text


class FactKind(StrEnum):
    """How a fact is compared."""

    ADDRESS = "address"
    DATE = "date"
    TIME = "time"
    WEEKDAY = "weekday"
    PHONE = "phone number"
    NUMBER = "number"
    CODE = "code"


class Bound(StrEnum):
    """Which side of a number or date is meant."""

    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One of them.

    Attributes:
        value: in normal form; a date is year-month-day, "?" where it does not say.
        unit: of a number, in normal form; None: it has none.
        is_count: of a number without a unit: it counts what the word behind it names.
        start: where it stands in the plain text it was read from; `end` is behind it.
    """

    kind: FactKind
    value: str
    unit: str | None = None
    bound: Bound | None = None
    is_count: bool = False
    start: int = 0
    end: int = 0

    def agrees(self, other: "Fact") -> bool:
        """Whether the other fact, of the source, states this one."""
        if self.kind is not other.kind:
            return False
        if self.kind is FactKind.DATE:
            parts = zip(self.value.split("-"), other.value.split("-"), strict=True)
            is_same = all(mine in ("?", theirs) for mine, theirs in parts)
            return is_same and (self.bound == other.bound or None in (self.bound, other.bound))
        return self.value == other.value and self._has_unit_of(other) and self._is_within(other)

    def _has_unit_of(self, other: "Fact") -> bool:
        """The same, or not told by one of them; "2 parcels" tells that it is not "2 days"."""
        if self.unit == other.unit:
            return True
        measured = {self.unit, other.unit} - {None, "count"}
        return None in (self.unit, other.unit) and not (
            measured and (self.is_count or other.is_count)
        )

    def rivals(self, other: "Fact") -> bool:
        """Whether both measure the same kind of thing with another result."""
        is_comparable = self.kind is other.kind and dimension(self.unit) == dimension(other.unit)
        is_other_side = self.bound != other.bound and None not in (self.bound, other.bound)
        return is_comparable and (
            is_other_side or (self.value, self.unit) != (other.value, other.unit)
        )

    def _is_within(self, other: "Fact") -> bool:
        """Adding "at most" to a plain number is harmless, adding "at least" is a claim."""
        if self.bound is Bound.UPPER:
            return other.bound is not Bound.LOWER
        return self.bound is None or self.bound == other.bound

    def __str__(self) -> str:
        return f"{self.value} {self.unit}" if self.unit else self.value


_FLAGS = re.IGNORECASE | re.ASCII
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CN_DAYS = "一二三四五六日"
_CURRENCY = {"us$": "USD", "$": "USD", "usd": "USD", "美元": "USD", "€": "EUR", "eur": "EUR"}
_BEFORE_LENGTH, _AFTER_LENGTH = 24, 10

_UPPER_BEFORE = (
    r"最多|至多|最长|最久|最迟|最晚|不(?:会|得|能|可|应)?(?:超过|多于|高于)|上限|up to|at most"
    r"|(?:no|not) more than|maximum(?: of)?|within|(?:no|not) later than|until|before|by"
)
_LOWER_BEFORE = (
    r"至少|最少|最短|最早|不少于|不低于|满|at least|(?:no|not) (?:less|fewer) than|minimum(?: of)?"
    r"|after|since"
)
_LOWER_WEAK = r"超过|多于|大于|高于|more than|over|above|exceed(?:s|ing)?|from"
_UPPER_WEAK = r"少于|小于|低于|不足|less than|fewer than|under|below"
_DOING = r"(?:(?<=最多|至多|至少|最少)(?!的)[\u4e00-\u9fff]{1,6})?"  # 最多可以合并 100 笔
_LINK = rf"{_DOING}[\s为是约]*(?:the|a|of)?\s*$"
_BEFORE = [
    (re.compile(rf"(?:{words}){_LINK}", _FLAGS), bound)
    for words, bound in (
        (_UPPER_BEFORE, Bound.UPPER),
        (_LOWER_BEFORE, Bound.LOWER),
        (_LOWER_WEAK, Bound.LOWER),
        (_UPPER_WEAK, Bound.UPPER),
    )
]
_AFTER = [
    (re.compile(r"\s*(?:以内|之内|内|以下|以前|之前|前|or (?:less|fewer))", _FLAGS), Bound.UPPER),
    (
        re.compile(r"\s*(?:以上|以后|之后|后|起|or (?:more|longer)|later)", _FLAGS),
        Bound.LOWER,
    ),
]
_DIGIT = re.compile(r"\d", re.ASCII)


def plain(text: str) -> str:
    """The text in one width, with a space behind a comma that separates."""
    return simplify_text(text.replace("，", "， ")).replace("–", "-").replace("—", "-")


def find_facts(text: str) -> list[Fact]:
    """Read the facts of a plain text; what one pattern took no later one sees."""
    found: list[Fact] = []
    rest = text
    has_digit = _DIGIT.search(text) is not None
    for pattern, read, needs_digit in _READERS:
        if needs_digit and not has_digit:
            continue
        for match in pattern.finditer(rest):
            facts = list(read(match))
            found.extend(facts)
            if facts:
                blank = " " * len(match[0])
                rest = rest[: match.start()] + blank + rest[match.end() :]
    return sorted(found, key=lambda fact: fact.start)


def fact_value(fact: Fact) -> tuple[str, ...]:
    """What of a fact is compared."""
    unit = "" if fact.unit == "count" else fact.unit or ""
    return (fact.kind, fact.value, unit, fact.bound or "")


def has_same_facts(one: Iterable[Fact], other: Iterable[Fact], *, with_bounds: bool = True) -> bool:
    """Whether the facts are the same; those that measure the same in the same order.

    Without bounds "within 14 days" is "14 days", but not "after 14 days".
    """
    mine, theirs = [fact_value(each) for each in one], [fact_value(each) for each in other]
    if not with_bounds:
        mine, theirs = ([_without_upper(each) for each in values] for values in (mine, theirs))
    return sorted(mine) == sorted(theirs) and all(
        [each for each in mine if each[::2] == kind]
        == [each for each in theirs if each[::2] == kind]
        for kind in {each[::2] for each in mine}
    )


def _without_upper(values: tuple[str, ...]) -> tuple[str, ...]:
    return (*values[:3], "" if values[3] == Bound.UPPER else values[3])


def _read_address(match: re.Match[str]) -> Iterator[Fact]:
    value = match[0].casefold().rstrip(".,;:!?/").removeprefix("https://").removeprefix("http://")
    yield Fact(kind=FactKind.ADDRESS, value=value, start=match.start(), end=match.end())


def _read_date(match: re.Match[str]) -> Iterator[Fact]:
    parts = match.groupdict()
    month = parts.get("n") or _month_number(parts.get("name"))
    values = (parts.get("y"), month, parts.get("d"))
    if values == (None, month, None) or int(month or 1) > 12 or int(parts.get("d") or 1) > 31:
        return
    value = "-".join(str(int(part)) if part else "?" for part in values)
    yield Fact(
        kind=FactKind.DATE, value=value, bound=_bound(match), start=match.start(), end=match.end()
    )


def _month_number(name: str | None) -> str | None:
    return str(_MONTHS.index(name[:3].casefold()) + 1) if name else None


def _read_time(match: re.Match[str]) -> Iterator[Fact]:
    parts = match.groupdict()
    half = (parts.get("half") or "").casefold()
    hour, minute = int(parts["h"]), int(parts.get("min") or 0)
    if hour > 24 or minute > 59:
        return
    if half in ("p", "下午", "晚上") and hour < 12:
        hour += 12
    if half == "a" and hour == 12:
        hour = 0
    yield Fact(
        kind=FactKind.TIME, value=f"{hour:02}:{minute:02}", start=match.start(), end=match.end()
    )


def _read_weekday(match: re.Match[str]) -> Iterator[Fact]:
    parts = match.groupdict()
    if chinese := parts.get("cn"):
        day = _CN_DAYS.index(chinese.replace("天", "日"))
    else:
        day = _EN_DAYS.index(parts["en"].casefold())
    yield Fact(kind=FactKind.WEEKDAY, value=_EN_DAYS[day], start=match.start(), end=match.end())


def _read_phone(match: re.Match[str]) -> Iterator[Fact]:
    digits = re.sub(r"\D", "", match[0])
    yield Fact(kind=FactKind.PHONE, value=digits, start=match.start(), end=match.end())


def _read_number(match: re.Match[str]) -> Iterator[Fact]:
    """One number, or both ends of a range, which share the unit."""
    parts = match.groupdict()
    unit = read_unit(parts.get("unit") or "") or _currency(parts.get("cur"))
    ends = [parts[name] for name in ("num", "num2") if parts.get(name)]
    if unit in ("count", None) and ends[-1] in ("一", "one", "One"):
        return
    bound = _bound(match) if len(ends) == 1 else None
    is_count = unit is None and counts_things(match.string, match.end())
    for end in ends:
        value = read_number(end, parts.get("scale") or "")
        yield Fact(
            kind=FactKind.NUMBER,
            value=value,
            unit=unit,
            bound=bound,
            is_count=is_count,
            start=match.start(),
            end=match.end(),
        )


def _read_percent(match: re.Match[str]) -> Iterator[Fact]:
    value = read_number(match["num"])
    yield Fact(kind=FactKind.NUMBER, value=value, unit="%", start=match.start(), end=match.end())


def _currency(sign: str | None) -> str | None:
    return _CURRENCY.get(sign.casefold(), "CNY") if sign else None


_SHOUTED = frozenset(("NOT", "MUST", "NO", "ALL", "AND", "OR", "ONLY", "OK", "I", "A", "YES"))
_ABBREVIATIONS = frozenset(("e.g", "i.e", "a.m", "p.m", "etc", "vs"))
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]|[A-Z]{2}")


def _read_code(match: re.Match[str]) -> Iterator[Fact]:
    token = match[0]
    if token in _SHOUTED or token.casefold() in _ABBREVIATIONS:
        return
    has_joint = "_" in token or "." in token.strip(".")
    has_digit = any(character.isdigit() for character in token)
    if has_joint or has_digit or _INNER_CAPITAL.search(token):
        value = token.strip(".-+_").casefold()
        yield Fact(kind=FactKind.CODE, value=value, start=match.start(), end=match.end())


def _bound(match: re.Match[str]) -> Bound | None:
    text = match.string
    before = text[max(0, match.start() - _BEFORE_LENGTH) : match.start()]
    after = text[match.end() : match.end() + _AFTER_LENGTH]
    for pattern, bound in _BEFORE:
        if pattern.search(before):
            return bound
    return next((bound for pattern, bound in _AFTER if pattern.match(after)), None)


_START = r"(?<![\w.])(?<![a-z][-_])"
_SIGN = r"(?:us\$|[¥$€]|rmb|cny|usd|eur|人民币|美元)"
_FIRST_SIGN, _SECOND_SIGN = rf"(?P<cur>{_SIGN})?\s*", rf"(?:{_SIGN})?\s*"
_TAIL = rf"\s*(?P<scale>{SCALE})?(?:[\s-]*(?P<unit>{UNIT}))?(?![a-z0-9_]|\.\d|-[a-z0-9])"
_WORDS = rf"{CHINESE}|{ENGLISH}"
_TO = r"\s*(?:-|~|至|到|to|and|或|、)\s*"
_HOST = r"(?<![\w.])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|example|test)(?!\w)"
_YEAR_ALONE = r"(?:\s*年(?![内后前以])|(?![\d.,%]|\s*[a-z\u4e00-\u9fff]))"
_CLOCK = r"(?<![\d:])(?P<h>\d{1,2}):(?P<min>\d{2})(?!\d)"

_Read = Callable[[re.Match[str]], Iterator[Fact]]
_PATTERNS: list[tuple[_Read, bool, tuple[str, ...]]] = [
    (
        _read_address,
        False,
        (
            r"https?://[a-z0-9./_~?=&%#:@+-]+",
            r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+",
            rf"{_HOST}(?:/[\w./?=&%-]*)?",
        ),
    ),
    (
        _read_date,
        True,
        (
            r"(?<!\d)(?P<y>\d{4})\s*[年/.-]\s*(?P<n>\d{1,2})\s*[月/.-]\s*(?P<d>\d{1,2})"
            r"(?!\d|\.\d)\s*[日号]?",
            r"(?<!\d)(?P<y>\d{4})\s*年\s*(?P<n>\d{1,2})\s*月",
            r"(?<!\d)(?P<n>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]",
            rf"\b{_MONTH}\s+{_DAY}\b(?:,?\s*(?P<y>\d{{4}})\b)?",
            rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}(?![a-z])(?:,?\s*(?P<y>\d{{4}})\b)?",
            rf"\b{_MONTH}\s+(?P<y>\d{{4}})\b",
            rf"(?<![\d.,])(?P<y>20[12]\d){_YEAR_ALONE}",
        ),
    ),
    (
        _read_time,
        True,
        (
            rf"{_CLOCK}\s*(?P<half>[ap])\.?m\b",
            rf"(?P<half>上午|下午|晚上)?\s*{_CLOCK}",
            r"(?<![\d.])(?P<h>\d{1,2})\s*(?P<half>[ap])\.?m\b",
            r"(?P<half>上午|下午|晚上)?(?<!\d)(?P<h>\d{1,2})\s*点(?:(?P<min>\d{1,2})分)?",
        ),
    ),
    (
        _read_weekday,
        False,
        (
            r"(?:周|星期|礼拜)(?P<cn>[一二三四五六日天])",
            r"\b(?P<en>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?days?\b",
        ),
    ),
    (
        _read_phone,
        True,
        (
            r"\+\d[\d\s-]{6,}\d",
            r"(?<![\w.-])(?:400|800|0\d{2,3}|1[3-9]\d)[\s-]\d[\d\s-]{4,}\d",
            r"(?<![\w.])1[3-9]\d{9}(?!\w)",
        ),
    ),
    (
        _read_number,
        True,
        (
            rf"{_START}{_FIRST_SIGN}(?P<num>{DIGITS}){_TO}{_SECOND_SIGN}(?P<num2>{DIGITS}){_TAIL}",
            rf"{_FIRST_SIGN}{_START}(?P<num>{DIGITS})(?!\d|\.\d){_TAIL}",
        ),
    ),
    (_read_percent, False, (rf"百分之\s*(?P<num>{DIGITS}|{CHINESE})",)),
    (
        _read_number,
        False,
        (
            rf"(?P<num>{_WORDS})\s*(?:至|到|to|or|或)\s*(?P<num2>{_WORDS})[\s-]*"
            rf"(?P<unit>{UNIT})(?![a-z])",
            rf"(?P<num>{_WORDS})[\s-]*(?P<unit>{UNIT})(?![a-z])",
            rf"(?P<num>{ENGLISH})",
        ),
    ),
    (_read_code, False, (r"[a-z0-9]+(?:[._+-]+[a-z0-9]+)*",)),
]
_READERS = [
    (re.compile(regex, _FLAGS), read, needs_digit)
    for read, needs_digit, regexes in _PATTERNS
    for regex in regexes
]
"""In this order, so that a part of a date or an address is never read as a number."""
