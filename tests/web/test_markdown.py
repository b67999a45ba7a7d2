"""Markdown of models and documents on a page."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from kefu.web import render_answer, render_excerpt

CITATIONS = {1: {"href": "/sources/7", "class": "chip"}, 2: {"href": "/sources/8", "class": "chip"}}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "<javascript:alert(1)>",
    '[click](https://a.example/"onmouseover="alert(1))',
    "![x](javascript:alert(1))",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "`<script>alert(1)</script>`",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "- <iframe src=//evil.example></iframe>",
    "[1]: javascript:alert(1)\n\n[1]",
    "<a href=https://evil.example>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


def tags_and_attributes(html: str) -> tuple[set[str], set[str], list[str]]:
    """Names of the elements and attributes, and all link targets."""
    nodes = LexborHTMLParser(html).body.traverse()  # type: ignore[union-attr]
    found = [node for node in nodes if node.tag != "body"]
    attributes = {name for node in found for name in node.attributes}
    links = [node.attributes["href"] or "" for node in found if "href" in node.attributes]
    return {node.tag or "" for node in found}, attributes, links


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_stays_text(text: str) -> None:
    for html in (render_answer(text, {}), render_excerpt(text), render_excerpt(text, quote=text)):
        tags, attributes, links = tags_and_attributes(html)
        assert not tags & {"script", "img", "iframe", "svg", "style", "form", "object"}
        assert attributes <= {"href", "target", "rel", "class", "tabindex", "title"}
        assert all(link.startswith("https://a.example/") for link in links)


def test_lists_tables_code_and_web_links_are_rendered() -> None:
    html = render_answer(
        "**b**\n\n1. one\n2. two\n\n| a |\n|---|\n| 1 |\n\n```\nx < y\n```\n\n[t](https://t.example)",
        {},
    )
    tags, _, links = tags_and_attributes(html)
    assert {"strong", "ol", "table", "pre", "a"} <= tags
    assert "x &lt; y" in html
    assert links == ["https://t.example"]
    assert 'rel="noopener noreferrer nofollow"' in html


def test_headings_and_images_of_an_answer_stay_text() -> None:
    assert render_answer("# Title", {}) == "<p># Title</p>\n"
    assert "<img" not in render_answer("![x](https://t.example/x.png)", {})


def test_markers_become_links_to_their_sources() -> None:
    html = render_answer("退回。[1][2]", CITATIONS)
    assert html == (
        '<p>退回。<a href="/sources/7" class="chip">1</a>'
        '<a href="/sources/8" class="chip">2</a></p>\n'
    )


@pytest.mark.parametrize("text", ["see [3]", "a[0]", "`[1]`", "[x]"])
def test_what_is_no_marker_stays_text(text: str) -> None:
    assert "<a" not in render_answer(text, CITATIONS)


def test_a_marker_before_brackets_does_not_lead_elsewhere() -> None:
    _, _, links = tags_and_attributes(render_answer("[1](https://evil.example)", CITATIONS))
    assert links == ["/sources/7"]


@pytest.mark.parametrize(
    ("text", "quote", "marked"),
    [
        ("先审核。三天内退回。谢谢。", "三天内退回。", "三天内退回。"),
        ("Wait **three days**, then ask.", "Wait three days", "Wait three days"),
        ("It takes\nthree days.", "takes three   days.", "takesthree days."),
        ("| a | b |\n|---|---|\n| 支付宝 | 1 天 |", "| 支付宝 | 1 天 |", "支付宝1 天"),
        ("- one\n- two words\n- three", "- two words", "two words"),
        ("Run `kefu serve` now.", "Run kefu serve now.", "Run kefu serve now."),
        ("See [the page](https://x.example) first.", "the page first", "the page first."),
        ("1. Open it\n2. Close it", "Open it Close it", "Open itClose it"),
    ],
)
def test_a_quote_is_marked_whatever_markup_divides_it(text: str, quote: str, marked: str) -> None:
    marks = LexborHTMLParser(render_excerpt(text, quote=quote)).css("mark")
    assert "".join(mark.text() for mark in marks) == marked


@pytest.mark.parametrize("quote", ["", "。。。", "something else"])
def test_without_a_match_nothing_is_marked(quote: str) -> None:
    assert "<mark" not in render_excerpt("Some text.", quote=quote)


def test_a_quote_in_a_code_block_marks_the_block() -> None:
    assert 'class="marked"' in render_excerpt("```\nmake all\n```", quote="make all")


def test_chinese_lines_join_without_a_space_and_english_ones_with_one() -> None:
    assert "一行，二行" in render_excerpt("一行，\n二行")
    assert "one\ntwo" in render_excerpt("one\ntwo")


def test_headings_of_an_excerpt_stand_below_those_of_the_page() -> None:
    assert render_excerpt("# Title") == "<h3>Title</h3>\n"
