"""What an instruction to a model asks for and forbids, as far as it bears on customers.

Of each subject of `words/instructions.toml` a sentence may uphold what a service keeps to ("never
guess") or open it ("a good guess is fine"), however it is worded and in whichever language.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain

NO_REFUSAL = "(?!)"
NEAR = 16
"""Characters before a word in which a mere "no" denies it."""

_FOLDER = files("kefu.evaluation") / "words"
_SUBJECTS: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
    (_FOLDER / "instructions.toml").read_text(encoding="utf-8")
)
WORDING = {
    name: re.compile("|".join(patterns), re.IGNORECASE | re.ASCII)
    for name, patterns in tomllib.loads(
        (_FOLDER / "prompts.toml").read_text(encoding="utf-8")
    ).items()
}
"""How instructions are worded: kind of words -> what finds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stances:
    """Names of subjects that a text upholds, and that it opens."""

    upheld: frozenset[str]
    opened: frozenset[str]


@lru_cache(maxsize=4096)
def read_stances(sentence: str, refusal: str = "") -> Stances:
    """What a sentence takes a stand on; `refusal` is what the model writes when it refuses."""
    text = " ".join(sentence.split())
    found = list(_find(text, refusal))
    return Stances(
        upheld=frozenset(name for name, is_upheld in found if is_upheld),
        opened=frozenset(name for name, is_upheld in found if not is_upheld),
    )


def _find(text: str, refusal: str) -> Iterator[tuple[str, bool]]:
    """Subject, and whether it is upheld."""
    for name, patterns in _SUBJECTS.items():
        for kind in patterns:
            for found in _compile(name, kind, refusal).finditer(text):
                match kind:
                    case "denied":
                        yield name, _is_denied(text, found)
                    case "affirmed":
                        yield name, not _is_denied(text, found)
                    case _:
                        yield name, kind == "upheld"


@lru_cache(maxsize=512)
def _compile(name: str, kind: str, refusal: str) -> re.Pattern[str]:
    wanted = re.escape(refusal) if refusal else NO_REFUSAL
    joined = "|".join(each.replace("{refusal}", wanted) for each in _SUBJECTS[name][kind])
    return re.compile(joined, re.IGNORECASE | re.ASCII)


def _begin_anew(text: str, until: int) -> Iterator[re.Match[str]]:
    """Where a denial before does not count: behind a condition, and before what is allowed."""
    yield from WORDING["condition"].finditer(text, 0, until)
    yield from WORDING["permission"].finditer(text, 0, until)


def _is_denied(text: str, found: re.Match[str]) -> bool:
    """Whether a denial stands before it in its part of the sentence, or behind it."""
    masked = WORDING["no_denial"].sub(lambda each: " " * len(each[0]), text)
    ends = chain(
        WORDING["segment_end"].finditer(text, 0, found.start()), _begin_anew(text, found.start())
    )
    start = max((each.end() for each in ends), default=0)
    before = masked[start : found.start()]
    return bool(
        WORDING["denies"].search(before)
        or WORDING["denies_near"].search(before[-NEAR:])
        or WORDING["denied_behind"].match(masked[found.end() :])
    )
