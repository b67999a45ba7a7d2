"""Days and months as texts write them."""

from datetime import date

import pytest

from kefu.text import find_periods


@pytest.mark.parametrize(
    "text",
    ["2025-03-01", "2025/3/1", "2025.03.01", "2025 年 3 月 1 日", "2025年3月1号", "1 March 2025",
     "March 1st, 2025", "1st of Mar. 2025", "二〇二五年三月一日"],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    (found,) = find_periods(f"since {text}, they say")
    assert (found.first, found.last) == (date(2025, 3, 1), date(2025, 3, 1))
    assert f"since {text}, they say"[found.start : found.end] == text


@pytest.mark.parametrize("text", ["2024年2月", "February 2024", "二〇二四年二月"])
def test_a_month_lasts_until_its_last_day(text: str) -> None:
    (found,) = find_periods(text)
    assert (found.first, found.last) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    "text", ["2025-13-01", "2025-02-30", "03/04/2025", "192.168.20.25", "3 days"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert find_periods(text) == []


def test_several_are_found_in_their_order() -> None:
    found = find_periods("从 2025-01-01 至 二〇二五年十二月三十一日，见 1 May 2024")
    assert [each.first for each in found] == [
        date(2025, 1, 1),
        date(2025, 12, 31),
        date(2024, 5, 1),
    ]
