import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.text import Span, SpanKind, split_sentences


def texts(markdown: str) -> list[str]:
    return [span.text for span in split_sentences(markdown)]


def kinds(markdown: str) -> list[SpanKind]:
    return [span.kind for span in split_sentences(markdown)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Upgrade to v2.3.1 or 5.7 for $3.50 today.",
        "Use a client, e.g. Docker, on e-mail a.b@example.com first.",
        "Mr. Smith of Acme Inc. paid no. 5 in the U.S. yesterday.",
        "See Fig. 3 and Sec. 4.2 approx. twice.",
        "Wait... then go on.",
        "Open https://example.com/a.html?x=1.5&y=Z! in a browser.",
        "Version 2.0 (see below. It is short.) ships.",
        "Run `kefu ask. Then wait` once.",
        "Read [the guide. Part 2](guide.md) first.",
        "1. It is one point.",
        "价格为3.5元，版本v2.3.1，详见https://a.com/x?y=1.html页面。",
        "他问：“怎么办？”等问题很多。",
        "云盘（不支持扩容。只读。）可以挂载。",
        "请联系 support@example.com 处理。",
        "退款需要三天；节假日顺延。",
    ],
)
def test_mark_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert [span.text for span in split_sentences(f"{sentence} Next one. 下一句。")][:1] == [
        sentence.removeprefix("1. ")
    ]


@pytest.mark.parametrize(
    "sentences",
    [
        ["One.", "Two!", "Three?"],
        ["The end etc.", "Next one."],
        ['He asked "why?"', "Nobody knew."],
        ["It works.", "iOS users rejoice."],
        ["**Bold.**", "Plain."],
        ["Is it done?", "Yes."],
    ],
)
def test_english_sentences_are_split(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["退款要几天？", "三天。", "谢谢！"],
        ["他说：“可以。”", "然后就走了。"],
        ["请稍候……", "已完成。"],
        ["支持HTTP!", "也支持HTTPS。"],
        ["（详见下节。）", "然后重启。"],
        ["什么？！", "真的。"],
    ],
)
def test_chinese_sentences_are_split_without_spaces(sentences: list[str]) -> None:
    assert "".join(texts("".join(sentences))) == "".join(sentences)
    assert texts("".join(sentences))[-1] == sentences[-1]


def test_blocks_have_their_kind() -> None:
    markdown = "# Head\n\nText.\n\n- item\n\n|A|B|\n|-|-|\n|1|2|\n\n```\ncode. Code.\n```\n"
    assert kinds(markdown) == ["heading", "sentence", "list_item", "table_row", "code"]
    assert texts(markdown) == ["Head", "Text.", "item", "A: 1; B: 2", "code. Code."]


def test_table_row_carries_its_heads() -> None:
    table = "| 规格 | vCPU | 价格 |\n|:--|---|--:|\n| lh.c2.large | 2 | 99 元 |\n| a\\|b | | x |\n"
    assert texts(table) == ["规格：lh.c2.large；vCPU：2；价格：99 元", "规格：a|b；价格：x"]


def test_table_without_rows_is_read_by_its_head() -> None:
    assert texts("| Plan | Price |\n|---|---|\n") == ["Plan; Price"]


def test_bar_in_prose_is_no_table() -> None:
    assert texts("Choose a|b.\nThen go.") == ["Choose a|b.", "Then go."]


@pytest.mark.parametrize("marker", ["-", "*", "+", "1.", "2)", "(3)", "10."])
def test_item_is_read_without_its_marker(marker: str) -> None:
    spans = split_sentences(f"{marker} First step. Then\n   the rest.\n{marker} Other")
    assert [span.text for span in spans] == ["First step.", "Then the rest.", "Other"]
    assert {span.kind for span in spans} == {SpanKind.LIST_ITEM}


def test_wrapped_lines_are_closed_up() -> None:
    assert texts("系统会在三天\n内退款。\nIt takes\nlong.") == [
        "系统会在三天内退款。",
        "It takes long.",
    ]


def test_hard_break_ends_a_sentence() -> None:
    assert texts("Price: 5  \nTime: 3 days\\\nPlace: here") == [
        "Price: 5",
        "Time: 3 days",
        "Place: here",
    ]


def test_quotation_is_read_without_its_marks() -> None:
    assert texts("- item\n> quoted text\n> goes on.") == ["item", "quoted text goes on."]


@pytest.mark.parametrize(
    "markdown", ["", "\n\f\n", "---", "***", "![image](x.png)", "| | |\n|-|-|"]
)
def test_nothing_to_read_gives_nothing(markdown: str) -> None:
    assert split_sentences(markdown) == []


def test_unclosed_fence_reaches_the_end() -> None:
    assert split_sentences("```sh\nls -l")[0] == Span(
        text="ls -l", start=0, end=11, kind=SpanKind.CODE
    )


MARKDOWN = st.text(alphabet=st.sampled_from("aB1。.!？?… \n#|-`>*()“”（）:，"), max_size=200)


@given(MARKDOWN | st.text())
def test_spans_lie_in_order_within_the_source(markdown: str) -> None:
    behind = 0
    for span in split_sentences(markdown):
        assert behind <= span.start < span.end <= len(markdown)
        behind = span.end


@given(MARKDOWN)
def test_no_letter_is_lost(markdown: str) -> None:
    read = "".join(texts(markdown))
    if "|" not in markdown and "`" not in markdown and "!" not in markdown:
        assert [c for c in markdown if c in "aB"] == [c for c in read if c in "aB"]
