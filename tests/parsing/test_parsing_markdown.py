"""Markdown as export tools and people leave it."""

from pathlib import Path

import pytest

from kefu.parsing import ParsedDocument, ParseLimits, parse_file

BORDERS = "| A | B |\n| --- | --- |\n"


def parsed(tmp_path: Path, text: str, name: str = "note.md") -> ParsedDocument:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (document,) = parse_file(path, limits=ParseLimits())
    return document


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Title {#concept_x .concept}\n\nText.", "# Title\n\nText."),
        ("Title\n=====\n\nPart\n----\n\nText.", "# Title\n\n## Part\n\nText."),
        ("Before <!-- not\n\nshown --> after", "Before  after"),
        ("![](a.png)Text ![shot](b.png)", "Text"),
        ('<a name="top"></a>Text', "Text"),
        ("See [it](../it.md#x), [this]() and [that](~~1~~).", "See it, this and that."),
        ("See [it](https://a.b/c_(d)).", "See [it](https://a.b/c_(d))."),
        (r"CONFIG\_X \(default\) 10\*2 \> \<id\>", "CONFIG_X (default) 10*2 > <id>"),
        ("-   one\n-   two", "- one\n- two"),
        ("one<br>two &amp; <b>three</b>&nbsp;x", "one\ntwo & three x"),
        ("a\n\n***\n\nb", "a\n\nb"),
        ("a\r\n\r\n\r\n\r\nb\rc", "a\n\nb\nc"),
        ("Cafe\u0301\u200b\x00\x07", "Caf\u00e9"),
        ("Use `a<b> \\_ <!-- c -->` so", "Use `a<b> \\_ <!-- c -->` so"),
        ("Set <your-region> here", "Set <your-region> here"),
        (r"\# no heading", r"\# no heading"),
        ("one\f\ntwo", "one\n\ntwo"),
    ],
)
def test_marks_of_export_tools_go_and_words_stay(
    tmp_path: Path, source: str, expected: str
) -> None:
    assert parsed(tmp_path, source).markdown == expected


@pytest.mark.parametrize(
    "code",
    [
        "```html\n<!-- kept -->\n<b>\\_</b> [x](y.md) {#id}\n```",
        "    # indented <!-- kept -->\n    {#id .x}",
        "~~~\n```\n\\*\n~~~",
    ],
)
def test_code_is_left_alone(tmp_path: Path, code: str) -> None:
    assert parsed(tmp_path, f"Text.\n\n{code}\n\nMore.").markdown == f"Text.\n\n{code}\n\nMore."


def test_fence_that_is_never_closed_is_closed(tmp_path: Path) -> None:
    assert parsed(tmp_path, "``` {#codeblock_1}\nx = 1").markdown == "```\nx = 1\n```"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("|A|B|\n|1|2|\n|3|4|", "| 1 | 2 |\n| 3 | 4 |"),
        ("|A|B|\n|:--|--:|\n|1|2|", "| 1 | 2 |"),
        ("|A|B|\n|---|---|\n|1|- two\n- three\n\n |\n|4|5|", "| 1 | - two - three |\n| 4 | 5 |"),
        ("|A|B|\n|---|---|\n| one\n\n more\n\n | two |", "| one more | two |"),
        (r"|A|B|" + "\n|---|---|\n" + r"|x \| y|`a&#124;b`|", r"| x \| y | `a&#124;b` |"),
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", "| 1 | 2 |"),
        ("|A|B|\n|---|---|\n|1|2<br>3|", "| 1 | 2 3 |"),
    ],
)
def test_tables_become_whole(tmp_path: Path, source: str, expected: str) -> None:
    assert parsed(tmp_path, source).markdown == BORDERS + expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("|A\n\n|B |\n|---|---|\n|1\n\n|2 |\n|3|4|", "| 1 | 2 |\n| 3 | 4 |"),
        ("|---|---|\n|A|B|\n|1|2|", "| 1 | 2 |"),
        ("|A|B|\n|---|---|\n|1|2|\n|3|4|\n|---|---|\n|5|-|", "| 1 | 2 |\n| 3 | 4 |\n| 5 | - |"),
        ("|A|B|\n|---|---|\n|1|```\n# x|y\nz\n``` |\n|3|4|", "| 1 | # x\\|y z |\n| 3 | 4 |"),
        ("|A|B|\n|---|---|\n|1|2|\n|3|\n|4|5|", "| 1 | 2 |\n| 1 | 3 |\n| 4 | 5 |"),
        ("|A|B|\n|---|---|\n|1|2|\n|a\n\nb |\n\nText.", "| 1 | 2 |\n| 1 | a b |\n\nText."),
        ("|A|B|\n|---|---|\n|1|\n\ntwo\n\n|\n|3|4|", "| 1 | two |\n| 3 | 4 |"),
        ("|A|B|\n|---|---|\n|1|2|\n|**C**|\n|4|5|", "| 1 | 2 |\n| **C** |  |\n| 4 | 5 |"),
    ],
)
def test_tables_of_odd_shape_become_whole(tmp_path: Path, source: str, expected: str) -> None:
    assert parsed(tmp_path, source).markdown == BORDERS + expected


