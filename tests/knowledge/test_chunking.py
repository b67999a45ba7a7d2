"""Chunks follow the document's structure, stay within their size and lose nothing."""

import re

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


word = st.from_regex(r"[a-z]{1,12}|[价格退款多少][元钱]|\d{1,3}\.\d", fullmatch=True)
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
