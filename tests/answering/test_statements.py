"""What a text states, and what of it another text does not state any more."""

import pytest

from kefu.answering import Lost, Passage, Statement, find_lost, read_statements

PRICES = """
| Plan | Price | Users |
|---|---|---|
| Basic | 99 yuan | 5 |
| Pro | 199 yuan | 20 |

Refunds take 7 days. If you paid by card, it takes 14 days.

1. Open **Orders**.
2. Choose *Return*.
3. Print the label.

Thank you for your trust.
"""
PLACE = ("Prices", "Plans")


def read(text: str, place: tuple[str, ...] = PLACE) -> list[Statement]:
    return list(read_statements([Passage(place, text)]))


def lost(before: str, after: str) -> list[Lost]:
    return find_lost(read(before), read(after))


def told(before: str, after: str) -> list[tuple[str, str]]:
    found = lost(before, after)
    return [(each.statement.text, each.successor.text if each.successor else "") for each in found]


def replaced(old: str, new: str) -> str:
    assert old in PRICES
    return PRICES.replace(old, new)


@pytest.mark.parametrize(
    "after",
    [
        PRICES.replace("\n", "  \n"),
        PRICES.replace("\n", "\r\n"),
        PRICES + "\nA sentence more: it takes 3 days.\n",
        replaced("**Orders**", "Orders"),
        replaced("| 20 |\n", "| 20 |\n| Max | 299 yuan | 50 |\n"),
        replaced(
            "Refunds take 7 days. If you paid by card, it takes 14 days.",
            "If you paid by card, it takes 14 days. Refunds take 7 days.",
        ),
        replaced("Refunds take 7 days.", "Refunds take **seven** days."),
        replaced("Thank you for your trust.\n", ""),
        PRICES.replace("Refunds", "Re-funds"),
        PRICES + "\nLast updated: 2026-10-01\n",
        "1. Sign in.\n2. Open **Orders**.\n3. Choose *Return*.\n4. Print the label.\n"
        + PRICES.partition("1. Open")[0],
    ],
)
def test_what_only_looks_different_is_still_stated(after: str) -> None:
    assert told(PRICES, after) == []


@pytest.mark.parametrize(
    ("after", "old", "new"),
    [
        (
            replaced("199 yuan", "299 yuan"),
            "Plan: Pro; Price: 199 yuan; Users: 20",
            "Plan: Pro; Price: 299 yuan; Users: 20",
        ),
        (replaced("7 days", "7 weeks"), "Refunds take 7 days.", "Refunds take 7 weeks."),
        (replaced("s take", "s don't take"), "Refunds take 7 days.", "Refunds don't take 7 days."),
        (replaced("take 7", "take over 7"), "Refunds take 7 days.", "Refunds take over 7 days."),
        (
            replaced("If you paid by card, it takes 14 days.", "It takes 14 days."),
            "If you paid by card, it takes 14 days.",
            "",
        ),
        (replaced("3. Print the label.\n", ""), "Print the label.", ""),
        (
            replaced("| Pro | 199 yuan | 20 |\n", ""),
            "Plan: Pro; Price: 199 yuan; Users: 20",
            "",
        ),
        (
            replaced("Open **Orders**.", "?")
            .replace("Choose *Return*.", "Open **Orders**.")
            .replace("?", "Choose *Return*."),
            "Open **Orders**.",
            "Choose *Return*.",
        ),
    ],
)  # fmt: skip
def test_what_is_not_stated_any_more_is_found_with_what_took_its_place(
    after: str, old: str, new: str
) -> None:
    found = dict(told(PRICES, after))
    assert found.keys() == {old}
    assert not new or found[old] == new


def test_a_price_without_its_last_zero_is_the_same_and_a_version_is_not() -> None:
    table = "| Plan | Version | Price |\n|---|---|---|\n| Pro | {} | {} |\n"
    assert told(table.format("8.10", "0.320"), table.format("8.10", "0.32")) == []
    assert told(table.format("8.10", "0.320"), table.format("8.1", "0.320"))
    assert told(table.format("8.10", "0.320"), table.format("8.10", "0.302"))


