"""How sources are numbered below an answer."""

import pytest

from kefu.chatbot.shown import draw_together


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([1], "1"), ([1, 2], "1–2"), ([1, 2, 3, 5], "1–3, 5"), ([2, 4, 5], "2, 4–5"), ([], "")],
)
def test_runs_of_numbers_are_drawn_together(numbers: list[int], text: str) -> None:
    assert draw_together(numbers) == text
