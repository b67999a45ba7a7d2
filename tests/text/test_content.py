import pytest

from kefu.text import ContentWord, content_words, index_terms


def told(question: str) -> dict[str, str]:
    """Name, noun or word, by the word."""
    return {word.word: _kind(word) for word in content_words(question)}


def _kind(word: ContentWord) -> str:
    return "name" if word.is_name else "noun" if word.is_noun else "word"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Can I pay with PayPal?", {"pay": "word", "PayPal": "name"}),
        ("Refunds on Caddy, please", {"Refunds": "word", "Caddy": "name"}),
        ("What does LH-4031 mean?", {"LH-4031": "name", "mean": "word"}),
        ("学生有优惠吗", {"学生": "noun", "优惠": "word"}),
        ("证书可以装在 NAS 上吗", {"NAS": "name", "证书": "noun", "装在": "word"}),
    ],
)
def test_names_nouns_and_words_are_told_apart(question: str, expected: dict[str, str]) -> None:
    assert told(question) == expected


def test_stop_words_and_bare_numbers_are_left_out() -> None:
    assert told("What can I do about it in 30 days?") == {"days": "word"}
    assert told("怎么办") == {}


def test_a_text_with_the_word_holds_its_terms() -> None:
    text = "增值税专用发票由控制台开具，Refunds 除外。"
    present = set(index_terms(text))
    for question in ("专用发票在哪里", "控制台", "refund"):
        assert all(set(word.terms) <= present for word in content_words(question) if word.is_noun)
