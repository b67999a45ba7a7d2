"""What the copilot itself writes, and the words it tells the parts of a conversation by."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def phrase(name: str, language: str, /, **values: str) -> str:
    """The phrase in the language of the customer, its places filled in."""
    return _load("phrases.toml")[language][name].format(**values)


def list_phrases(language: str) -> list[str]:
    """All of them, for a check of what needs no source."""
    return [*_load("phrases.toml")[language].values()]


def has_cue(name: str, text: str) -> bool:
    """Whether a text holds one of the words of `cues.toml`."""
    return bool(_cues()[name].search(text.strip()))


def find_cue(name: str, text: str) -> str:
    """The first of them, as it was written; empty: there is none."""
    found = _cues()[name].search(text.strip())
    return found[0] if found else ""


@cache
def _cues() -> Mapping[str, re.Pattern[str]]:
    return {
        name: re.compile("|".join([*words["en"], *words["zh"]]), re.IGNORECASE)
        for name, words in _load("cues.toml").items()
    }


@cache
def _load(name: str) -> Mapping[str, Mapping[str, str]]:
    text = (files("kefu.copilot") / name).read_text(encoding="utf-8")
    loaded: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    return loaded
