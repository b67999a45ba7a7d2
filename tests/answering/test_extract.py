import re

import pytest
from hits import make_hit, rank
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.answering.citing import Citer
from kefu.answering.evidence import distinct_hits
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


PATHS = {"title": "Return a parcel", "language": "en", "uri": "b.md"}
STEPS = """1. Open Orders.

    - Choose the parcel.
    - Choose a reason.

    **Note:** To return a parcel you need an account.
2. Set the label.

    | Label | Size |
    | --- | --- |
    | Parcel | A5 |
3. Hand it over."""


def test_a_note_inside_a_step_brings_the_steps_with_all_that_is_in_them() -> None:
    hit = make_hit(STEPS, **(PATHS | {"heading_path": ["Procedure"]}))
    assert rank(HOW, hit)[0].quote.startswith("**Note:**")
    assert extract(HOW, hit) == (
        "1. Open Orders. [1]\n"
        "    - Choose the parcel. [2]\n    - Choose a reason. [3]\n\n"
        "    **Note:** To return a parcel you need an account. [4]\n\n"
        "2. Set the label. [5]\n"
        "    - Label: Parcel; Size: A5 [6]\n"
        "3. Hand it over. [7]"
    )


def test_the_intro_of_a_document_leads_to_the_steps_under_another_heading() -> None:
    intro = make_hit("You can return a parcel to us.", **(PATHS | {"heading_path": []}))
    steps = make_hit(
        "1. Open Orders.\n2. Wait.",
        **(PATHS | {"heading_path": ["Procedure"], "position": 1, "chunk_id": 2, "score": 0.9}),
    )
    assert rank(HOW, intro, steps)[0].hit is intro
    assert extract(HOW, intro, steps) == "1. Open Orders. [1]\n2. Wait. [2]"


def test_sections_headed_as_steps_are_one_procedure() -> None:
    first = make_hit("1. Open Orders.\n2. Wait.", **(PATHS | {"heading_path": ["Step 1: Order"]}))
    second = make_hit(
        "1. Print.\n2. Send.",
        **(PATHS | {"heading_path": ["Step 2: Label"], "position": 1, "chunk_id": 2}),
    )
    shown = extract(HOW, first, second)
    assert shown.index("Wait") < shown.index("**Step 2: Label**") < shown.index("Send")


def test_steps_that_are_cut_say_so() -> None:
    text = "\n".join(f"{n}. Return the parcel {'very ' * 90}slowly." for n in range(1, 40))
    units = choose_units(HOW, rank(HOW, english(text)), max_sentences=4)
    assert 5 < len(units) < 39
    assert [unit.goes_on for unit in units[-2:]] == [False, True]


def test_steps_inside_a_step_keep_to_it_when_their_indent_was_lost() -> None:
    hit = english("1. Return it.\n2. Open the parcel.\n1. Cut.\n2. Fold.\n3. Smile.")
    assert extract(HOW, hit) == (
        "1. Return it. [1]\n2. Open the parcel. [2]\n    1. Cut. [3]\n    2. Fold. [4]\n"
        "3. Smile. [5]"
    )


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        (["References"], "- Return a parcel\n- Return a letter\n- Parcel prices"),
        (["相关文档"], "- Return a parcel\n- Parcel prices"),
        ([], "See also:\n\n- Return a parcel\n- Return a letter"),
        ([], "- [Return a parcel](https://a.example/b)\n- [Prices](https://a.example/c)"),
    ],
)
def test_links_to_other_documents_are_no_steps(heading: list[str], text: str) -> None:
    assert extract(HOW, english(text, heading_path=heading)) == ""


def test_an_item_that_answers_alone_does_not_bring_its_list() -> None:
    hit = english("- Buy a stamp.\n- To return a parcel, ask the courier.\n- Sell a house.")
    assert extract(HOW, hit) == "- To return a parcel, ask the courier. [1]"


def test_a_short_section_in_prose_is_quoted_whole() -> None:
    hit = make_hit("Parcels are easy. Ask the courier. He smiles.", **PATHS, heading_path=[])
    assert extract(HOW, hit) == "Parcels are easy. [1] Ask the courier. [2] He smiles. [3]"


