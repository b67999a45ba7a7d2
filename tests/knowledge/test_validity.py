"""From when until when documents hold, by what they say of themselves."""

from datetime import date

import pytest

from kefu.knowledge.validity import Validity, name_series, read_validity


def read(text: str = "", *, title: str = "Returns", **metadata: str) -> Validity:
    return read_validity(title, text, metadata)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("effective", "2025-03-01"),
        ("Effective-Date", "March 1, 2025"),
        ("valid from", "2025/3/1"),
        ("生效日期", "2025年3月1日"),
        ("施行日期", "二〇二五年三月一日"),
        ("有效期", "2025-03-01 至 2025-12-31"),
    ],
)
def test_front_matter_says_the_first_day(key: str, value: str) -> None:
    assert read(**{key: value}).valid_from == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("key", "value"),
    [("valid_until", "2025-12-31"), ("expires", "December 2025"), ("失效日期", "2025年"),
     ("valid", "1 March 2025 to 31 December 2025")],
)  # fmt: skip
def test_front_matter_says_the_last_day(key: str, value: str) -> None:
    assert read(**{key: value}).valid_until == date(2025, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "# 退货政策\n\n本政策自 2025 年 3 月 1 日起施行，适用于全部门店。",
        "**生效日期：** 2025年3月1日\n\n七天内可以退货。",
        "| 文件编号 | 生效日期：2025-03-01 |",
        "Effective 1 March 2025\n\nGoods may be returned.",
        "This policy takes effect on March 1, 2025 and covers all shops.",
        "This price list is valid from 1 March 2025 to 31 December 2025.",
    ],
)
def test_the_text_says_the_first_day(text: str) -> None:
    assert read(text).valid_from == date(2025, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "本价目表有效期为2025年1月1日至2025年12月31日。",
        "有效期至：2025年12月31日",
        "本办法自 2026 年 1 月 1 日起废止。",
        "This price list is valid from 1 January 2025 to 31 December 2025.",
        "This notice expires on 31 December 2025.",
    ],
)
def test_the_text_says_the_last_day(text: str) -> None:
    assert read(text).valid_until == date(2025, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "升级自 2025 年 3 月 1 日起对全部客户生效。",
        "适用于 2025 年 3 月 1 日及之后支付的订单。",
        "Console 2 was switched off on 1 March 2025.",
        "Effective 03/04/2025",
        "Your contract is valid until 31 December 2025 if you paid.",
        "该政策自 2025 年 3 月 1 日起施行。",
    ],
)
def test_dates_of_something_else_are_none_of_the_document(text: str) -> None:
    assert read(text) == Validity()


def test_a_last_day_before_the_first_is_not_believed() -> None:
    found = read(effective="2025-03-01", expires="2024-01-01")
    assert (found.valid_from, found.valid_until) == (date(2025, 3, 1), None)


@pytest.mark.parametrize(
    ("text", "supersedes", "superseded_by"),
    [
        ("本政策取代《退货须知》。", "退货须知", None),
        ("This policy replaces “Returns guide”.", "Returns guide", None),
        ("本规定施行后，《退货须知》同时废止。", "退货须知", None),
        ("> 本版本已由 2026 版取代。", None, "2026 版"),
        ("This page has been superseded by “Returns 2026”.", None, "Returns 2026"),
    ],
)
def test_a_document_says_what_it_replaces_and_what_replaces_it(
    text: str, supersedes: str | None, superseded_by: str | None
) -> None:
    found = read(text)
    assert (found.supersedes, found.superseded_by) == (supersedes, superseded_by)
    assert found.status == ("superseded" if superseded_by else None)


@pytest.mark.parametrize(
    ("title", "text", "status"),
    [
        ("退货须知（已废止）", "", "outdated"),
        ("Returns [archived]", "", "outdated"),
        ("Returns", "This page is no longer current.", "outdated"),
        ("如何从旧版控制台迁移", "新控制台在右上角切换。", None),
    ],
)
def test_title_and_text_say_that_a_document_is_outdated(
    title: str, text: str, status: str | None
) -> None:
    assert read(text, title=title).status == status


def test_front_matter_outweighs_the_text() -> None:
    assert read("This page is outdated.", status="Current").status == "current"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("退货政策（2024 版）", "退货政策 2025年修订版"),
        ("Returns policy v1", "Returns Policy (v2.1)"),
        ("returns-2024", "Returns"),
        ("Returns, 3rd quarter, version 4", "Returns, 3rd quarter (archived)"),
    ],
)
def test_versions_of_a_document_have_one_name(one: str, other: str) -> None:
    assert name_series(one) == name_series(other) is not None


@pytest.mark.parametrize(
    ("one", "other"), [("PostgreSQL 15", "PostgreSQL 16"), ("Console 2", "Console 3")]
)
def test_versions_of_a_product_are_no_versions_of_a_document(one: str, other: str) -> None:
    assert name_series(one) != name_series(other)


def test_a_title_of_nothing_but_a_year_names_nothing() -> None:
    assert name_series("2025 版") is None
