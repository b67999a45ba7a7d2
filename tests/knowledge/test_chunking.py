"""Chunks follow the document's structure, stay within their size and lose nothing."""

import random
import re
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.knowledge.chunking import split
from kefu.knowledge.records import ChunkKind, NewChunk


def count_words(text: str) -> int:
    """A word, a Chinese letter or a mark is a token; two more for every text."""
    return 2 + len(re.findall(r"[a-zA-Z0-9]+|[^\sa-zA-Z0-9]", text))


def chunked(markdown: str, *, title: str = "Manual", max_tokens: int = 40) -> list[NewChunk]:
    return split(markdown, title=title, count_tokens=count_words, max_tokens=max_tokens)


def texts(chunks: list[NewChunk]) -> list[str]:
    return [chunk.text for chunk in chunks]


def sentences(number: int) -> str:
    return " ".join(f"This is sentence number {each} of them." for each in range(number))


def test_small_section_is_one_chunk_under_its_headings() -> None:
    chunks = chunked("# Manual\n\nIntro.\n\n## Prices\n\n### Disks\n\nOne disk costs 3 euros.")
    assert [(chunk.heading_path, chunk.text) for chunk in chunks] == [
        ((), "Intro."),
        (("Prices", "Disks"), "One disk costs 3 euros."),
    ]
    assert [chunk.position for chunk in chunks] == [0, 1]


def test_top_heading_other_than_the_title_stays_in_the_path() -> None:
    assert chunked("# Refunds\n\nWithin 7 days.")[0].heading_path == ("Refunds",)
    assert chunked("# manual \n\nWithin 7 days.")[0].heading_path == ()


def test_headings_lose_their_marks() -> None:
    chunk = chunked("## **Use** `curl` [here](https://a.b) \\(v2\\) ##\n\nText.")[0]
    assert chunk.heading_path == ("Use curl here (v2)",)


@pytest.mark.parametrize(
    "entry",
    ["## How do I pay?", "## 如何付款", "**How do I pay?**", "Q: How do I pay?", "问：如何付款"],
)
def test_question_keeps_its_answer_to_itself(entry: str) -> None:
    other = entry.replace("pay", "cancel").replace("付款", "取消")
    chunks = chunked(f"{entry}\n\nBy card.\n\n{other}\n\nBy mail.", max_tokens=200)
    assert texts(chunks) == ["By card.", "By mail."]
    assert chunks[0].heading_path != chunks[1].heading_path


def test_answer_on_the_line_below_its_question_is_found() -> None:
    chunks = chunked("Q: Is it free?\nA: Yes.\n\nQ: Since when?\nA: Always.")
    assert texts(chunks) == ["A: Yes.", "A: Always."]
    assert chunks[1].heading_path == ("Q: Since when?",)


def test_tiny_sections_side_by_side_are_joined_with_their_headings() -> None:
    chunks = chunked("## Ports\n\n### HTTP\n\n80\n\n### HTTPS\n\n443", max_tokens=100)
    assert texts(chunks) == ["### HTTP\n\n80\n\n### HTTPS\n\n443"]
    assert chunks[0].heading_path == ("Ports",)


def test_short_section_is_not_mixed_with_a_longer_one() -> None:
    chunks = chunked(f"## A\n\nShort.\n\n## B\n\n{sentences(4)}", max_tokens=60)
    assert [chunk.heading_path for chunk in chunks] == [("A",), ("B",)]


def test_heading_with_nothing_below_it_is_not_lost() -> None:
    assert texts(chunked("## Parking is free\n\n## Long one\n\n" + sentences(4)))[0] == (
        "## Parking is free"
    )


def test_prose_is_cut_between_sentences_into_even_parts() -> None:
    chunks = chunked(sentences(9))
    assert len(chunks) == 2 or len({chunk.text for chunk in chunks}) == len(chunks)
    assert all(chunk.text.endswith("of them.") for chunk in chunks)
    assert max(c.token_count for c in chunks) - min(c.token_count for c in chunks) <= 16


def test_chinese_prose_is_cut_behind_its_marks() -> None:
    chunks = chunked(
        "退款在七个工作日内到账。" * 3 + "价格为3.50元，版本为1.2.3。" * 3, max_tokens=30
    )
    assert len(chunks) > 1
    assert all(chunk.text.endswith("。") for chunk in chunks)


