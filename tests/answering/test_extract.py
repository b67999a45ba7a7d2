import re

import pytest
from hits import make_hit, rank
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.answering.citing import Citer
from kefu.answering.extract import choose_units, compose, leave_out_said
from kefu.retrieval import Hit

MARKER = re.compile(r"\[(\d+)\]")
PARCEL = """You need an account to return a parcel.

1. Open Orders. Choose the parcel.
2. Print the label:

```
lp -d label RT-204
```

3. Hand the parcel to the courier.

Parcels are insured."""
HOW = "How do I return a parcel?"


def extract(question: str, *hits: Hit, max_sentences: int = 4) -> str:
    units = choose_units(question, rank(question, *hits), max_sentences=max_sentences)
    return "".join(piece.text for piece in compose(units, Citer()))


def english(text: str, **changes: object) -> Hit:
    return make_hit(text, **({"title": "", "heading_path": [], "language": "en"} | changes))


def test_steps_are_given_whole_in_order_with_their_numbers_and_code() -> None:
    assert extract(HOW, english(PARCEL)) == (
        "You need an account to return a parcel. [1]\n\n"
        "1. Open Orders. [2] Choose the parcel. [3]\n"
        "2. Print the label: [4]\n\n"
        "```\nlp -d label RT-204\n```\n[5]\n\n"
        "3. Hand the parcel to the courier. [6]"
    )


def test_steps_go_on_in_the_chunk_below() -> None:
    first = english("1. Return the parcel.\n2. Wait for the parcel.", position=3, score=1.0)
    second = english("3. Smile.", chunk_id=2, position=4, score=0.1)
    elsewhere = english("4. Sing.", chunk_id=3, position=9, score=0.1)
    assert extract(HOW, elsewhere, second, first) == (
        "1. Return the parcel. [1]\n2. Wait for the parcel. [2]\n3. Smile. [3]"
    )


def test_steps_under_another_heading_are_not_mixed_in() -> None:
    first = english("1. Return the parcel.\n2. Wait for the parcel.", heading_path=["A"])
    second = english("1. Smile.\n2. Go.", chunk_id=2, position=1, heading_path=["B"], score=0.1)
    assert "Smile" not in extract(HOW, first, second)


def test_a_sentence_behind_a_list_does_not_bring_it_along() -> None:
    hit = english("- Blue\n- Green\n\nTo return a parcel, how nice, ask a courier of ours.")
    assert "Blue" not in extract(HOW, hit)


def test_single_steps_carry_no_number() -> None:
    hit = english("1. Alpha\n2. Refunds take nine days.\n3. Beta\n4. Refunds cost nine euros.")
    assert extract("refunds nine", hit) == (
        "- Refunds take nine days. [1]\n- Refunds cost nine euros. [2]"
    )


def test_who_asks_for_a_number_gets_the_sentence_with_it() -> None:
    hit = make_hit("退款按原路退回，到账时间以银行为准。退款到账需要 3 个工作日。")
    question = "退款多久到账？"
    assert rank(question, hit)[0].quote == "退款到账需要 3 个工作日。"


def test_a_sentence_is_shown_once() -> None:
    again = make_hit("退款到账需要 3 个工作日！", chunk_id=2)
    shown = extract("退款到账", make_hit("退款到账需要 3 个工作日。"), again)
    assert shown.count("3 个工作日") == 1


def test_no_more_sentences_than_allowed() -> None:
    hit = make_hit("退款甲。退款乙。退款丙。退款丁。")
    assert len(MARKER.findall(extract("退款", hit, max_sentences=2))) == 2


def test_nothing_found_gives_nothing() -> None:
    assert choose_units("退款", [], max_sentences=4) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Refunds [3] take days [12].", "Refunds (3) take days (12). [1]"),
        ("Refunds use `list[0]` here.", "Refunds use `list[0]` here. [1]"),
        ("Refunds: [1](https://a.example) here.", "Refunds: [1](https://a.example) here. [1]"),
    ],
)
def test_what_looks_like_a_marker_is_not_taken_for_one(text: str, shown: str) -> None:
    assert extract("refunds", english(text)) == shown


def test_code_is_fenced_by_more_than_it_holds() -> None:
    shown = extract("refund", english("~~~~\n```\nrefund\n```\n~~~~"))
    assert shown == "````\n```\nrefund\n```\n````\n[1]"


def test_rows_and_paragraphs_stand_apart() -> None:
    table = "| Plan | Refund |\n|---|---|\n| Pro | refund 9 |\n| Team | refund 5 |"
    assert extract("refund", english(f"Refund first.\n\n{table}")) == (
        "Refund first. [1]\n\n- Plan: Pro; Refund: refund 9 [2]\n- Plan: Team; Refund: refund 5 [3]"
    )


def test_what_was_said_already_is_left_out() -> None:
    units = rank("退款", make_hit("退款七天。退款三天。退款一天。"))
    left = leave_out_said(units, "我们说过：退款七天。[1]", {"退款三天。"})
    assert [unit.quote for unit in left] == ["退款一天。"]


PIECES = st.sampled_from(
    [
        "退款七天。",
        "Refund now. ",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "```\n",
        "| a | b |\n|---|---|\n",
        "[7]",
        "# ",
        "> ",
    ]
)


@settings(max_examples=60)
@given(st.lists(PIECES, max_size=14), st.sampled_from(["怎么退款", "refund", HOW]))
def test_quotes_stand_in_the_chunk_and_markers_count_up(pieces: list[str], question: str) -> None:
    hit = make_hit("".join(pieces))
    citer = Citer()
    units = choose_units(question, rank(question, hit), max_sentences=4)
    shown = list(compose(units, citer))
    assert all(citation.quote and citation.quote in hit.text for citation in citer.citations)
    assert [piece.citations[0].marker for piece in shown] == [
        citer.cite(unit.hit, unit.quote).marker for unit in units
    ]
    for piece in shown:
        assert MARKER.findall(piece.text)[-1] == str(piece.citations[0].marker)
