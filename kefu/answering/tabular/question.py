"""A question while it is read: what has been understood of it, and what is left."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from kefu.answering.numerals import CHINESE, DIGITS, ENGLISH, SCALE, read_number
from kefu.answering.tabular.naming import group_of, stem
from kefu.answering.tabular.values import Amount, read_per
from kefu.answering.word_lists import TABLE_FORMS, TABLE_GLUE, UNITS
from kefu.text import fold_text, index_terms, query_terms

MASK = "|"
_HAN = re.compile(r"[一-鿿]")
_WORD_CHARACTER = "a-z0-9_"


class Operation(StrEnum):
    """What is worked out over rows."""

    DIFFERENCE = "difference"
    SUM = "sum"
    COUNT = "count"
    EXTREME = "extreme"
    FILTER = "filter"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """Which end of which column is asked for.

    Attributes:
        group: words of which the column's name must hold one; empty: any.
    """

    is_high: bool
    group: frozenset[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A comparison with an amount: its sign, as ">=", and one amount or the two ends.

    Attributes:
        has_modal: behind "can" and the like.
        is_reach: "up to", which may mean what is reached as well as what is not passed.
    """

    sign: str
    amount: Amount
    start: int
    end: int
    has_modal: bool = False
    is_reach: bool = False


_SPELLINGS = "|".join(re.escape(each) for each in sorted(UNITS, key=len, reverse=True))
_ONE, _TWO = (
    rf"(?P<sign{n}>us\$|hk\$|[$€£¥])?\s*(?P<num{n}>{DIGITS}|{CHINESE}|{ENGLISH})\s*"
    rf"(?P<scale{n}>{SCALE})?\s*-?(?P<unit{n}>(?:{_SPELLINGS})(?![a-z]))?"
    for n in (1, 2)
)
_BETWEEN = re.compile(
    rf"(?:(?P<open>between|from|在)\s*)?{_ONE}\s*(?P<joint>and|to|-|~|到|至|和|与)\s*{_TWO}"
    r"\s*(?P<close>之间)?"
)
_LISTING = ("and", "和", "与")
_BARE = re.compile(_ONE)
_BEFORE = [
    (sign, re.compile(rf"(?:{words})\s*{_ONE}")) for sign, words in TABLE_FORMS["before"].items()
]
_BEHIND = [
    (sign, re.compile(rf"{_ONE}\s*(?:{words})")) for sign, words in TABLE_FORMS["behind"].items()
]
_ONES = ("一", "one", "1", "半")
_COUNTED = ("time", "calendar", "count")
_PERIOD = re.compile(
    r"\b(?:per|an?|each|every|one|1)[- ](?P<en>day|week|month|year|hour)\b"
    r"|\b(?P<ly>daily|weekly|monthly|yearly|annually)\b"
    r"|(?:每|一|1)(?:个)?(?P<zh>天|日|周|月|年|小时)"
)
_GLUE = frozenset(form for word in TABLE_GLUE for form in (word, stem(word)))
_LY = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annually": "year"}
_REACH = re.compile(r"up to|最多|至多|(?:a )?maximum of")
_MODAL = re.compile(r"能|可以|可|\b(?:can|could|able to)\b")
_OPERATIONS = {
    Operation(name): re.compile("|".join(f"(?:{form})" for form in forms))
    for name, forms in TABLE_FORMS["operations"].items()
}
_EXTREMES = [
    (re.compile(rf"(?<![a-z])(?:{row['words']})(?:的)?(?![a-z])"), row["end"] == "high", row["of"])
    for row in TABLE_FORMS["extremes"]
]


def asks_of_table(question: str) -> bool:
    """Whether a question may be one to work out over a table."""
    folded = fold_text(question)
    is_asked = any(form.search(folded) for form in _OPERATIONS.values())
    return is_asked or any(form.search(folded) for form, _, _ in _EXTREMES)


