"""Numbers written as words, and the units behind them, in Chinese and English."""

import re
from decimal import Decimal
from functools import lru_cache

_CN_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_CN_TENS = {"十": 10, "百": 100, "千": 1000}
_EN_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_EN_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_SMALL = (*_EN_DIGITS, *_EN_TEENS)
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_VALUES = {word: n for n, word in enumerate(_EN_SMALL)}
_EN_VALUES |= {word: 10 * n for n, word in enumerate(_EN_TENS, 2)}
_SCALES = {
    "万": 10**4, "千": 10**3, "百万": 10**6, "千万": 10**7, "亿": 10**8,
    "thousand": 10**3, "million": 10**6, "billion": 10**9,
}  # fmt: skip

DIGITS = r"(?<!\d)(?:\d{1,3}(?:,\d{3})++(?:\.\d+)?|\d++(?:\.\d+)?)"
"""Only a whole row of digits, or one of thousands would be tried from each of its places."""

CHINESE = r"半|[一二两三四五六七八九十百千万]{1,16}"
ENGLISH = (
    rf"(?<![a-z])(?:(?:{'|'.join(_EN_TENS)})(?:[- ](?:{'|'.join(_EN_DIGITS[1:])}))?"
    rf"|{'|'.join(reversed(_EN_SMALL[1:]))}|half an?|twice)(?![a-z])(?: hundred)?"
)
SCALE = r"百万|千万|[万亿千]|(?:million|billion|thousand)(?![a-z])"

_UNITS = {
    "working day": r"个?工作日|(?:business|working|work)[ -]?days?",
    "day": r"个?自然日|天|日(?![志常语])|(?:calendar |natural )?days?",
    "hour": r"个?小时|hours?|hrs?",
    "minute": r"分钟|min(?:ute)?s?",
    "ms": r"毫秒|milliseconds?|ms",
    "second": r"秒钟?|sec(?:ond)?s?",
    "week": r"周(?![一二三四五六日边围])|个?星期(?![一二三四五六日天])|weeks?",
    "month": r"个月|月|months?",
    "year": r"周?年|years?",
    "CNY": r"元|块钱?|人民币|rmb|cny|yuan",
    "USD": r"美元|usd|(?:us )?dollars?",
    "EUR": r"欧元|eur(?:os?)?",
    "%": r"%|per ?cent|个百分点",
    "KB": r"ki?b|kilobytes?", "MB": r"mi?b|megabytes?", "GB": r"gi?b|gigabytes?",
    "TB": r"ti?b|terabytes?",
    "Kbps": r"kbps", "Mbps": r"mbps|mbit/s|兆", "Gbps": r"gbps|gbit/s", "IOPS": r"iops",
    "core": r"核|v?cpus?|cores?",
    "fold": r"倍", "off": r"折",
    "count": r"[个台条份张位名件项家只封款页套种人次级笔字](?!月|小时|工作|星期|自然|人)|times?",
}  # fmt: skip
MONEY = "money"
_DIMENSIONS = {
    unit: dimension
    for dimension, units in {
        "duration": (
            "working day",
            "day",
            "hour",
            "minute",
            "second",
            "ms",
            "week",
            "month",
            "year",
        ),
        MONEY: ("CNY", "USD", "EUR"),
        "size": ("KB", "MB", "GB", "TB"),
        "rate": ("Kbps", "Mbps", "Gbps"),
    }.items()
    for unit in units
}
_UNIT_FORMS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _UNITS.items()}
UNIT = "|".join(f"(?:{pattern})" for pattern in _UNITS.values())
_COUNTED = re.compile(
    rf" (?!(?:[a-z-]+ ){{1,2}}(?:{UNIT})(?![a-z]))"
    r"(?!(?:is|as|was|has|this|less|plus)\b)[a-z]{2,}s\b",
    re.IGNORECASE,
)


def read_number(text: str, scale: str = "") -> str:
    """The value in normal form: 1,200.50 is 1200.5, 三十 is 30, 1.5 with the scale 万 is 15000."""
    value = _read(text.strip().casefold()) * _SCALES.get(scale.casefold(), 1)
    return f"{value.normalize():f}"


@lru_cache(maxsize=1024)
def read_unit(text: str) -> str | None:
    """The unit in normal form, None for an empty text."""
    return next((name for name, form in _UNIT_FORMS.items() if form.fullmatch(text)), None)


def counts_things(text: str, end: int) -> bool:
    """Whether a number without a unit that ends there counts what is named next: "2 parcels"."""
    return bool(_COUNTED.match(text, end))


def dimension(unit: str | None) -> str | None:
    """What a unit measures; units of one dimension stand in the same places of a sentence."""
    return _DIMENSIONS.get(unit, unit) if unit else None


def _read(text: str) -> Decimal:
    if text[0].isdigit():
        return Decimal(text.replace(",", ""))
    if text.startswith("half") or text == "半":
        return Decimal("0.5")
    if text.isascii():
        return Decimal(_read_english(text))
    return Decimal(_read_chinese(text))


def _read_english(text: str) -> int:
    if text == "twice":
        return 2
    words = re.split(r"[- ]", text)
    scale = 100 if words[-1] == "hundred" else 1
    return scale * sum(_EN_VALUES.get(word, 0) for word in words)


def _read_chinese(text: str) -> int:
    head, scale, tail = text.rpartition("万")
    if scale:
        return (_read_chinese(head) if head else 1) * 10**4 + (_read_chinese(tail) if tail else 0)
    total = digit = 0
    for character in text:
        if character in _CN_TENS:
            total += (digit or 1) * _CN_TENS[character]
            digit = 0
        else:
            digit = digit * 10 + _CN_DIGITS[character]
    return total + digit
