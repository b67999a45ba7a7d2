"""What Kefu itself says in an answer, kept in phrases.toml."""

import tomllib
from functools import cache
from importlib.resources import files


def phrase(name: str, language: str, **values: str) -> str:
    """The phrase in the language of the customer, its places filled in."""
    return _load()[language][name].format(**values)


@cache
def _load() -> dict[str, dict[str, str]]:
    text = (files("kefu.answering") / "phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