def test_prices_that_change_places_are_lost() -> None:
    swapped = PRICES.replace("99 yuan", "?").replace("1?", "99 yuan").replace("| ?", "| 199 yuan")
    assert len(lost(PRICES, swapped)) == 2
    two = [
        Passage(("Plans", "Basic"), "It costs 99 yuan."),
        Passage(("Plans", "Pro"), "It costs 199 yuan."),
    ]
    other = [Passage(one.place, two[1 - number].text) for number, one in enumerate(two)]
    assert len(find_lost(list(read_statements(two)), list(read_statements(other)))) == 2


def test_sections_of_one_passage_are_told_apart() -> None:
    text = "## Basic\n\nIt costs 99 yuan.\n\n## Pro\n\nIt costs 199 yuan.\n"
    swapped = text.replace("Basic", "?").replace("Pro", "Basic").replace("?", "Pro")
    assert [each.place for each in read(text)] == [(*PLACE, "Basic"), (*PLACE, "Pro")]
    assert len(lost(text, swapped)) == 2


def test_figures_alone_are_a_statement() -> None:
    assert lost("09:00 - 18:00", "9:00–18:00") == []
    assert len(lost("09:00 - 18:00", "09:00 - 17:00")) == 1


def test_a_section_may_get_another_name() -> None:
    text = "Refunds take 7 days."
    assert find_lost(read(text), read(text, ("Prices", "What plans cost"))) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("订单在 15 天内可以全额退款。", "订单在 15 天内可以退款。"),
        ("礼品卡不能退款。", "礼品卡能退款。"),
        ("仅企业用户可以开具专用发票。", "用户可以开具专用发票。"),
        ("如果设备未拆封，可以退货。", "设备可以退货。"),
        ("Ask for Mr Miller within 2 days.", "Ask for Mr Smith within 2 days."),
        ("Orders are free for members only.", "Orders are free for members."),
        ("Download it from https://a.example/x.", "Download it from https://b.example/x."),
    ],
)  # fmt: skip
def test_one_word_can_change_a_statement(before: str, after: str) -> None:
    assert len(lost(before, after)) == 1


def test_facts_that_go_and_come_are_told() -> None:
    (found,) = lost("It costs 99 yuan for 5 users.", "It costs 109 yuan for 5 users.")
    assert [str(each) for each in found.lost_facts] == ["99 CNY"]
    assert [str(each) for each in found.gained_facts] == ["109 CNY"]


def test_an_item_below_another_heading_is_said_of_something_else() -> None:
    text = "## Taken\n\n- Paper\n{}\n## Not taken\n\n- Glass\n{}"
    item = "- Oil must be in a can.\n"
    assert lost(text.format(item, ""), text.format("", item))
    assert not lost(text.format(item, ""), text.format(item, "- Batteries\n"))


@pytest.mark.parametrize(
    ("literal", "is_told"), [("15 days", False), ("cannot be taken back", True), ("sign in", False)]
)
def test_only_what_changed_tells_two_statements_apart(literal: str, *, is_told: bool) -> None:
    (found,) = lost(
        "Within 15 days it is taken back when you sign in.",
        "Within 15 days it cannot be taken back when you sign in.",
    )
    assert found.is_told_by(literal) == is_told


def test_a_short_item_that_became_a_heading_is_still_said() -> None:
    notes = "1. Kinds of vouchers\n\nAll hold for 9 days.\n\n2. Order of use\n\nThe oldest first.\n"
    page = notes.replace("1. K", "## 1. K").replace("2. O", "## 2. O")
    assert told(notes, page) == []
    assert told(notes, page.replace("Order of use", "Who may use them")) == [("Order of use", "")]
    assert told(page, notes) == []
    figure = "1. Open until 9 pm\n\nCome in.\n"
    assert told(figure, figure.replace("1. Open until 9 pm", "## Opening hours")) == [
        ("Open until 9 pm", "")
    ]
