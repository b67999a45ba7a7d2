"""Prompts as files in a folder, for a company that keeps them in version control."""

from dataclasses import dataclass
from pathlib import Path

from kefu.db import Connection
from kefu.errors import BadInput
from kefu.prompts.records import Label, Version
from kefu.prompts.references import load_text
from kefu.prompts.specification import parse_specification
from kefu.prompts.store import find_latest
from kefu.prompts.versions import find_labelled, list_prompts, save_prompt
from kefu.text import content_digest

SUFFIX = ".md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file.

    Attributes:
        is_saved: whether it made another version; a text that is known did not.
    """

    path: Path
    version: Version
    is_saved: bool


async def export_prompts(
    conn: Connection, folder: Path, *, label: Label = Label.LIVE
) -> list[tuple[Path, Version]]:
    """Write the version of every prompt that has a label; existing files are replaced.

    Raises:
        BadInput: the folder cannot be written.
    """
    summaries = await list_prompts(conn)
    versions = [await find_labelled(conn, each.key, label) for each in summaries]
    return [(_save(folder, each), each) for each in versions if each is not None]


async def import_prompts(
    conn: Connection, path: Path, *, author: str, note: str = ""
) -> list[Imported]:
    """Save every file of a folder, or one file, as a draft; all of them or, on an error, none.

    Raises:
        BadInput: there is no file, or one is no specification; the sentence names it.
    """
    return [
        await _import(conn, each, text, author=author, note=note)
        for each, text in _load_all(path).items()
    ]


async def _import(conn: Connection, path: Path, text: str, *, author: str, note: str) -> Imported:
    specification = parse_specification(text)
    digest = content_digest(specification.text)
    for known in (
        await find_latest(conn, specification.key),
        await find_labelled(conn, specification.key, Label.LIVE),
    ):
        if known is not None and known.digest == digest:
            return Imported(path=path, version=known, is_saved=False)
    version = await save_prompt(conn, text, author=author, note=note or f"From {path.name}.")
    return Imported(path=path, version=version, is_saved=True)


def _save(folder: Path, version: Version) -> Path:
    path = folder / f"{version.key}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(version.text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            "%(path)s cannot be written: %(reason)s.", path=path, reason=error.strerror
        ) from error
    return path


def _load_all(path: Path) -> dict[Path, str]:
    paths = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    if not paths:
        raise BadInput("%(path)s holds no %(suffix)s files.", path=path, suffix=SUFFIX)
    return {each: _load(each) for each in paths}


def _load(path: Path) -> str:
    text = load_text(path)
    try:
        parse_specification(text)
    except BadInput as error:
        raise BadInput("%(path)s: %(reason)s", path=path, reason=error) from error
    return text
