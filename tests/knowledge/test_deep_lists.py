"""Lists in lists are cut to a depth, and their depth costs nothing."""

import re
import sys

from kefu.knowledge.chunking import split


def count_words(text: str) -> int:
    return len(re.findall(r"[a-zA-Z0-9]+|[^\sa-zA-Z0-9]", text))


def chunked(markdown: str, *, max_tokens: int = 40) -> list[str]:
    chunks = split(markdown, title="Manual", count_tokens=count_words, max_tokens=max_tokens)
    return [chunk.text for chunk in chunks]


def nested_items(count: int) -> str:
    return "\n".join(f"{'  ' * depth}- Item{depth} says something." for depth in range(count))


def count_calls(markdown: str) -> int:
    """Functions called while a text is cut: the work it makes, whatever the machine."""
    calls = 0

    def note(_frame: object, event: str, _given: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        chunked(markdown)
    finally:
        sys.setprofile(before)
    return calls


def test_items_in_items_are_told_apart_to_a_depth_and_none_is_lost() -> None:
    chunks = chunked(nested_items(1000), max_tokens=200)
    assert "\n    - Item2 says" in chunks[0]
    indents = re.findall(r"^( *)- Item\d+ says something\.$", "\n".join(chunks), re.MULTILINE)
    assert max(map(len, indents)) == 20
    said = re.findall(r"Item(\d+) says something\.$", "\n".join(chunks), re.MULTILINE)
    assert list(dict.fromkeys(map(int, said))) == list(range(1000))
    assert "deep" in chunked("- " * 1000 + "deep")[-1]


def test_work_grows_with_the_items_in_items_and_not_with_their_depth_too() -> None:
    count_calls(nested_items(5))  # what is loaded once
    assert count_calls(nested_items(800)) < 2.3 * count_calls(nested_items(400))


def test_code_stays_as_it_is_however_far_in() -> None:
    line = f"{' ' * 80}- not an item"
    assert line in "\n".join(chunked(f"Text.\n\n```\n{line}\n```\n", max_tokens=80))
