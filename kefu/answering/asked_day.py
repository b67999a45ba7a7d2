"""The day that a question is about: what held then answers it."""

import re
from datetime import date, timedelta

from kefu.text import Period, find_periods

_YEAR = re.compile(
    r"(?<![\dA-Za-z.-])(?<![A-Za-z] )(?P<year>20\d\d)\s*(?:年(?!内)|版|财年|年度)"
    r"|\b(?:in|of|for|during|from|since|before|until|back in|my|the|our)\s+"
    r"(?P<en>20\d\d)\b(?![-.\d])",
    re.IGNORECASE,
)
_YEARS_AGO = {"去年": 1, "last year": 1, "前年": 2, "明年": -1, "next year": -1}
_RELATIVE = re.compile("|".join(_YEARS_AGO), re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:before|prior to)\s+$", re.IGNORECASE)
_BEFORE_ZH = re.compile(r"\s*(?:之前|以前|前)")


def find_day(question: str, *, today: date) -> date | None:
    """The last day of the first day, month or year that it names; None where it names none.

    Of a period that today is in it is today.
    """
    periods = find_periods(question)
    named = periods[0] if periods else _find_year(question, today)
    if named is None:
        return None
    before, after = question[: named.start], question[named.end :]
    if _BEFORE.search(before) or _BEFORE_ZH.match(after):
        return named.first - timedelta(days=1)
    return today if named.first <= today <= named.last else named.last


def _find_year(question: str, today: date) -> Period | None:
    found = _YEAR.search(question)
    if found is not None:
        year = int(found["year"] or found["en"])
        start, end = found.span("year" if found["year"] else "en")
        end = found.end() if found["year"] else end
    else:
        found = _RELATIVE.search(question)
        if found is None:
            return None
        year = today.year - _YEARS_AGO[found[0].casefold()]
        start, end = found.span()
    return Period(first=date(year, 1, 1), last=date(year, 12, 31), start=start, end=end)
