import pytest

from kefu.answering.facts import find_facts, plain


def read(text: str) -> list[str]:
    return [str(fact) for fact in find_facts(plain(text))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 天", "三天"),
        ("3 天", "3 days"),
        ("3 天", "three days"),
        ("三个工作日", "3 business days"),
        ("3 working days", "three workdays"),
        ("24 小时", "twenty-four hours"),
        ("¥1,200.50", "1200.5元"),
        ("US$20", "20 dollars"),
        ("１０％", "百分之十"),
        ("10 percent", "10%"),
        ("1.5万元", "15000 元"),
        ("一百二十元", "CNY 120"),
        ("2026年1月5日", "2026-01-05"),
        ("January 5, 2026", "5 Jan 2026"),
        ("2026/1/5", "5th January 2026"),
        ("3月1日", "March 1"),
        ("下午 6:00", "6 pm"),
        ("18:00", "下午6点"),
        ("周一", "Monday"),
        ("400-820-8820", "400 820 8820"),
        ("https://a.example/x/", "http://a.example/x"),
        ("A@B.example", "a@b.example"),
    ],
)
def test_spellings_of_one_fact_are_equal(one: str, other: str) -> None:
    assert read(one) == read(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 天", "3 个工作日"),
        ("3 天", "3 hours"),
        ("5 GB", "5 TB"),
        ("20 元", "20 美元"),
        ("2026-01-05", "2026-05-01"),
        ("9:00", "21:00"),
        ("LH-4031", "LH-4013"),
        ("v2.1", "v2.10"),
    ],
)
def test_different_facts_are_different(one: str, other: str) -> None:
    assert read(one) != read(other)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("lh.c2.large costs ¥236 with 4 vCPU", ["lh.c2.large", "236 CNY", "4 core"]),
        ("3-5 个工作日", ["3 working day", "5 working day"]),
        ("三到五天", ["3 day", "5 day"]),
        ("error LH-4031, max_connections", ["lh-4031", "max_connections"]),
        ("一个账号十分安全", []),
        ("one of them", []),
        ("This is e.g. a well-known fact.", []),
    ],
)
def test_facts_are_found_whole(text: str, facts: list[str]) -> None:
    assert read(text) == facts


@pytest.mark.parametrize(
    ("said", "source", "agrees"),
    [
        ("最多 3 台", "3 台", True),
        ("至少 3 台", "3 台", False),
        ("最多可以合并 3 台", "不超过 3 台", True),
        ("至少提前 3 天", "最多提前 3 天", False),
        ("至少 3 台", "最多 3 台", False),
        ("7 天后", "7 天内", False),
        ("after 7 days", "within 7 days", False),
        ("no more than 5", "up to 5", True),
        ("March 1", "1 March 2026", True),
        ("1 March 2026", "March 1", False),
        ("before 1 March 2026", "from 1 March 2026", False),
    ],
)
def test_bounds_and_left_out_years(said: str, source: str, *, agrees: bool) -> None:
    (one,), (other,) = find_facts(plain(said)), find_facts(plain(source))
    assert one.agrees(other) is agrees


@pytest.mark.parametrize(
    ("said", "source", "agrees"),
    [
        ("2 days", "2 parcels", False),
        ("2 parcels", "2 days", False),
        ("20 EUR", "20 Credits", False),
        ("2 days", "2", True),
        ("2 hours", "2 business hours", True),
        ("4 GB", "4 gigabytes", True),
        ("5", "5 seats", True),
        ("5 times", "5 attempts", True),
    ],
)
def test_a_number_of_things_is_no_measure(said: str, source: str, *, agrees: bool) -> None:
    (one,), (other,) = find_facts(said), find_facts(source)
    assert one.agrees(other) is agrees