def test_a_sentence_that_announces_a_list_brings_it_or_stays_away() -> None:
    question = "Is a parcel returned?"
    hit = english("A parcel is returned by:\n\n- Train.\n- Bicycle.\n\nCats are nice.")
    assert extract(question, hit) == "A parcel is returned by: [1]\n\n- Train. [2]\n- Bicycle. [3]"
    alone = english("A parcel is returned by:", chunk_id=2, position=7)
    shown = extract(question, english("A parcel is always returned."), alone)
    assert shown == "A parcel is always returned. [1]"


def test_who_asks_for_a_choice_gets_the_whole_small_table() -> None:
    table = "| Plan | Refund |\n|---|---|\n| Pro | nine |\n| Team | five |\n| Free | none |"
    hit = english(f"Refunds differ by plan:\n\n{table}", heading_path=["Which refund"])
    shown = extract("Which refund has which plan?", hit, max_sentences=1)
    assert [plan in shown for plan in ("Pro", "Team", "Free")] == [True] * 3


def test_a_definition_answers_what_something_is() -> None:
    hit = english("Every snapshot costs one euro a year. A snapshot is a copy of a disk.")
    assert rank("What is a snapshot?", hit)[0].quote == "A snapshot is a copy of a disk."


def test_own_words_go_before_those_of_the_headings() -> None:
    hit = english("Cats like milk, fish and cake. Refunds: nine days.", title="Refund of parcels")
    assert rank("refund days", hit)[0].quote == "Refunds: nine days."


def test_a_yes_is_quoted_with_the_question_that_it_answers() -> None:
    hit = english("Yes, as refunds follow the parcel.", title="Can I return a parcel?")
    assert extract("Do refunds follow the parcel or not?", hit) == (
        "**Can I return a parcel?** Yes, as refunds follow the parcel. [1]"
    )
    assert extract("Can I return the parcel?", hit).startswith("Yes, as")


def test_editions_of_a_sentence_are_said_once() -> None:
    first = english("You can get a refund for the parcel that was returned to us.")
    second = english("You can get a refund for a parcel that was returned to us.", chunk_id=2)
    other = english("You can get a refund of 9 euros for a parcel that we lost.", chunk_id=3)
    shown = extract("refund parcel", first, second, other)
    assert shown.count("returned to us") == 1
    assert "9 euros" in shown


def test_hits_of_two_editions_are_read_once() -> None:
    text = "Refunds of parcels are paid within nine days to the account that paid."
    outdated = english(text, status="outdated")
    current = english(text.replace("account", "accounts"), chunk_id=2)
    assert distinct_hits([outdated, current]) == [current]
    assert distinct_hits([current, outdated]) == [current]
    assert len(distinct_hits([current, english("Refunds cost 3 euros.", chunk_id=3)])) == 2


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


@pytest.mark.parametrize(
    ("question", "best", "beside"),
    [
        (
            "What is the phone number of support?",
            "The phone number of support is +1-202-555-0142.",
            "Support does not ask for your phone number.",
        ),
        (
            "退款多久到账？",
            "退款 3 个工作日到账。",
            "退款到账后会发短信。",
        ),
        (
            "How much does a parcel cost?",
            "A parcel costs 5 EUR.",
            "A parcel that costs too much is refused.",
        ),
    ],
)
def test_what_lacks_the_figure_asked_for_is_not_added_from_elsewhere(
    question: str, best: str, beside: str
) -> None:
    language = "en" if question.isascii() else "zh"
    here = make_hit(best, title="", heading_path=[], language=language, score=1.0)
    elsewhere = make_hit(
        beside, title="", heading_path=[], language=language, chunk_id=2, score=0.6
    )
    shown = extract(question, here, elsewhere)
    assert best in shown
    assert beside not in shown


def test_what_stands_beside_the_figure_asked_for_stays_with_it() -> None:
    parcels = english("A parcel costs 5 EUR. A parcel that costs too much is refused.")
    assert "refused" in extract("How much does a parcel cost?", parcels)


def test_without_a_figure_anywhere_the_best_is_still_given() -> None:
    parcels = english("Parcels cost nothing for members.")
    assert "members" in extract("How much does a parcel cost?", parcels)
