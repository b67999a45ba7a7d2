"""The prompts that come with Kefu; each is the contract for its use."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from kefu.prompts.records import SHIPPED, PromptKey, Specification, Version
from kefu.prompts.specification import parse_specification
from kefu.text import Language, content_digest

AUTHOR = "kefu"


def list_shipped() -> Sequence[Specification]:
    """All of them, by name and language."""
    return tuple(_load().values())


def find_shipped(key: PromptKey) -> Specification | None:
    """The one for a use in a language."""
    return _load().get(key)


def find_contract(key: PromptKey) -> Specification | None:
    """The one whose variables and output a prompt for this use has to keep to."""
    languages: tuple[Language, ...] = (key.language, "en", "zh")
    keys = [PromptKey(name=key.name, language=each) for each in languages]
    return next((found for each in keys if (found := find_shipped(each))), None)


def as_version(specification: Specification) -> Version:
    """A shipped specification as the version it is."""
    return Version(
        key=specification.key,
        number=SHIPPED,
        text=specification.text,
        digest=content_digest(specification.text),
        author=AUTHOR,
        note="",
        created_at=None,
    )


@cache
def _load() -> dict[PromptKey, Specification]:
    folder = files("kefu.prompts") / "shipped"
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir()]
    specifications = sorted(map(parse_specification, texts), key=lambda each: each.key)
    return {each.key: each for each in specifications}
