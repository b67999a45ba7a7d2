"""What a document says about itself: title, address and other properties."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kefu.text import clean_text, read_yaml

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,65536}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_SIMPLE_FIELD = re.compile(r"^([A-Za-z][\w -]{0,40}):[ \t]*(\S.*)$", re.MULTILINE)
_FIRST_HEADING = re.compile(r"^# +(.+?)[ \t#]*$", re.MULTILINE)
_MARKS = re.compile(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f\ud800-\udfff]+\Z")
_MAX_VALUE = 2000
_MAX_TITLE = 300


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields of a YAML block at the beginning of the text, and the text without it."""
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    try:
        fields = read_yaml(found[1])
        if not isinstance(fields, dict):
            return {}, text
        metadata = as_metadata(fields)
    except ValueError:  # no YAML, or a number with more digits than are written out
        metadata = as_metadata(dict(_SIMPLE_FIELD.findall(found[1])))
    return metadata, text[found.end() :]


def as_metadata(fields: Mapping[Any, object]) -> dict[str, str]:
    """The fields that are plain values or lists of such, as text."""
    values = {clean_text(str(key)): clean_text(_as_text(value)) for key, value in fields.items()}
    return {key: value[:_MAX_VALUE] for key, value in values.items() if value}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(text for text in map(_as_plain, value) if text)
    return _as_plain(value)


def _as_plain(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int | float) else ""


def pick_title(markdown: str, path: Path, *, stated: str = "") -> str:
    """What the document states, else its first top heading, else the name of the file."""
    heading = _FIRST_HEADING.search(markdown)
    for candidate in (stated, _MARKS.sub("", heading[1]) if heading else "", name_text(path.stem)):
        title = " ".join(clean_text(candidate).split())
        if title:
            return title[:_MAX_TITLE]
    return name_text(path.name)


def name_text(name: str) -> str:
    """A file's name with bytes that are not UTF-8 written out."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def pick_url(*candidates: str | None) -> str | None:
    """The first that is an absolute web address."""
    for candidate in candidates:
        if candidate and _ADDRESS.match(candidate.strip()):
            return candidate.strip()
    return None