def test_single_endless_sentence_is_cut_between_words() -> None:
    chunks = chunked("word " * 200, max_tokens=30)
    assert all(set(chunk.text.split()) == {"word"} for chunk in chunks)
    assert sum(len(chunk.text.split()) for chunk in chunks) == 200


def test_text_without_any_break_is_cut_anyway() -> None:
    def count_letters(text: str) -> int:
        return len(text)

    chunks = split("x" * 1000, title="", count_tokens=count_letters, max_tokens=64)
    assert "".join(texts(chunks)) == "x" * 1000
    assert max(chunk.token_count for chunk in chunks) <= 64


def test_list_is_cut_between_items_and_keeps_its_introduction() -> None:
    items = "\n".join(f"- item {each} is a thing to consider well" for each in range(8))
    chunks = chunked(f"{sentences(3)}\n\nConsider the following:\n\n{items}")
    introduced = next(chunk for chunk in chunks if "Consider the following:" in chunk.text)
    assert "- item 0" in introduced.text
    assert all(line.startswith("- item") for line in chunks[-1].text.split("\n"))


def test_too_long_item_is_cut_inside() -> None:
    chunks = chunked(f"1. {sentences(3)}\n\n    {sentences(6)}\n2. Short.")
    assert chunks[0].text.startswith("1. This is")
    assert chunks[-1].text.endswith("2. Short.")
    assert len(chunks) > 2


NESTED = "1. Open the console.\n2. Set up the server in **this** order:\n\n" + "\n\n".join(
    f"    {number}. {sentences(2)}" for number in range(1, 7)
)


def test_nested_items_stay_below_their_parent_in_every_chunk() -> None:
    chunks = chunked(f"{NESTED}\n3. Close it.", max_tokens=60)
    assert len(chunks) > 2
    assert "   1. This is" in chunks[0].text
    for chunk in chunks[1:]:
        assert chunk.text.startswith("2. Set up the server in this order: …\n   ")
    assert chunks[-1].text.endswith("\n3. Close it.")
    inner = [line.strip()[0] for line in "\n".join(texts(chunks)).split("\n") if line[:3] == "   "]
    assert inner == ["1", "2", "3", "4", "5", "6"]


def test_code_inside_an_item_stays_below_it() -> None:
    code = "\n".join(f"    value_{each} = compute({each})" for each in range(12))
    chunks = chunked(f"4. Run this:\n\n    ```\n{code}\n    ```", max_tokens=60)
    assert len(chunks) > 1
    assert chunks[0].text.startswith("4. Run this:\n\n   ```\n   value_0")
    for chunk in chunks[1:]:
        assert chunk.text.startswith("4. Run this: …\n\n   ```\n   value_")


def test_parent_with_a_long_text_is_repeated_in_short() -> None:
    chunks = chunked(
        f"- 部署证书，{'按照以下的说明进行，' * 9}完成。\n\n  {'先停止服务。' * 30}", max_tokens=90
    )
    assert chunks[-1].text.startswith("- 部署证书，")
    assert chunks[-1].text.split("\n")[0].endswith("， …")
    assert len(chunks[-1].text.split("\n")[0]) < 70


def table(rows: int, cell: str = "a value") -> str:
    body = "\n".join(f"| row {each} | {cell} |" for each in range(rows))
    return f"| Name | Meaning |\n| --- | --- |\n{body}"


def test_small_table_stays_whole() -> None:
    chunk = chunked(table(2))[0]
    assert chunk.kind is ChunkKind.TABLE
    assert chunk.text == table(2)


def test_large_table_repeats_its_head_in_every_part() -> None:
    chunks = chunked(table(20))
    assert len(chunks) > 2
    assert all(chunk.text.startswith("| Name | Meaning |\n| --- | --- |\n") for chunk in chunks)
    rows = [row for chunk in chunks for row in chunk.text.split("\n")[2:]]
    assert rows == table(20).split("\n")[2:]


def test_row_that_is_too_large_is_cut_with_the_names_of_row_and_column() -> None:
    chunks = chunked(table(1, cell=sentences(9)) + "\n| last | short |")
    assert chunks[0].text.startswith("Name: row 0")
    assert all("row 0 – Meaning: This" in chunk.text for chunk in chunks[1:-1])
    assert "| last | short |" in chunks[-1].text
    assert all(chunk.kind is ChunkKind.TABLE for chunk in chunks)


