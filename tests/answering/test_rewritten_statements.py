"""What was written anew is read with what changed beside it, as long as that is little."""

import pytest

from kefu.answering import (
    Passage,
    Rewriting,
    find_lost,
    find_rewriting,
    keeps_facts,
    read_statements,
)

FIRST = "Lost property is stored for 30 days."
SECOND = "Cameras are lent for 5 days."
KEPT = "Lost property is kept for 30 days."
LENT = "Cameras are handed out for 5 days."


def read(before: str, after: str) -> list[Rewriting | None]:
    old, new = (list(read_statements([Passage(("Rules",), text)])) for text in (before, after))
    return [find_rewriting(each, old, new) for each in find_lost(old, new)]


def join(*texts: str) -> str:
    return "\n\n".join(texts)


def test_neighbours_that_changed_are_read_together() -> None:
    both = f"{FIRST}\n{SECOND}", f"{KEPT}\n{LENT}"
    assert read(join(FIRST, SECOND), join(KEPT, LENT)) == [both, both]
    stays = "The hall opens at 8 am."
    apart = [(FIRST, KEPT), (SECOND, LENT)]
    assert read(join(FIRST, stays, SECOND), join(KEPT, stays, LENT)) == apart


def test_of_a_longer_part_each_is_read_with_its_successor() -> None:
    rooms = [f"Room {number} is for {number} guests." for number in range(20, 24)]
    others = [f"In room {number}, {number} visitors sleep." for number in range(20, 24)]
    found = read(join(FIRST, *rooms), join(KEPT, *others))
    assert found[0] == (FIRST, KEPT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"## One\n\n{FIRST}\n\n## Two\n\n{SECOND}", f"## One\n\n## Two\n\n{SECOND}\n\n{KEPT}"),
        (FIRST, "See you soon at the hall of the old town!\n\n## New\n\nNothing."),
        ("1. Open the valve.\n2. Close the tap.", "1. Close the tap.\n2. Open the valve."),
        ("```\nrun --days 30\n```", "```\nrun --days 31\n```"),
    ],
)
def test_what_moved_or_has_nothing_in_its_place_is_not_read(before: str, after: str) -> None:
    found = read(before, after)
    assert found
    assert not any(each is not None and keeps_facts(*each) for each in found)


@pytest.mark.parametrize(
    ("one", "other", "is_kept"),
    [
        ("Pay within 7 days.", "You have to pay within 7 days.", True),
        ("Pay within 7 days.", "Pay after 7 days.", False),
        ("Pay within 7 days.", "Pay within 8 days.", False),
        ("The fee is 5 euros, then 9 euros.", "The fee is 9 euros, then 5 euros.", False),
        ("门票当天有效，不可转让。", "门票不可转让，当天有效。", True),
        ("门票当天有效，不可转让。", "门票当天有效，可转让。", False),
        ("寄件人付运费。", "收件人付运费。", False),
    ],
)
def test_a_figure_denial_or_side_that_differs_is_no_rewording(
    one: str, other: str, *, is_kept: bool
) -> None:
    assert keeps_facts(one, other) is is_kept