@dataclass
class Question:
    """The folded text, in which what was understood is masked."""

    text: str
    periods: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, question: str) -> "Question":
        return cls(fold_text(question))

    def take(self, start: int, end: int) -> None:
        """Mask what was understood."""
        self.text = self.text[:start] + MASK * (end - start) + self.text[end:]

    def take_phrase(self, phrase: str) -> int | None:
        """Mask a phrase wherever it stands as words of its own, and say where it stands first."""
        places = [found.span() for found in phrase_pattern(phrase).finditer(self.text)]
        for start, end in places:
            self.take(start, end)
        return places[0][0] if places else None

    def take_extremes(self) -> list[Extreme]:
        """The superlatives and comparatives."""
        found = []
        for form, is_high, word in _EXTREMES:
            for match in form.finditer(self.text):
                if re.search(r"(?:how much|how many)\s*$", self.text[: match.start()]):
                    continue
                group = group_of(word) if word else frozenset()
                found.append(
                    Extreme(is_high=is_high, group=group, start=match.start(), end=match.end())
                )
                self.take(match.start(), match.end())
        return found

    def take_operation(self, operation: Operation) -> int | None:
        """Mask the words that ask for an operation, and say where the first stand."""
        places = [found.span() for found in _OPERATIONS[operation].finditer(self.text)]
        for start, end in places:
            self.take(start, end)
        return places[0][0] if places else None

    def take_periods(self) -> None:
        """Note "per month" and the like; they stay, as names of columns hold them."""
        for found in _PERIOD.finditer(self.text):
            self.periods.add(read_per(found["en"] or found["zh"] or _LY.get(found["ly"] or "", "")))

    def take_limits(self) -> list[Limit]:
        """All comparisons with an amount."""
        limits: list[Limit] = []
        limits += self._read_limits(_BETWEEN, "between")
        for sign, form in (*_BEHIND, *_BEFORE):
            limits += self._read_limits(form, sign)
        limits += self._read_limits(_BARE, "=")
        return limits

    def _read_limits(self, form: re.Pattern[str], sign: str) -> Iterator[Limit]:
        for match in list(form.finditer(self.text)):
            is_list = sign == "between" and _is_list(match)
            if is_list or _is_word(match) or (sign == "=" and _is_no_amount(match, self.text)):
                continue
            amount = _read(match, is_pair=sign == "between")
            if amount is None:
                continue
            modal = bool(_MODAL.search(self.text[max(0, match.start() - 24) : match.start()]))
            self.take(match.start(), match.end())
            yield Limit(
                sign=sign,
                amount=amount,
                start=match.start(),
                end=match.end(),
                has_modal=modal,
                is_reach=bool(_REACH.match(match[0])),
            )

    def leftover(self, context: str, explained: Callable[[str], bool]) -> list[str]:
        """Words of which neither the context nor a bound column nor the glue knows anything."""
        rest = self.text.replace(MASK, " ")
        rest = _PERIOD.sub(" ", rest)
        stems = set(index_terms(context))
        folded = fold_text(context)
        words = [word for word in query_terms(rest) if word.strip(MASK)]
        if not rest.strip(" ?？.。,，!！、;；:："):
            return []
        return [
            word
            for word in _whole_words(rest, words)
            if word not in _GLUE
            and not _consists_of_glue(word)
            and word not in stems
            and not (_HAN.search(word) and word in folded)
            and not explained(word)
        ]


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """A phrase as words of its own, in the plural too where it is English."""
    escaped = re.escape(phrase)
    before = rf"(?<![{_WORD_CHARACTER}-])" if re.match(rf"[{_WORD_CHARACTER}]", phrase) else ""
    if re.search(rf"[{_WORD_CHARACTER}]$", phrase):
        return re.compile(rf"{before}{escaped}(?:e?s)?(?![{_WORD_CHARACTER}-])")
    return re.compile(before + escaped)


def _whole_words(rest: str, terms: Sequence[str]) -> list[str]:
    """The terms without the pairs of characters across two words."""
    import rjieba  # noqa: PLC0415 - 0.2 s to import, not needed by commands without Chinese

    words = set(rjieba.cut(rest)) if _HAN.search(rest) else set()
    return [term for term in terms if not _HAN.search(term) or term in words]


def _consists_of_glue(word: str) -> bool:
    return bool(_HAN.search(word)) and all(letter in _GLUE for letter in word)


def _is_list(match: re.Match[str]) -> bool:
    """Whether two amounts stand side by side, not as the ends of a range."""
    return match["joint"] in _LISTING and not (match["open"] or match["close"])


def _is_word(match: re.Match[str]) -> bool:
    """Whether a number in letters counts nothing, as in 一起."""
    return not match["num1"][0].isdigit() and match["unit1"] is None


def _is_no_amount(match: re.Match[str], text: str) -> bool:
    """One of something is an article, and letters around digits make a name."""
    number, unit = match["num1"], match["unit1"]
    if number in _ONES and (unit is None or UNITS[unit].dimension in _COUNTED):
        return True
    is_inside = number[0].isdigit() and bool(re.match(r"[a-z_]", text[: match.start()][-1:]))
    return is_inside or bool(unit is None and re.match(r"[a-z0-9_]", text[match.end() :][:1]))


def _read(match: re.Match[str], *, is_pair: bool) -> Amount | None:
    part = match.groupdict()
    names = (1, 2) if is_pair else (1,)
    signs = [
        UNITS[part[f"{kind}{n}"]] for n in names for kind in ("unit", "sign") if part[f"{kind}{n}"]
    ]
    if len({unit.dimension for unit in signs}) > 1:
        return None
    unit = signs[-1] if signs else None
    values = [Decimal(read_number(part[f"num{n}"], part[f"scale{n}"] or "")) for n in names]
    values = [value * (unit.factor if unit else 1) for value in values]
    dimension = unit.dimension if unit and unit.dimension != "count" else None
    return Amount(low=values[0], high=values[-1], dimension=dimension, unit=unit)
