"""Statements of two documents that cannot both be right."""

import pytest

from kefu.answering import Passage, Statement, contradicts, read_statements

Said = tuple[str, str]
"""Title and headings, separated by bars; text."""


def read(said: Said) -> Statement:
    place, text = said
    return next(read_statements([Passage(tuple(place.split("|")), text)]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Opening hours", "Open from 9:00 to 18:00."),
            ("Opening hours", "Open from 9:00 to 20:00."),
        ),
        (("Returns", "Returns take 7 days."), ("News", "Returns take 9 days.")),
        (("Returns", "Cards can be returned."), ("FAQ|Returns", "Cards cannot be returned.")),
        (("保修政策", "电池保修 12 个月。"), ("保修政策（草稿）", "电池保修 24 个月。")),
        (
            ("Prices", "| Plan | Price |\n|---|---|\n| Pro | 9 yuan |"),
            ("Prices", "| Plan | Price | Users |\n|---|---|---|\n| Pro | 12 yuan | 3 |"),
        ),
        (("Bags", "A bag weighs at least 8 kg."), ("Bags", "A bag weighs at most 8 kg.")),
    ],
)
def test_another_figure_or_a_denial_of_the_same_thing_contradicts(one: Said, other: Said) -> None:
    assert contradicts(read(one), read(other))
    assert contradicts(read(other), read(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Basic", "Tickets take 24 hours."), ("Pro", "Tickets take 4 hours.")),
        (("Prices|In euros", "Pro costs 9."), ("Prices|In yuan", "Pro costs 70.")),
        (("Hours", "Open from 9:00 to 18:00."), ("Hours", "Open from 9:00 to 12:00 on Sundays.")),
        (("Returns", "Returns take 7 days."), ("Returns", "Returns take a week, or 7 days.")),
        (("Cards", "Gift cards last 3 years."), ("Cards", "Credit cards last 5 years.")),
        (("Codes", "LH-4031 lasts 5 minutes."), ("Codes", "LH-4032 lasts 9 minutes.")),
        (("保修", "电池保修 12 个月。"), ("保修", "屏幕保修 24 个月。")),
        (("积分", "积分 18 个月后失效。"), ("积分", "金卡积分 36 个月后失效。")),
        (
            ("Prices", "| Plan | Price |\n|---|---|\n| Pro | 9 yuan |"),
            ("Prices", "| Plan | Price |\n|---|---|\n| Max | 12 yuan |"),
        ),
        (
            ("Types", "| Code | CPU |\n|---|---|\n| a1 | 32 |"),
            ("Types", "| Code | CPU |\n|---|---|\n| a1 | 32.0 |"),
        ),
    ],
)
def test_what_is_said_of_something_else_may_stand_beside_it(one: Said, other: Said) -> None:
    assert not contradicts(read(one), read(other))
