import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.answering.drafts import Draft, DraftStream

ANSWERS = [
    "退款七天内可办。[1]需要审核[2]。请登录控制台 [1, 2]。",
    "Refunds take 3 days [1]. It is v2.1. [2][3] Yes![1]\n\n1. Open it. [1]\n2. Click 【2】。\n",
    "| a | b |\n|---|---|\n| 1 | 2 [1] |\n[2]\n\nNext [控制台](https://x.y/a) is e.g. fine. [1-3]",
    "Open **Settings** > **Orders** > Returns. [1] Then pay (a => b). [2]\n> Mind it. [1]",
    "点击“设置” > “订单”，然后付款。[1] 用 `a > b` 或 <b>x</b>。[2]",
    "步骤如下：\n```\npip install x\n```\n[1] 完成。[来源2]",
]


def cut(text: str, size: int = 10_000) -> list[Draft]:
    stream = DraftStream()
    drafts = [d for at in range(0, len(text), size) for d in stream.feed(text[at : at + size])]
    return drafts + stream.flush()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("好。[1] 不。[2]", [("好。[1] ", (1,)), ("不。[2]", (2,))]),
        ("好[1]。不[2]。", [("好[1]。", (1,)), ("不[2]。", (2,))]),
        ("Yes. [1][2] No [3].", [("Yes. [1][2] ", (1, 2)), ("No [3].", (3,))]),
        ("Yes [1, 2]. No【3】", [("Yes [1][2]. ", (1, 2)), ("No[3]", (3,))]),
        ("是【1†资料】。", [("是[1]。", (1,))]),
        ("Yes [1-3].", [("Yes [1][2][3].", (1, 2, 3))]),
        ("Yes [Excerpt 2].", [("Yes [2].", (2,))]),
        ("它是 v2.1 版。[1]", [("它是 v2.1 版。[1]", (1,))]),
        ("Open Settings > Orders. [1]", [("Open Settings > Orders. [1]", (1,))]),
        ("- a [1]\n- b [2]\n", [("- a [1]\n", (1,)), ("- b [2]\n", (2,))]),
        ("See [1](https://a.example).", [("See [1](https://a.example).", ())]),
        ("Set a[0] here.", [("Set a[0] here.", (0,))]),
    ],
)
def test_sentences_keep_their_markers(text: str, pieces: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(draft.text, draft.markers) for draft in cut(text)] == pieces


def test_table_is_one_piece_with_a_claim_for_each_row() -> None:
    (draft,) = cut("| Plan | Price |\n|---|---|\n| A | 1 [1] |\n| B | 2 [2] |\n")
    assert draft.claims == ("Plan: A; Price: 1", "Plan: B; Price: 2")
    assert draft.markers == (1, 2)


def test_lead_in_is_told_from_a_claim() -> None:
    lead_in, item = cut("步骤如下：\n- 打开控制台 [1]")
    assert lead_in.is_lead_in
    assert not item.is_lead_in
    assert item.claims == ("打开控制台",)


def test_rule_states_nothing() -> None:
    assert cut("---\n")[0].claims == ()


@pytest.mark.parametrize("answer", ANSWERS)
@given(data=st.data())
def test_pieces_do_not_depend_on_the_deltas(answer: str, data: st.DataObject) -> None:
    size = data.draw(st.integers(min_value=1, max_value=len(answer)))
    assert cut(answer, size) == cut(answer)


@given(st.text(alphabet="a1 .。[]【】|\n`-,，:：（("))
def test_no_text_is_lost(text: str) -> None:
    given = "".join(draft.text for draft in cut(f"{text}\n\nEnd.", 3))
    assert given.count("a") == text.count("a")
    assert given.rstrip("`\n").endswith("End.")  # what is left open is closed


def test_sentence_is_given_as_soon_as_the_next_one_begins() -> None:
    stream = DraftStream()
    assert stream.feed("退款七天内可办。") == []
    assert stream.feed("[1") == []
    assert stream.feed("]") == []
    assert [draft.text for draft in stream.feed("其")] == ["退款七天内可办。[1]"]
