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
    labelled = read_labelled("kefu.answering.intents", "seeds")
    return {utterance: Intent(label) for utterance, label in labelled.items()}


def read_labelled(package: str, name: str) -> dict[str, str]:
    """Utterance -> label, from the files `name`.zh.txt and `name`.en.txt of a package.

    A line "[label]" stands before the utterances that have it, one a line; "#" begins a comment.
    """
    labelled: dict[str, str] = {}
    for language in get_args(Language):
        label = ""
        for line in (files(package) / f"{name}.{language}.txt").read_text("utf-8").splitlines():
            if line.startswith("["):
                label = line.strip("[]")
            elif line and not line.startswith("#"):
                labelled[line] = label
    return labelled


def find_seed(message: str) -> Intent | None:
    """What a message wants that is one of them but for case and marks."""
    return _by_key().get(make_key(message))


def make_key(message: str) -> str:
    """Under which spellings of one utterance are the same."""
    return fold_text(message).strip(MARKS)


@cache
def _by_key() -> Mapping[str, Intent]:
    return {make_key(utterance): intent for utterance, intent in load_seeds().items()}
