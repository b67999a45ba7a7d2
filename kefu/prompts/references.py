"""How people name a version: answer, answer.zh, answer@3, answer.en@candidate, answer@shipped."""

import re
from dataclasses import dataclass
from pathlib import Path

from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.prompts.records import SHIPPED, Label, PromptKey, Specification, Version
from kefu.prompts.specification import (
    NAME,
    has_front_matter,
    parse_specification,
    plain_specification,
)
from kefu.prompts.versions import find_labelled, read_version
from kefu.text import Language

_REFERENCE = re.compile(
    rf"(?P<name>{NAME})(?:\.(?P<language>zh|en))?"
    r"(?:@(?:(?P<number>\d{1,9})|(?P<label>shipped|draft|candidate|live)))?"
)
SUFFIXES = (".md", ".txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A prompt and one of its versions, by number or by label."""

    key: PromptKey
    version: int | Label


def parse_reference(text: str) -> Reference:
    """Read what a person wrote; without a language English, without a version the live one.

    Raises:
        BadInput: it names no version.
    """
    found = _REFERENCE.fullmatch(text)
    if not found:
        raise BadInput(
            "%(text)r names no prompt: write answer, answer.zh or answer.en@3.", text=text
        )
    language: Language = "zh" if found["language"] == "zh" else "en"
    key = PromptKey(name=found["name"], language=language)
    if found["number"]:
        return Reference(key=key, version=int(found["number"]))
    if found["label"] == "shipped":
        return Reference(key=key, version=SHIPPED)
    return Reference(key=key, version=Label(found["label"] or Label.LIVE))


async def read_reference(conn: Connection, reference: Reference) -> Version:
    """The version that is named.

    Raises:
        NotFound: there is none.
    """
    if not isinstance(reference.version, Label):
        return await read_version(conn, reference.key, reference.version)
    version = await find_labelled(conn, reference.key, reference.version)
    if version is None:
        raise NotFound(
            "No version of the prompt %(prompt)s is %(version)s.",
            prompt=reference.key,
            version=reference.version,
        )
    return version


def is_file(text: str) -> bool:
    """Whether somebody means a file, not a version."""
    return text.endswith(SUFFIXES)


def load_text(path: Path) -> str:
    """The text of a file.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        return path.expanduser().read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(
            "%(path)s cannot be read: %(reason)s.", path=path, reason=error.strerror
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput("%(path)s is not UTF-8 text.", path=path) from error


async def read_specification(conn: Connection, named: str, *, use: Specification) -> Specification:
    """What a version, a file, or a file of bare instructions says.

    Raises:
        BadInput, NotFound: there is no such thing, or it is no prompt.
    """
    if not is_file(named):
        return parse_specification((await read_reference(conn, parse_reference(named))).text)
    text = load_text(Path(named))
    if has_front_matter(text):
        return parse_specification(text)
    return plain_specification(text, like=use)
