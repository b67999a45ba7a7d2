import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.text import find_identifiers, index_terms, name_terms


@pytest.mark.parametrize(
    "code",
    [
        "InvalidParameter.NotFound",
        "lh.c2.large",
        "LH-4031",
        "QuotaExceeded",
        "v2.3.1",
        "max_connections",
        "--dry-run",
        "support@example.com",
        "ie8.0",
    ],
)
@pytest.mark.parametrize("question", ["{}", "{} 报错怎么办？", "What does “{}” mean?"])
def test_code_is_found_as_its_index_term(code: str, question: str) -> None:
    asked = question.format(code)
    assert find_identifiers(asked) == [code.casefold()]
    assert code.casefold() in index_terms(f"返回{code}。")


@pytest.mark.parametrize(
    "question",
    [
        "What is a pay-as-you-go plan?",
        "ECS实例怎么续费",
        "2026 年有 100 个",
        "5G and c2",
        "Done.",
        "",
    ],
)
def test_words_acronyms_and_numbers_are_no_codes(question: str) -> None:
    assert find_identifiers(question) == []


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How do I attach a disk to an ECS instance in Hangzhou?", ["ecs", "hangzhou"]),
        ("Configure the server", []),
        ("RunInstances fails", ["runinstances", "run", "instanc"]),
        ("ECS实例 ping 不通怎么办", ["ecs", "ping"]),
        ("退款要几天", []),
        ("", []),
    ],
)
def test_names_are_what_another_language_may_hold(question: str, names: list[str]) -> None:
    assert name_terms(question) == names


@given(st.text())
def test_codes_are_distinct_index_terms(text: str) -> None:
    codes = find_identifiers(text)
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(index_terms(text))


@given(st.text())
def test_names_are_distinct_index_terms(text: str) -> None:
    names = name_terms(text)
    assert len(names) == len(set(names))
    assert set(names) <= set(index_terms(text))
