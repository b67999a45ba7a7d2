"""What a cell of a table, or a condition in a question, says: an amount, a yes or no, nothing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from kefu.answering.numerals import DIGITS, SCALE, read_number
from kefu.answering.word_lists import UNITS, Unit
from kefu.text import fold_text

INFINITE = Decimal("Infinity")
MONEY = "money"
COUNT = "count"
DAY_SECONDS = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number or a range, in the smallest unit of what it measures.

    Attributes:
        dimension: what it measures; None: a bare number.
        unit: as it is written, None for a bare number.
        per: behind "each" or a slash: the same for all that can be compared.
        style: how it is written around the number, to write another like it: before and behind.
    """

    low: Decimal
    high: Decimal
    dimension: str | None = None
    unit: Unit | None = None
    per: str = ""
    style: tuple[str, str] = ("", "")

    @property
    def is_exact(self) -> bool:
        """Whether it is one finite number."""
        return self.low == self.high and self.low.is_finite()

    @property
    def is_money(self) -> bool:
        """Whether it is a price."""
        return (self.dimension or "").startswith(MONEY)

    def fits(self, other: "Amount") -> bool:
        """Whether both measure the same, as far as they say."""
        return self.dimension == other.dimension and self.per == other.per


_SPELLINGS = "|".join(re.escape(each) for each in sorted(UNITS, key=len, reverse=True))
_SIGN = r"us\$|hk\$|[$€£¥]|rmb|cny|usd|eur|gbp|hkd"
_END = r"(?![a-z])"
_UNIT = rf"(?:{_SPELLINGS}){_END}"
_PER = (
    r"(?:\s*(?:/|每|per|an?\b|each\b|every\b)\s*"
    r"(?P<per>个?月|年|天|日|周|小时|次|人|[a-z]+|[一-鿿]{1,3}))"
)
_LEAST = r"from|至少|最低|不低于|min\.?|at least|>=|≥"
_MOST = r"up to|最高|最多|至多|不超过|max\.?|at most|<=|≤"
_CELL = re.compile(
    rf"(?:每(?P<per0>个?月|年|天|日|周|小时|次|人)\s*)?(?:(?P<least>{_LEAST})|(?P<most>{_MOST})|约|about)?\s*"
    rf"(?P<sign>{_SIGN})?\s*(?P<num>{DIGITS})\s*(?P<scale>{SCALE})?\s*(?P<unit>{_UNIT})?"
    rf"(?:\s*(?:-|~|至|到|to)\s*(?:{_SIGN})?\s*(?P<num2>{DIGITS})\s*(?P<scale2>{SCALE})?"
    rf"\s*(?P<unit2>{_UNIT})?)?"
    rf"\s*(?:(?P<least2>起步?|及?以上|\+|or more)|(?P<most2>以内|以下|内))?{_PER}?"
    r"(?P<remark>\s*\([^()\d]{1,40}\))?",
)
_UNLIMITED = re.compile(r"(?:不限|无限|不限量|无限制|不设上限|unlimited|no limit|∞).{0,8}")
_FREE = re.compile(r"免费|free(?: of charge)?|no charge|包邮")
_SAME_DAY = re.compile(r"当天|当日|同日|same day")
_BLANK = re.compile(r"[-–—/\s.…]*|n/?a|不适用|not applicable")
_OPTIONAL = re.compile(
    r"可选|另购|加购|付费|另付|单独|部分|optional|add-?on|extra|on request|partly|partial|some"
)
_UNPRICED = re.compile(
    r"面议|询价|电询|待定|咨询客服|on request|ask us|tba|tbd|contact (?:us|sales)"
)
_YES = re.compile(r"[✓✔√☑●✅]\ufe0f?|yes|y|是|有|支持|包含|含|可以?|included|true|available")
_NO = re.compile(
    r"[✗✘×❌☒✕]\ufe0f?|[-–—]+|no|n|x|否|无|没有|不支持|不包含|不含|不可以?|not included|none|false"
)
_REMARK = re.compile(r"\s*[(,;:（].*$")
_MARKUP = re.compile(r"\*\*|__|`|<br\s*/?>")
CELLS_REMEMBERED = 4096
_DASHES = str.maketrans("–—−~～", "-----")


@lru_cache(maxsize=CELLS_REMEMBERED)
def plain_cell(text: str) -> str:
    """A cell folded, without emphasis."""
    return fold_text(_MARKUP.sub(" ", text))


