"""The utterances that the classifier was trained on, from the files beside this one."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import get_args

from kefu.answering.records import Intent
from kefu.text import Language, fold_text

MARKS = " .,!?;:~…。，！？；：～、"


@cache
def load_seeds() -> Mapping[str, Intent]:
    """Utterance -> what it wants."""
    seeds: dict[str, Intent] = {}
    for language in get_args(Language):
        text = (files("kefu.answering.intents") / f"seeds.{language}.txt").read_text("utf-8")
        intent = Intent.QUESTION
        for line in text.splitlines():
            if line.startswith("["):
                intent = Intent(line.strip("[]"))
            elif line and not line.startswith("#"):
                seeds[line] = intent
    return seeds


def find_seed(message: str) -> Intent | None:
    """What a message wants that is one of them but for case and marks."""
    return _by_key().get(make_key(message))


def make_key(message: str) -> str:
    """Under which spellings of one utterance are the same."""
    return fold_text(message).strip(MARKS)


@cache
def _by_key() -> Mapping[str, Intent]:
    return {make_key(utterance): intent for utterance, intent in load_seeds().items()}
