"""What was cut up or put together is still stated, unless a figure stands by other words."""

import pytest

from kefu.answering import Passage, find_lost, read_statements


def count_lost(before: str, after: str) -> int:
    old, new = (list(read_statements([Passage(("Rules",), text)])) for text in (before, after))
    return len(find_lost(old, new))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "Bags over 23 kg cost 40 euros, bags over 32 kg are not taken.",
            "Bags over 23 kg cost 40 euros. Bags over 32 kg are not taken.",
        ),
        (
            "The pass is valid for 10 visits. It cannot be transferred.",
            "The pass is valid for 10 visits and cannot be transferred.",
        ),
        (
            "- The pool closes at 21:30.\n- Shoes must be taken off.\n- Lockers cost 1 euro.",
            "The pool closes at 21:30. Shoes must be taken off, lockers cost 1 euro.",
        ),
        (
            "密码至少 8 位，不能与最近 3 次相同。",
            "密码要求：\n\n- 至少 8 位；\n- 不能与最近 3 次相同。",
        ),
        (
            "| Fare | Bags | Change fee |\n|---|---|---|\n| Light | 0 | 50 euros |",
            "The Light fare has 0 bags and a change fee of 50 euros.",
        ),
        (
            "行李超过 23 公斤收取 300 元，超过 32 公斤不予托运。",
            "行李超过 23 公斤收取 300 元。超过 32 公斤的不予托运。",
        ),
        (
            "入会前需满足以下条件：\n\n- 名下没有欠费；\n- 最近 30 天内没有退会。",
            "入会前，名下不能有欠费，最近 30 天内不能退过会。",
        ),
    ],
)
def test_the_same_in_another_cut_is_still_stated(before: str, after: str) -> None:
    assert count_lost(before, after) == 0
    assert count_lost(after, before) == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "Members pay 5 euros for a towel and 8 euros for a robe.",
            "Members pay 8 euros for a towel. They pay 5 euros for a robe.",
        ),
        (
            "Upgrades take effect at once, downgrades at the end of the month.",
            "Downgrades take effect at once. Upgrades take effect at the end of the month.",
        ),
        ("借书证可以续借一次，逾期的不能续借。", "借书证不能续借一次。逾期的可以续借。"),
        (
            "- Passports must be valid for 6 months.\n- Visas must be printed.",
            "Passports must be valid for 6 months.",
        ),
        ("升舱立即生效，降舱在账期末生效。", "降舱立即生效。升舱在账期末生效。"),
        ("金卡可带 2 位同伴，银卡可带 1 位同伴。", "银卡可带 2 位同伴。金卡可带 1 位同伴。"),
    ],
)
def test_what_changed_its_words_is_lost(before: str, after: str) -> None:
    assert count_lost(before, after) > 0


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("Guests check in at the south entrance.", "Guests check in at the north entrance.", 1),
        ("The landlord pays the water bill.", "The tenant pays the water bill.", 1),
        ("Bring a passport and a visa.", "Bring a passport or a visa.", 1),
        ("托运行李在 B 岛柜台办理。", "托运行李在 D 岛柜台办理。", 1),
        ("Have a nice day.", "See you soon.", 0),
        ("Have a nice day.", "", 0),
    ],
)
def test_of_what_is_no_rule_only_an_exchanged_word_is_told(
    before: str, after: str, count: int
) -> None:
    assert count_lost(before, after) == count