@lru_cache(maxsize=CELLS_REMEMBERED)
def read_amount(text: str) -> Amount | None:
    """The amount that a cell consists of; None where it says anything else."""
    cell = plain_cell(text).translate(_DASHES)
    if _UNLIMITED.fullmatch(cell):
        return Amount(low=INFINITE, high=INFINITE)
    if _FREE.fullmatch(cell):
        return Amount(low=Decimal(0), high=Decimal(0))
    if _SAME_DAY.fullmatch(cell):
        day = UNITS["天"]
        return Amount(low=Decimal(0), high=Decimal(DAY_SECONDS), dimension=day.dimension, unit=day)
    found = _CELL.fullmatch(cell)
    return _amount(found, text) if found else None


def _amount(found: re.Match[str], written: str) -> Amount | None:
    part = found.groupdict()
    own, second = (UNITS[part[name]] if part[name] else None for name in ("unit", "unit2"))
    sign = UNITS[part["sign"]] if part["sign"] else None
    last = second or own or sign
    first = own or last
    if {each.dimension for each in (own, second, sign) if each} - {last.dimension if last else ""}:
        return None
    scale2 = part["scale2"] or part["scale"] or ""
    low = high = Decimal(
        read_number(part["num"], part["scale"] or (scale2 if part["num2"] else ""))
    )
    low *= first.factor if first else 1
    if part["num2"]:
        high = Decimal(read_number(part["num2"], scale2)) * (last.factor if last else 1)
    else:
        high = low
    if low > high:
        return None
    if part["least"] or part["least2"]:
        high = INFINITE
    if part["most"] or part["most2"]:
        low = Decimal(0)
    return Amount(
        low=low,
        high=high,
        dimension=last.dimension if last and last.dimension != COUNT else None,
        unit=last,
        per=read_per(part["per"] or part["per0"] or ""),
        style=_style(found, written),
    )


def _style(found: re.Match[str], written: str) -> tuple[str, str]:
    """The sign and the unit as they stand around a single number without a scale."""
    unit = found["unit"] or ""
    if found["scale"] or found["num2"]:
        return ("", "")
    spelled = re.search(rf"\s?{re.escape(unit)}", written, re.IGNORECASE) if unit else None
    sign = re.search(re.escape(found["sign"]), written, re.IGNORECASE) if found["sign"] else None
    return (sign[0] if sign else "", spelled[0] if spelled else "")


_PERIODS = {
    "month": ("月", "个月", "month", "mo", "monthly"),
    "year": ("年", "year", "yr", "annum", "yearly"),
    "day": ("天", "日", "day", "daily"),
    "week": ("周", "week"),
    "hour": ("小时", "hour", "hr", "h"),
    "person": ("人", "person"),
}


def read_per(text: str) -> str:
    """What an amount is counted by, one word for all its spellings."""
    return next((name for name, words in _PERIODS.items() if text in words), text)


def read_mark(text: str) -> bool | None:
    """Whether a cell says yes or no, remarks behind it aside; None where it says neither."""
    cell = plain_cell(text)
    for form in (cell, _REMARK.sub("", cell)):
        if _YES.fullmatch(form):
            return True
        if _NO.fullmatch(form):
            return False
    return None


def is_blank(text: str) -> bool:
    """Whether a cell says that there is nothing."""
    return bool(_BLANK.fullmatch(plain_cell(text)))


def is_optional(text: str) -> bool:
    """Whether what a cell names does not come by itself."""
    return bool(_OPTIONAL.search(plain_cell(text)))


def is_open(text: str) -> bool:
    """Whether a cell says that the amount is to be asked for."""
    return bool(_UNPRICED.fullmatch(plain_cell(text)))


def adopt_unit(amount: Amount, unit: Unit | None, per: str) -> Amount:
    """A bare number measured in the unit of its column."""
    if amount.dimension is not None or unit is None:
        return replace(amount, per=amount.per or per)
    return replace(
        amount,
        low=amount.low * unit.factor,
        high=amount.high * unit.factor,
        dimension=unit.dimension,
        unit=unit,
        per=amount.per or per,
    )


def write_amount(value: Decimal, like: Sequence[Amount], language: str) -> str:
    """A value computed from these amounts, written as they are where they agree."""
    styles = {each.style for each in like}
    units = [each.unit for each in like if each.unit is not None]
    smallest = min(units, key=lambda unit: unit.factor, default=None)
    number = value / smallest.factor if smallest else value
    text = f"{number:,f}" if abs(number) >= 1000 else f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if len(styles) == 1 and any(*styles) and len({unit.factor for unit in units}) <= 1:
        before, behind = next(iter(styles))
        return f"{before}{text}{behind}"
    if smallest is None:
        return text
    name = smallest.zh if language == "zh" else smallest.en
    return f"{text}{'' if name == '%' else ' '}{name}"


def have_one_measure(amounts: Iterable[Amount]) -> bool:
    """Whether all measure the same, so that they can be compared and added."""
    return len({(each.dimension, each.per) for each in amounts}) == 1
