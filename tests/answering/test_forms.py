"""Answers in wrong forms are brought into the right one, however they come; code stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.answering.drafts import DraftStream
from kefu.answering.forms import FormFilter
from kefu.answering.mending import lacks_end, mend_table

SAID = "Refunds take 7 days. [1]"


def passed(text: str, size: int = 4) -> str:
    forms = FormFilter()
    pieces = [forms.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join((*pieces, forms.flush()))


def drafted(text: str) -> str:
    stream = DraftStream()
    return "".join(draft.text for draft in (*stream.feed(text), *stream.flush()))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"```\n{SAID}\n```", f"{SAID}\n"),
        (f"```markdown\n{SAID}\n```\n", f"{SAID}\n"),
        (f"```md\n{SAID}\n```sh\nls\n```\nDone.\n```", f"{SAID}\n```sh\nls\n```\nDone.\n"),
        (f'{{"answer": "{SAID}"}}', SAID),
        (f'```json\n{{"answer": "{SAID}",}}\n```', SAID),
        (f"<answer>{SAID}</answer>", SAID),
        (f"Answer: {SAID}", SAID),
        (f"**Final answer:** {SAID}", SAID),
        ("回答：七天。[1]", "七天。[1]"),
        (f"{SAID}<|im_end|>\n<|im_start|>user", SAID),
        (f"{SAID}\r\nMore.\r\n", f"{SAID}\nMore.\n"),
        (f"{SAID}\n\nSources:\n[1] Refunds", f"{SAID}\n\n"),
        (f"{SAID}\n\n## 参考资料\n1. 退款", f"{SAID}\n\n"),
        (f"{SAID}\n[^1]: Refunds", f"{SAID}\n"),
        ("7 days<sup>1</sup>.", "7 days[1]."),
        ("<ul><li>One</li><li>Two</li></ul>", "\n- One\n- Two\n"),
    ],
)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_what_stands_around_an_answer_is_taken_off(written: str, kept: str, size: int) -> None:
    assert passed(written, size) == kept


@pytest.mark.parametrize(
    "written",
    [
        SAID,
        "A refund takes 7 days.",
        "Use the sources: they are listed in the console.\nMore.",
        "```bash\nkefu refund --all\n```\n[1]",
        "```\nkefu refund --all\n```\n[1]",
        "Write <instance-id> and a < b.",
        "Begin the line with `<br>` and end it with `</p>`.",
        "Write this:\n\n```html\n<p>Hello <b>you</b></p>\n```\n\nThen save it.",
        "{not JSON",
        "",
        "```",
    ],
)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_other_text_stays_as_it_is(written: str, size: int) -> None:
    assert passed(written, size) == written


@given(st.text(alphabet="a1 .。[]<>/|\n\r`{}:：#", max_size=60), st.integers(1, 9))
def test_the_form_does_not_depend_on_the_deltas(text: str, size: int) -> None:
    assert passed(text, size).count("a") <= text.count("a")
    assert "\r" not in passed(text, size)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It takes 7 days (1).", "It takes 7 days[1]."),
        ("需要七天（1）。", "需要七天[1]。"),
        ("需要七天（来源：1）。", "需要七天[1]。"),
        ("It takes 7 days [Source: 1].", "It takes 7 days [1]."),
        ("It takes 7 days [[1]].", "It takes 7 days [1]."),
        ("It takes 7 days [1](#1).", "It takes 7 days [1]."),
        ("It takes 7 days¹.", "It takes 7 days[1]."),
        ("需要七天［１］。", "需要七天[1]。"),
        (
            "It takes seven days [1]\nMore follows here.",
            "It takes seven days. [1]\nMore follows here.",
        ),
        ("According to excerpt [1], it takes days.", "It takes days."),
        ("Answer: it takes days.", "It takes days."),
        ("答案：需要三天。", "需要三天。"),
        ("根据摘录1，需要七天。", "需要七天。"),
        ("# Refunds\n\nIt takes days.", "\n\nIt takes days."),
        ("```\nkefu refund", "```\nkefu refund\n```\n"),
    ],
)
def test_a_piece_gets_the_form_it_should_have(written: str, shown: str) -> None:
    assert drafted(written).replace(" [", "[") == shown.replace(" [", "[")


@pytest.mark.parametrize(
    "written",
    [
        "(1) Open Orders.",
        "The area is 20 m².",
        "Article (12) of the law holds.",
        "Run kefu refund --all\nthen wait.",
        "- Print the label\n- Wait",
        "See [the page](https://kefu.example/a).",
    ],
)
def test_what_only_looks_like_a_mistake_stays(written: str) -> None:
    assert drafted(written) == written


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("| A | B |\n| 1 | 2 |", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
        ("A | B\n--- | ---\n1 | 2", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
        ("| A | B |\n|---|\n| 1 | 2 | |", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
        ("| A | B |\n|---|---|\n| 1 |", "| A | B |\n| --- | --- |\n| 1 |  |"),
        ("| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4", "| A | B |\n|---|---|\n| 1 | 2 |"),
        ("| A | B |\n|---|---|\n| 1 | 2 |", "| A | B |\n|---|---|\n| 1 | 2 |"),
        ("| A |", "| A |"),
    ],
)
def test_a_table_gets_its_rule_and_even_rows(written: str, shown: str) -> None:
    assert mend_table(written, is_last=True) == shown


def test_a_sentence_that_was_cut_off_is_told_from_one_without_its_mark() -> None:
    stream = DraftStream()
    drafts = [*stream.feed("It takes 7 days. [1] If you paid with a vou"), *stream.flush()]
    assert [draft.is_cut for draft in drafts] == [False, True]
    alone = DraftStream()
    assert [each.is_cut for each in (*alone.feed("It takes 7 days"), *alone.flush())] == [False]
    assert lacks_end("It takes 7 days")
    assert not lacks_end("kefu refund --all orders")