def test_code_stays_whole_and_is_marked() -> None:
    code = "```python\nprint(1)\n\nprint(2)\n```"
    chunk = chunked(f"{code}")[0]
    assert (chunk.kind, chunk.text) == (ChunkKind.CODE, code)


def test_large_code_is_cut_between_lines_with_fences_of_its_own() -> None:
    lines = [f"value_{each} = compute({each})" for each in range(20)]
    chunks = chunked("```python\n" + "\n".join(lines) + "\n```")
    assert len(chunks) > 2
    for chunk in chunks:
        assert chunk.text.startswith("```python\n")
        assert chunk.text.endswith("\n```")
    assert [line for chunk in chunks for line in chunk.text.split("\n")[1:-1]] == lines


FUNCTIONS = "\n".join(
    f"def step_{each}(value):\n    if value:\n        run({each})\n    return value\n"
    for each in range(9)
)


def code_lines(chunk: NewChunk) -> list[str]:
    return chunk.text.split("\n")[1:-1]


def test_large_code_is_cut_where_a_top_level_part_begins() -> None:
    chunks = chunked(f"```python\n{FUNCTIONS}\n```", max_tokens=80)
    assert len(chunks) > 2
    assert all(code_lines(chunk)[0].startswith("def step_") for chunk in chunks)
    assert all(code_lines(chunk)[-1] == "    return value" for chunk in chunks)


@pytest.mark.parametrize(
    ("opening", "line", "closing"),
    [
        ("server {", "    listen {};", "}"),
        ("<Host>", "    <Valve n={}/>", "</Host>"),
        ("[", '    "a{}",', "]"),
    ],
)
@pytest.mark.parametrize("max_tokens", [24, 30, 40])
def test_code_that_is_cut_never_ends_with_a_chunk_of_brackets(
    opening: str, line: str, closing: str, max_tokens: int
) -> None:
    body = "\n".join(line.replace("{}", str(each)) for each in range(12))
    code = f"{opening}\n  {opening}\n{body}\n\n  {closing}\n{closing}"
    chunks = chunked(f"```\n{code}\n```", max_tokens=max_tokens)
    assert any(letter.isalnum() for letter in "".join(code_lines(chunks[-1])[:-2]))
    assert [each for chunk in chunks for each in code_lines(chunk) if each] == [
        each for each in code.split("\n") if each
    ]


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Debugging", "[Call it in API Explorer. It signs.](https://api.example.com/#product=X)"),
        ("Error codes", "For a list of error codes, visit the [Error Center](https://e.c/x)."),
        ("错误码", "访问[错误中心](https://error-center.example.com/x)查看更多错误码。"),
        ("References", "- Install it\n- [Renew it](https://a.b/renew)\n- What if it expires?"),
        ("相关文档", "- 安装证书\n- 证书快过期了怎么办？"),
        ("Related document", "For more information, see [Renew it](https://a.b)."),
        ("More", "**Related topics**\n\n- Install it\n- Renew it"),
    ],
)
def test_what_only_points_elsewhere_is_no_chunk(heading: str, text: str) -> None:
    chunks = chunked(f"## Price\n\n{sentences(2)}\n\n## {heading}\n\n{text}")
    assert [chunk.heading_path for chunk in chunks] == [("Price",)]


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("How do I renew?", "See [Renew it](https://a.b)."),
        ("Downloads", "- [Root certificate](https://a.b/1)\n- [Other](https://a.b/2)"),
        ("References", "- The fee is 3 euros. See [Prices](https://a.b)."),
        ("Error codes", "Only common errors occur. More in the [Error Center](https://e.c)."),
        ("Notes", f"{sentences(2)} For more, see [API Explorer](https://a.b). It is free."),
    ],
)
def test_links_inside_what_says_something_are_kept(heading: str, text: str) -> None:
    chunks = chunked(f"## Price\n\n{sentences(2)}\n\n## {heading}\n\n{text}", max_tokens=90)
    assert chunks[-1].text == text


def test_document_of_links_alone_is_kept() -> None:
    text = "- Install it\n- [Renew it](https://a.b)"
    assert texts(chunked(f"## References\n\n{text}")) == [text]


@pytest.mark.parametrize("max_tokens", [60, 80, 100, 120])
@pytest.mark.parametrize("size", [2, 4, 6, 8])
def test_no_chunk_is_a_remnant_of_a_few_letters(max_tokens: int, size: int) -> None:
    items = "\n".join(f"{number}. {sentences(size)}" for number in range(1, 6))
    chunks = chunked(f"{sentences(7)}\n\n{items}\n6. Save it.", max_tokens=max_tokens)
    assert all(len(chunk.text) >= 40 for chunk in chunks)
    assert chunks[-1].text.endswith("6. Save it.")


