import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.text import index_terms, query_terms


@pytest.mark.parametrize(
    ("text", "whole", "parts"),
    [
        ("lh.c2.large", "lh.c2.large", {"lh", "c2", "larg"}),
        ("InvalidParameter.NotFound", "invalidparameter.notfound", {"invalid", "not", "found"}),
        ("LH-4031", "lh-4031", {"lh", "4031"}),
        ("QuotaExceeded", "quotaexceeded", {"quota", "exceed"}),
        ("HTTPServerError", "httpservererror", {"http", "server", "error"}),
        ("max_connections", "max_connections", {"max", "connect"}),
        ("--dry-run", "--dry-run", {"dry", "run"}),
        ("v2.3.1", "v2.3.1", {"2.3.1"}),
        ("10GB", "10gb", {"10", "gb"}),
        ("support@example.com", "support@example.com", {"support", "com"}),
        ("node.js", "node.js", {"node", "js"}),
    ],
)
def test_identifier_is_found_whole_and_by_its_parts(text: str, whole: str, parts: set[str]) -> None:
    for terms in (index_terms(f"错误：{text}，请重试。"), query_terms(f"{text} 报错")):
        assert whole in terms
        assert parts <= set(terms)


@pytest.mark.parametrize("text", ["5.7", "192.168.1.1", "c++", "c#", "3", "1000.50"])
def test_number_address_or_short_name_is_one_term(text: str) -> None:
    assert text in index_terms(f"at {text} it is")


def test_thousands_are_found_with_and_without_comma() -> None:
    assert index_terms("1,000,000") == index_terms("1000000") == ["1000000"]


def test_name_glued_to_chinese_is_found_alone() -> None:
    assert {"ecs", "实例"} <= set(index_terms("ECS实例"))


@pytest.mark.parametrize(
    ("question", "chunk"),
    [
        ("configuring servers", "Configure the server"),
        ("INSTANCES", "instance"),
        ("the instance’s disks", "disk of an instance"),
        ("雲服務器備案", "云服务器备案"),
        ("ＥＣＳ", "ecs"),
        ("quota exceeded", "QuotaExceeded"),
        ("max connections", "max_connections"),
        ("lh 4031", "LH-4031"),
        ("10 GB", "10GB"),
        ("云盘扩容", "扩容云盘"),
    ],
)
def test_spelling_does_not_hide_a_chunk(question: str, chunk: str) -> None:
    assert set(query_terms(question)) & set(index_terms(chunk))


def test_acronyms_are_not_stemmed() -> None:
    assert index_terms("ECS OSS DNS") == ["ecs", "oss", "dns"]


def test_index_repeats_what_occurs_again() -> None:
    assert index_terms("refund refunds").count("refund") == 2


def test_question_words_are_not_looked_up() -> None:
    assert query_terms("How do I get a refund?") == ["get", "refund"]
    assert not {"怎么", "怎么办", "的", "如何"} & set(query_terms("退款的申请怎么办，如何操作"))


@pytest.mark.parametrize("question", ["What is it?", "怎么办", "是什么"])
def test_question_of_stop_words_alone_keeps_them(question: str) -> None:
    assert query_terms(question)


@pytest.mark.parametrize("word", ["not", "no", "without", "不", "没有", "无法"])
def test_negation_is_looked_up(word: str) -> None:
    assert word in query_terms(f"{word} refund 退款")


def test_run_of_encoded_data_is_cut() -> None:
    assert max(map(len, index_terms("a1B2" * 500))) <= 100


@given(st.text())
def test_question_is_made_of_distinct_indexed_terms(text: str) -> None:
    terms = query_terms(text)
    assert len(terms) == len(set(terms))
    assert set(terms) <= set(index_terms(text))


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_terms_are_folded_and_without_space(text: str) -> None:
    for term in index_terms(text):
        assert term
        assert not any(letter.isspace() for letter in term)
