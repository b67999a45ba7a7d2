"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from kefu.prompts.differences import CONTEXT_LINES, Change, list_differences

LINES = st.lists(st.sampled_from("abc"), max_size=12)


def test_equal_texts_have_no_differences() -> None:
    assert list_differences("a\nb\n", "a\nb\n") == []


def test_lines_say_where_they_stand_in_either_text() -> None:
    lines = list_differences("a\nb\nc\n", "a\nx\nc\nd\n")
    assert [(each.change, each.text, each.left, each.right) for each in lines] == [
        (Change.SAME, "a", 1, 1),
        (Change.REMOVED, "b", 2, None),
        (Change.ADDED, "x", None, 2),
        (Change.SAME, "c", 3, 3),
        (Change.ADDED, "d", None, 4),
    ]


def test_what_is_far_from_a_change_is_left_out() -> None:
    long = "\n".join(str(number) for number in range(100))
    lines = list_differences(long, long.replace("\n10\n", "\nx\n").replace("\n90\n", "\ny\n"))
    assert [each.change for each in lines].count(Change.GAP) == 1
    assert len(lines) == 2 * (2 * CONTEXT_LINES + 2) + 1


@given(LINES, LINES)
def test_every_changed_line_is_shown_once(left: list[str], right: list[str]) -> None:
    lines = list_differences("\n".join(left), "\n".join(right))
    for number, text in enumerate(left, 1):
        shown = [each for each in lines if each.left == number]
        assert [each.text for each in shown] in ([text], [])
    removed = [each for each in lines if each.change is Change.REMOVED]
    added = [each for each in lines if each.change is Change.ADDED]
    assert len(left) - len(removed) == len(right) - len(added)
