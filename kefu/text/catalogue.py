"""Marks for the catalogues of translations."""


def translatable(text: str) -> str:
    """Mark a string that a module names and that is translated where it is shown; by custom `_`."""
    return text
