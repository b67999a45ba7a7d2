"""What is worked out over the rows of a table, and what is left to the ordinary way."""

from time import monotonic

import pytest
from hits import make_hit

from kefu.answering import is_own_phrase
from kefu.answering.citing import Citer
from kefu.answering.tabular import choose_result, tell
from kefu.answering.tabular.evaluating import Worked
from kefu.answering.tabular.question import Question
from kefu.answering.tabular.reading import Row, Table
from kefu.answering.verify import supports
from kefu.retrieval import Hit
from kefu.text import find_grids

PLANS = """| Plan | Monthly price | Memory | Storage | Backups | IPv6 | Support | Region |
|---|---|---|---|---|---|---|---|
| Seed | $4 | 1 GB | 20 GB | – | yes | e-mail | Europe |
| Sprout | $9 | 4 GB | 80 GB | 7 days | yes | e-mail | Europe |
| Tree | $19 | 8 GB | 160 GB | 14 days | yes | chat | Asia |
| Grove | $39 | 16 GB | 1 TB | 30 days | no | chat | Asia |
| Forest | $1,079 | 32 GB | unlimited | 30 days | no | phone | Europe |
"""
套餐 = """| 套餐 | 月费 | 年费 | 内存 | 流量 | 备份 | 支持 IPv6 | 客服方式 | 开通时间 | 年付折扣 |
|---|---|---|---|---|---|---|---|---|---|
| 入门版 | 29 元 | 290 元 | 2 GB | 500 GB | 不含 | 是 | 工单 | 1–2 小时 | 9.5 折 |
| 标准版 | 69 元 | 690 元 | 4 GB | 1 TB | 含 | 是 | 工单 | 2–4 小时 | 9 折 |
| 专业版 | 159 元 | 1,590 元 | 8 GB | 3 TB | 含 | 是 | 电话 | 1 天 | 8.5 折 |
| 旗舰版 | 0.12 万元 | 1.2 万元 | 16 GB | 不限 | 含 | 否 | 专属经理 | 面议 | 8 折 |
"""


def make_table(text: str, **changes: object) -> Table:
    hit: Hit = make_hit(text, **changes)
    (grid,) = find_grids(text)
    rows = tuple(Row(cells=row.cells, hit=hit, start=row.start, end=row.end) for row in grid.rows)
    return Table(head=grid.head, rows=rows)


EN = make_table(PLANS, title="Hosting plans", heading_path=[], language="en")
ZH = make_table(套餐, title="云主机套餐", heading_path=[])


def work_out(question: str, *tables: Table) -> Worked | None:
    return choose_result(question, tables or [EN if question.isascii() else ZH])


def names(worked: Worked) -> list[str]:
    return [worked.table.rows[row].cells[0] for row in worked.chosen]


