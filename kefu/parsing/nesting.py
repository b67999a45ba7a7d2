"""Elements within elements, as deep as pages are and no deeper.

A parser looks through all open elements at each one that begins, so that the time it takes grows
with the square of the depth.
"""

import re

DEEPEST = 400
"""Open elements that are kept; the text inside deeper ones stays, without their tags."""

_REACH = 50
"""Open elements that are looked through for the one that a tag closes."""

_NESTED = re.compile(
    r"<(?P<closes>/?)(?P<name>address|article|aside|b|big|blockquote|center|code|del|details|"
    r"dialog|dir|div|dl|em|fieldset|figcaption|figure|font|footer|form|header|hgroup|i|ins|kbd|"
    r"listing|main|menu|nav|ol|pre|s|search|section|small|span|strike|strong|sub|summary|sup|table|tt|u|ul)"
    r"(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
"""Tags of elements that end where they are closed, and that one of their kind does not end."""


def bound_nesting(markup: str) -> str:
    """The markup with its elements nested at most so deep, and all of its text."""
    open_names: list[str] = []

    def keep_or_drop(found: re.Match[str]) -> str:
        name = found["name"].lower()
        if not found["closes"]:
            open_names.append(name)
            return found[0] if len(open_names) <= DEEPEST else " "
        last = range(len(open_names) - 1, max(len(open_names) - 1 - _REACH, -1), -1)
        place = next((each for each in last if open_names[each] == name), None)
        if place is None:
            return found[0]
        del open_names[place:]
        return found[0] if place < DEEPEST else " "

    return _NESTED.sub(keep_or_drop, markup)
