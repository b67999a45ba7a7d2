"""What cells of tables say."""

from decimal import Decimal

import pytest

from kefu.answering.tabular.values import INFINITE, is_blank, read_amount, read_mark


@pytest.mark.parametrize(
    ("cell", "low", "high", "dimension", "per"),
    [
        ("€12", 12, 12, "money-EUR", ""),
        ("¥1,200.50", Decimal("1200.5"), Decimal("1200.5"), "money-CNY", ""),
        ("49 元/月", 49, 49, "money-CNY", "month"),
        ("每月 49 元", 49, 49, "money-CNY", "month"),
        ("$5 per month", 5, 5, "money-USD", "month"),
        ("1.58 万元", 15800, 15800, "money-CNY", ""),
        ("3 亿", 300_000_000, 300_000_000, None, ""),
        ("免费", 0, 0, None, ""),
        ("Unlimited", INFINITE, INFINITE, None, ""),
        ("**120** kg", 120_000, 120_000, "mass", ""),
        ("20–30 min", 1200, 1800, "time", ""),
        ("30 分钟 ~ 1 小时", 1800, 3600, "time", ""),
        ("当天", 0, 86400, "time", ""),
        ("3 天内", 0, 259_200, "time", ""),
        ("18 个月", 18, 18, "calendar", ""),
        ("2 years", 24, 24, "calendar", ""),
        ("5 个工作日", 5, 5, "working-time", ""),
        ("up to 10 GB", 0, 10 * 2**20, "size", ""),
        ("3+", 3, INFINITE, None, ""),
        ("99.9 %", Decimal("99.9"), Decimal("99.9"), "percent", ""),
        ("4 vCPU (shared)", 4, 4, "core", ""),
        ("10 个", 10, 10, None, ""),
    ],
)
def test_an_amount_is_read(
    cell: str, low: Decimal, high: Decimal, dimension: str | None, per: str
) -> None:
    amount = read_amount(cell)
    assert amount is not None
    assert (amount.low, amount.high, amount.dimension, amount.per) == (low, high, dimension, per)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "–",
        "on request",
        "12 cores (24 threads)",
        "1,00,000",
        "5–3 days",
        "$5 or €4",
        "v2",
        "企业",
    ],
)
def test_what_is_more_than_an_amount_is_none(cell: str) -> None:
    assert read_amount(cell) is None


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("✓", True),
        ("Yes", True),
        ("支持（需申请）", True),
        ("是", True),
        ("–", False),
        ("✗", False),
        ("不含", False),
        ("No, but soon", False),
        ("optional", None),
        ("7 days", None),
        ("", None),
    ],
)
def test_yes_and_no_are_read(cell: str, says: bool | None) -> None:  # noqa: FBT001 - a case
    assert read_mark(cell) is says


def test_nothing_is_no_zero() -> None:
    assert [is_blank(cell) for cell in ("", "—", "n/a", "none", "无", "0")] == [
        *(True, True, True),
        *(False, False, False),
    ]