def told(question: str, *tables: Table, language: str = "") -> str:
    worked = work_out(question, *tables)
    assert worked is not None
    language = language or ("en" if question.isascii() else "zh")
    return "".join(piece.text for piece in tell(worked, Citer(), language))


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which plans include backups?", ["Sprout", "Tree", "Grove", "Forest"]),
        ("Which plans do not include backups?", ["Seed"]),
        ("Which plans have no IPv6 support?", ["Grove", "Forest"]),
        ("Which plans in Europe have IPv6?", ["Seed", "Sprout"]),
        ("Which plans cost between $10 and $50?", ["Tree", "Grove"]),
        ("Which plans keep backups for more than 10 days?", ["Tree", "Grove", "Forest"]),
        ("Which plans keep backups for at least 2 weeks?", ["Tree", "Grove", "Forest"]),
        ("Which plans have storage of 500 GB or more?", ["Grove", "Forest"]),
        ("List the plans with chat support under $30", ["Tree"]),
        ("哪些套餐包含备份？", ["标准版", "专业版", "旗舰版"]),
        ("哪些套餐不含备份？", ["入门版"]),
        ("哪个套餐不支持 IPv6？", ["旗舰版"]),
        ("流量超过 800 GB 的套餐有哪些", ["标准版", "专业版", "旗舰版"]),
        ("月费一百元以内的套餐有哪些？", ["入门版", "标准版"]),
        ("内存在 4 到 8 GB 之间的套餐有哪些？", ["标准版", "专业版"]),
        ("年费不低于一万元的套餐有哪些？", ["旗舰版"]),
        ("有电话客服的套餐有哪些？", ["专业版"]),
    ],
)
def test_rows_are_those_that_meet_every_condition(question: str, rows: list[str]) -> None:
    worked = work_out(question)
    assert worked is not None
    assert names(worked) == rows


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("cheapest plan with at least 8 GB memory", ["Tree"]),
        ("What is the cheapest plan that does not have IPv6?", ["Grove"]),
        ("Which plan has the most storage?", ["Forest"]),
        ("Which plan keeps backups the longest?", ["Grove", "Forest"]),
        ("Is Tree cheaper than Grove?", ["Tree"]),
        ("Which is more expensive, Tree or Grove?", ["Grove"]),
        ("内存至少 4 GB 的套餐里最便宜的是哪个？", ["标准版"]),
        ("哪个套餐流量最多？", ["旗舰版"]),
        ("标准版和专业版哪个便宜？", ["标准版"]),
        ("开通最快的套餐是哪个？", ["入门版"]),
        ("开通时间最短的套餐是哪个？", ["入门版"]),
    ],
)
def test_the_row_at_the_end_of_a_column_is_found(question: str, rows: list[str]) -> None:
    worked = work_out(question)
    assert worked is not None
    assert names(worked) == rows


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many plans support IPv6?", "counted by “Plan”, 3."),
        ("How many regions are there?", "counted by “Region”, 2."),
        ("What do Seed and Sprout cost together?", "comes to $13 ($4 + $9)."),
        (
            "What is the total price of all plans?",
            "comes to $1,150 ($4 + $9 + $19 + $39 + $1,079).",
        ),
        ("How much more does Forest cost than Seed?", "differs by $1,075 ($1,079 − $4)."),
        ("How much more storage does Grove have than Tree?", "differs by 864 GB (1 TB − 160 GB)."),
        ("多少个套餐支持 IPv6？", "按“套餐”计数，共 3 个。"),
        ("一共有几个套餐？", "按“套餐”计数，共 4 个。"),
        ("标准版和专业版月费差多少？", "“月费”相差 90 元（159 元 − 69 元）。"),
        ("旗舰版一年比专业版贵多少？", "“年费”相差 10,410 元（1.2 万元 − 1,590 元）。"),
        ("入门版和标准版月费一共多少？", "“月费”合计 98 元（29 元 + 69 元）。"),
    ],
)
def test_a_number_is_told_with_how_it_came_about(question: str, said: str) -> None:
    assert said in told(question)


def test_several_cells_are_looked_up() -> None:
    assert told("What memory and storage do Seed and Forest have?") == (
        "- Plan: Seed; Memory: 1 GB; Storage: 20 GB [1]\n"
        "- Plan: Forest; Memory: 32 GB; Storage: unlimited [2]"
    )
    assert told("标准版、专业版的内存分别是多少？").count("套餐：") == 2


@pytest.mark.parametrize(
    "question",
    [
        "Which plans have at least 8 GB?",  # memory or storage
        "标准版和专业版差多少钱？",  # a month or a year
        "100元以内的套餐有哪些？",
    ],
)
def test_an_ambiguous_column_is_not_guessed(question: str) -> None:
    assert work_out(question) is None


def test_two_prices_that_lead_to_one_row_are_not_ambiguous() -> None:
    assert "“月费”最低的是 入门版：29 元。" in told("最便宜的套餐是哪个？")


@pytest.mark.parametrize(
    "question",
    [
        "What is the cheapest plan with 24/7 support?",
        "What is the cheapest student plan?",
        "Which plan is best for a blog?",
        "Which plans were cheaper last year?",
        "Which plan is not available in Europe?",
        "Which plans don't cost more than $20?",
        "Which plans have IPv6 or chat support?",
        "Which plan has neither IPv6 nor backups?",
        "Which plans have more memory than Tree?",
        "Which plan is cheaper than Tree and Grove?",
        "比标准版和专业版便宜的套餐是哪个？",
        "Which plans have backups, and how do I pay?",
        "Which plans have backups? How do I pay?",
        "What is the second cheapest plan?",
        "What are the two cheapest plans?",
        "What do 3 Seed and 2 Sprout cost in total?",
        "What do Seed and Tree cost per year in total?",
        "How many plans are there per region with IPv6?",
        "What does chat support cost?",
        "What is the difference between Tree and Bush in price?",
        "How many backups does Grove keep?",
        "How many customers use Tree?",
        "average price of the plans",
        "能给10个人用的套餐有哪些？",
        "哪个套餐适合小公司？",
        "去年最便宜的套餐是哪个？",
        "三个入门版月费一共多少？",
        "内存最大的两款套餐",
        "内存 4 GB 和 16 GB 的套餐有哪些？",
        "第二便宜的套餐是哪个？",
        "折扣最大的套餐是哪个？",
    ],
)
def test_what_is_not_understood_to_the_last_word_is_not_worked_out(question: str) -> None:
    assert work_out(question) is None