@pytest.mark.parametrize("max_tokens", [40, 60, 90])
@pytest.mark.parametrize(
    "block",
    [
        "\n".join(f"| row {each} | {'a value ' * 4}|" for each in range(-2, 20)).replace(
            "| row -1 | a value a value a value a value |", "| --- | --- |"
        ),
        "```\n" + "\n".join(f"value_{each} = compute({each})" for each in range(40)) + "\n```",
        f"- {sentences(12)}\n- {sentences(2)}",
    ],
)
def test_introduction_stands_with_the_begin_of_what_it_introduces(
    block: str, max_tokens: int
) -> None:
    chunks = chunked(
        f"{sentences(6)}\n\nUse the following values:\n\n{block}", max_tokens=max_tokens
    )
    assert not any(chunk.text.endswith(":") for chunk in chunks)


def test_heading_mark_inside_code_is_no_heading() -> None:
    assert chunked("```\n# not a heading\n```")[0].heading_path == ()


def test_chunks_know_the_page_they_begin_on() -> None:
    chunks = chunked("## A\n\nOne.\n\f\n## B\n\nTwo.\n\n## C\n\nThree longer.\n\f\n\f\nFour.")
    found = {chunk.text.split()[-1]: chunk.page for chunk in chunks}
    assert found["Four."] == 2 or found["Four."] == 4
    assert chunks[0].page == 1
    assert not any("\f" in chunk.text for chunk in chunks)


def test_text_without_page_breaks_has_no_pages() -> None:
    assert chunked("Text.")[0].page is None


@pytest.mark.parametrize("markdown", ["", "\n \n", "\f", "---\n\n***"])
def test_nothing_gives_no_chunks(markdown: str) -> None:
    assert chunked(markdown) == []


def test_counter_is_asked_sparingly() -> None:
    asked: list[int] = []

    def count(text: str) -> int:
        asked.append(len(text))
        return count_words(text)

    markdown = "\n\n".join([sentences(200), table(200), "```\n" + "line of code\n" * 200 + "```"])
    split(markdown, title="", count_tokens=count, max_tokens=100)
    assert sum(asked) < 6 * len(markdown)


chance = random.Random(1)
WORDS = (
    *("".join(chance.choices(ascii_lowercase, k=1 + number % 12)) for number in range(300)),
    *(first + second for first in "价格退款多少" for second in "元钱"),
    *(f"{number}.{number % 10}" for number in range(0, 1000, 37)),
)
word = st.sampled_from(WORDS)  # letter by letter, Hypothesis takes most of the time for words
sentence = st.lists(word, min_size=1, max_size=30).map(lambda words: " ".join(words) + ".")
paragraph = st.lists(sentence, min_size=1, max_size=8).map(" ".join)
block = st.one_of(
    paragraph,
    st.tuples(st.integers(1, 6), sentence).map(lambda pair: "#" * pair[0] + " " + pair[1]),
    st.lists(paragraph, min_size=1, max_size=6).map(
        lambda items: "\n".join(f"- {item}" for item in items)
    ),
    st.just("\f"),
)
documents = st.lists(block, max_size=14).map("\n\n".join)


@settings(max_examples=100, deadline=None)
@given(documents, st.integers(12, 120))
def test_every_word_is_in_the_chunks_in_order_and_none_is_too_large(
    markdown: str, max_tokens: int
) -> None:
    chunks = chunked(markdown, title="", max_tokens=max_tokens)
    assert chunks == chunked(markdown, title="", max_tokens=max_tokens)
    for chunk in chunks:
        assert chunk.text.strip()
        assert "\f" not in chunk.text
        assert chunk.token_count == count_words(chunk.text) <= max_tokens
    body = [line for line in markdown.split("\n") if not line.startswith("#")]
    expected = " ".join(body).replace("- ", "").split()
    found = iter(" ".join(texts(chunks)).split())
    assert all(run in found for run in expected)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=800), st.integers(16, 60))
def test_no_text_breaks_the_splitter(markdown: str, max_tokens: int) -> None:
    chunks = chunked(markdown, title="", max_tokens=max_tokens)
    assert all(0 < chunk.token_count <= max_tokens for chunk in chunks)
