from dataclasses import replace

import pytest
from hits import make_hit

from kefu.answering import list_sources, strip_markers
from kefu.answering.citing import Citer

FIRST = make_hit("七天。三天。", chunk_id=1)
SECOND = make_hit("七天。", chunk_id=2, page=4, id="faq-7")


def test_markers_count_from_one_in_the_order_of_first_use() -> None:
    citer = Citer()
    places = [(FIRST, "三天。"), (SECOND, "七天。"), (FIRST, "三天。"), (FIRST, "七天。")]
    assert [citer.cite(hit, quote).marker for hit, quote in places] == [1, 2, 1, 3]
    assert [citation.marker for citation in citer.citations] == [1, 2, 3]


def test_a_citation_tells_where_the_quote_stands() -> None:
    citation = Citer().cite(SECOND, "七天。")
    assert (citation.chunk_id, citation.document_id, citation.uri) == (2, 1, "a.md")
    assert (citation.title, citation.heading_path) == ("退款政策", ("到账",))
    assert (citation.page, citation.id, citation.language) == (4, "faq-7", "zh")
    assert citation.quote == "七天。"


def test_a_citer_that_cited_nothing_has_no_citations() -> None:
    assert Citer().citations == ()


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([1], "1"), ([1, 2], "1–2"), ([1, 2, 3, 5], "1–3, 5"), ([2, 4, 5], "2, 4–5")],
)
def test_a_source_draws_its_numbers_together(numbers: list[int], text: str) -> None:
    citation = Citer().cite(FIRST, "三天。")
    [source] = list_sources([replace(citation, marker=number) for number in numbers])
    assert source.numbers == text
    assert [each.marker for each in source.citations] == numbers


def test_sources_come_in_the_order_of_their_first_citation() -> None:
    citer = Citer()
    for hit, quote in ((SECOND, "七天。"), (FIRST, "三天。"), (FIRST, "七天。")):
        citer.cite(hit, quote)
    sources = list_sources(citer.citations)
    assert [(each.numbers, each.first.chunk_id) for each in sources] == [("1", 2), ("2–3", 1)]
    assert {each.place for each in sources} == {"到账"}


def test_markers_are_stripped_with_the_space_before_them() -> None:
    assert strip_markers("七天。 [1] 三天 [12][3]。") == "七天。 三天。"