def test_row_without_its_last_cells_is_not_shifted(tmp_path: Path) -> None:
    rows = f"|to on|{'Do this. ' * 9}|run a|b|\n|to off|{'Do that. ' * 9}|\n"
    cells = parsed(tmp_path, f"|A|B|C|D|\n|---|---|---|---|\n{rows}").markdown.split("\n")[-1]
    assert cells.startswith("| to off | Do that.")


def test_row_that_begins_like_those_of_the_first_column_is_not_shifted(tmp_path: Path) -> None:
    rows = "|[SDK for Go](x.md)|Demos|\n|[SDK for C](x.md)|\n|[SDK for Python](x.md)|"
    last = parsed(tmp_path, f"|A|B|\n|---|---|\n{rows}").markdown.split("\n")[-1]
    assert last == "| SDK for Python |  |"


@pytest.mark.parametrize(
    "head",
    [
        "|Plan|Price|Price|\n|---|---|---|\n||monthly|yearly|\n|----|---|---|",
        "|Plan|Price|\n|monthly|yearly|\n|---|---|\n|---|---|",
    ],
)
def test_head_of_two_rows_becomes_one(tmp_path: Path, head: str) -> None:
    assert parsed(tmp_path, f"{head}\n|A|1|10|").markdown == (
        "| Plan | Price monthly | Price yearly |\n| --- | --- | --- |\n| A | 1 | 10 |"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Click the ![More icon](a.png) icon.", "Click the More icon."),
        ("单击![更多图标](a.png)图标，然后单击。", "单击更多图标，然后单击。"),
        (r"Choose **![More](a.png)** \> **Delete**.", "Choose More > **Delete**."),
        ("Click the ![Map - 001](a.png) icon.", "Click the Map icon."),
        ("the ![The Message icon](a.png) icon here", "the Message icon here"),
        ('Click<img src="a.png" alt="Edit">now', "Click Edit now"),
        ("- ![file](a.png)：文件浏览器。", "- file：文件浏览器。"),
        ("Click the ![](a.png) icon.", "Click the icon."),
        ("Choose **![icon](a.png)** > **B**", "Choose > **B**"),
        ("点击右上角 ![1](a.png) ，选择", "点击右上角，选择"),
        ("如下图所示：![函数](a.png)", "如下图所示："),
        ("It is done. ![shot](a.png) ![shot](b.png) Go on.", "It is done. Go on."),
        ("See the figure. ![Figure of it](a.png)\nNext", "See the figure.\nNext"),
        ("a ![p1](a.png) b ![x.png](x.png) c", "a b c"),
    ],
)
def test_image_in_a_sentence_is_named_and_any_other_leaves_no_hole(
    tmp_path: Path, source: str, expected: str
) -> None:
    assert parsed(tmp_path, source).markdown == expected


def test_icon_in_a_web_page_is_named(tmp_path: Path) -> None:
    page = "<h1>T</h1><p>Click the <img src=a alt='More icon'> icon.</p><p><img src=b alt=Shot></p>"
    assert parsed(tmp_path, page, "page.html").markdown == "# T\n\nClick the More icon."


def test_lone_line_with_borders_is_no_table(tmp_path: Path) -> None:
    assert parsed(tmp_path, "|a|b|c|").markdown == "|a|b|c|"


def test_table_in_a_list_keeps_its_place(tmp_path: Path) -> None:
    source = "1.  Fill in:\n\n    |A|B|\n    |---|---|\n    |1|2|\n\n2.  Send."
    assert parsed(tmp_path, source).markdown == (
        "1. Fill in:\n\n    | A | B |\n    | --- | --- |\n    | 1 | 2 |\n\n2. Send."
    )


def test_front_matter_gives_title_url_and_metadata(tmp_path: Path) -> None:
    document = parsed(
        tmp_path,
        "---\ntitle: Refunds\nurl: https://a.b/refunds\nkeyword: [a, b]\ndate: 2026-01-02\n"
        "draft: false\nnested: {x: 1}\n---\n# Other\n\nText.",
    )
    assert (document.title, document.url) == ("Refunds", "https://a.b/refunds")
    assert document.metadata["keyword"] == "a, b"
    assert document.metadata["date"] == "2026-01-02"
    assert document.metadata["draft"] == "false"
    assert "nested" not in document.metadata
    assert document.markdown == "# Other\n\nText."


@pytest.mark.parametrize(
    "broken",
    [
        "other: [x",
        "valid: !!bool perhaps",
        "since: !!timestamp spring",
        "count: !!int ''",
        f"number: 0x{'f' * 5000}",
        f"deep: {'[' * 3000}",
    ],
)
def test_broken_front_matter_is_read_line_by_line(tmp_path: Path, broken: str) -> None:
    document = parsed(tmp_path, f"---\ntitle: 'A: b: c'\n{broken}\n---\nText.")
    assert (document.title.strip("'"), document.markdown) == ("A: b: c", "Text.")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# From **the** heading\n\nx", "From the heading"),
        ("## Second level only\n\nx", "note"),
        ("No heading", "note"),
    ],
)
def test_title_is_the_first_top_heading_or_the_name(tmp_path: Path, text: str, title: str) -> None:
    assert parsed(tmp_path, text).title == title


def test_unclosed_brackets_and_backticks_take_no_long_time(tmp_path: Path) -> None:
    text = "[" * 20_000 + "\n" + "`" * 3 + "a`b" * 20_000 + "\n" + "\\[a" * 20_000 + "<" * 20_000
    assert parsed(tmp_path, text).markdown
