"""The word lists that verification reads, from the files in `words/`."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

_FOLDER = files("kefu.answering") / "words"


def _lines(name: str) -> Iterator[list[str]]:
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


def _groups() -> dict[str, frozenset[str]]:
    by_word: dict[str, set[str]] = {}
    for words in _lines("synonyms.txt"):
        for word in words:
            by_word.setdefault(word, set()).update(words)
    return {word: frozenset(others - {word}) for word, others in by_word.items()}


LOADED: dict[str, Any] = tomllib.loads((_FOLDER / "loaded.toml").read_text(encoding="utf-8"))
GLUE = frozenset(word for words in _lines("glue.txt") for word in words)
"""Words that do not say what a sentence is about."""

SYNONYMS = _groups()
"""Word -> other words for it."""