@pytest.mark.parametrize(
    "question",
    ["Which plans cost more than $5000?", "How many plans cost more than $5000?"],
)
def test_a_condition_that_no_row_meets_is_not_worked_out(question: str) -> None:
    assert work_out(question) is None


def test_rows_that_cannot_be_told_are_named_apart() -> None:
    said = told("开通时间 3 小时以内的套餐有哪些？")
    assert said.startswith("根据《云主机套餐》中的表格（4 行中有 1 行符合：“开通时间”≤ 3 小时）")
    assert said.endswith("不能确定是否符合的：标准版、旗舰版。")
    assert work_out("开通时间 3 小时以内的套餐有几个？") is None


def test_rows_without_a_number_are_said_not_to_count() -> None:
    assert told("开通时间最长的套餐是哪个？").endswith("未计入没有写明数值的：旗舰版。")


def test_a_last_row_that_adds_the_others_up_is_no_row() -> None:
    table = make_table(
        "| Team | Seats |\n|---|---|\n| Red | 4 |\n| Blue | 6 |\n| Total | 10 |\n", title="Teams"
    )
    assert names_of("Which team has the most seats?", table) == ["Blue"]
    assert "comes to 10 (4 + 6)" in told("How many seats do all teams have in total?", table)


def names_of(question: str, *tables: Table) -> list[str]:
    worked = work_out(question, *tables)
    assert worked is not None
    return names(worked)


def test_cells_that_name_several_things_leave_a_choice_open() -> None:
    text = "| Office | Country |\n|---|---|\n| North | Peru |\n| South | Peru, Chile |\n"
    table = make_table(f"{text}| East | Fiji |\n", title="Offices", language="en")
    assert told("Which offices are in Peru?", table).endswith("whether these fit: South.")
    assert work_out("How many offices are in Peru?", table) is None


def test_tables_that_say_different_things_are_not_chosen_between() -> None:
    other = make_table(PLANS.replace("$4", "$14"), title="Hosting plans", heading_path=["Reseller"])
    assert names_of("What is the cheapest plan?", EN) == ["Seed"]
    assert work_out("What is the cheapest plan?", EN, other) is None
    assert names_of("What is the cheapest plan?", EN, EN) == ["Seed"]


def test_the_answer_is_in_the_language_of_the_question() -> None:
    assert told("哪个 plan 的 memory 最大？", EN, language="zh").startswith(
        "根据《Hosting plans》中的表格（共 5 行）：“Memory”最高的是 Forest：32 GB。"
    )


def test_what_is_worked_out_is_said_by_kefu_and_not_by_a_document() -> None:
    for question in ("What do Seed and Sprout cost together?", "最便宜的套餐是哪个？"):
        assert is_own_phrase(told(question).partition("\n")[0])


@pytest.mark.parametrize("row", ["0" * 8000, "1,234" * 1600])
def test_a_row_of_digits_without_end_is_read_at_once(row: str) -> None:
    begun = monotonic()
    Question.read(row).take_limits()
    assert monotonic() - begun < 2  # it took twenty times as long when tried from each digit


def test_what_looks_like_a_marker_in_a_cell_is_none() -> None:
    text = "| Plan | Price |\n|---|---|\n| Pro [7] | $4 |\n| Max | $9 |\n"
    said = told("What is the cheapest plan?", make_table(text, title="Plans", language="en"))
    assert "Pro (7)" in said
    assert "[7]" not in said


def test_a_written_sentence_with_a_computed_number_is_not_supported() -> None:
    rows = [
        "Plan: Seed; Monthly price: $4; Memory: 1 GB",
        "Plan: Sprout; Monthly price: $9; Memory: 4 GB",
    ]
    question = "What do Seed and Sprout cost together?"
    assert supports("Seed costs $4.", rows, question).is_supported
    assert not supports("Seed and Sprout cost $13 together.", rows, question).is_supported
