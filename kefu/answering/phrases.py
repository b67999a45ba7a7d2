"""What Kefu itself says in an answer, kept in phrases.toml."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from kefu.text import Language


def phrase(name: str, language: str, /, **values: str) -> str:
    """The phrase in the language of the customer, its places filled in."""
    return str(_load()[language][name]).format(**values)


def fragment(name: str, language: str, **values: str) -> str:
    """A part of a phrase, likewise."""
    return str(_load()["fragments"][language][name]).format(**values)


def is_own_phrase(text: str) -> bool:
    """Whether Kefu itself says this in an answer, so that no document has to."""
    return any(pattern.fullmatch(text.strip()) for pattern in _patterns())


@cache
def _patterns() -> list[re.Pattern[str]]:
    texts = [text for language in get_args(Language) for text in _load()[language].values()]
    return [re.compile(re.sub(r"\\\{\w+\\\}", ".*", re.escape(text))) for text in texts]


@cache
def _load() -> dict[str, dict[str, Any]]:
    text = (files("kefu.answering") / "phrases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
