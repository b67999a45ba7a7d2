"""Which files lie under the paths that somebody wants taken in."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.errors import BadInput
from kefu.knowledge.prepare import display_path
from kefu.knowledge.sources import is_within
from kefu.parsing import supported_suffixes

OFFICE_LOCK = "~$"  # what office programs leave beside an open document


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file that can be taken in.

    Attributes:
        name: the absolute path as text that the database accepts; the identity of the file.
    """

    path: Path
    name: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What lies under one path.

    Attributes:
        root: the absolute path that was given, as text.
        unsupported: suffix -> count of files that Kefu does not read.
        unreadable: files and folders that could not be looked at, and links to devices.
    """

    root: str
    files: tuple[FoundFile, ...]
    unsupported: dict[str, int]
    unreadable: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no file at all."""
        return not (self.files or self.unsupported or self.unreadable)

    def covers(self, name: str) -> bool:
        """Whether a file of that name would have been found, had it been there."""
        return is_within(name, self.root) and not any(
            is_within(name, each) for each in self.unreadable
        )


def resolve_roots(paths: Sequence[Path]) -> list[Path]:
    """Absolute paths without doubles and without those inside another.

    Raises:
        BadInput: one does not exist or is neither a file nor a folder.
    """
    roots = []
    for path in paths:
        shown = display_path(path)
        try:
            absolute = path.expanduser().absolute().resolve(strict=True)
            is_usable = absolute.is_file() or absolute.is_dir()
        except FileNotFoundError:
            raise BadInput(f"{shown} does not exist. Nothing was changed.") from None
        except (OSError, RuntimeError, ValueError) as error:
            raise BadInput(f"{shown} cannot be used: {error}. Nothing was changed.") from error
        if not is_usable:
            raise BadInput(f"{shown} is neither a file nor a folder. Nothing was changed.")
        roots.append(absolute)
    return [
        root for root in dict.fromkeys(roots) if not any(above in roots for above in root.parents)
    ]


def scan(root: Path) -> Scan:
    """Look at every file below `root`, or at `root` itself when it is a file."""
    files: list[FoundFile] = []
    unsupported: dict[str, int] = {}
    unreadable: list[str] = []
    candidates = _walk(root, unreadable) if root.is_dir() else iter([root])
    for path in candidates:
        suffix = path.suffix.lower()
        if suffix not in supported_suffixes() and path != root:
            unsupported[suffix] = unsupported.get(suffix, 0) + 1
            continue
        found = _look_at(path)
        if found:
            files.append(found)
        else:
            unreadable.append(display_path(path))
    return Scan(
        root=display_path(root),
        files=tuple(files),
        unsupported=unsupported,
        unreadable=tuple(unreadable),
    )


def _look_at(path: Path) -> FoundFile | None:
    try:
        status = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):  # opening a pipe or device may never end
        return None
    return FoundFile(
        path=path,
        name=display_path(path),
        size_bytes=status.st_size,
        modified_ns=status.st_mtime_ns,
    )


def _walk(root: Path, unreadable: list[str]) -> Iterator[Path]:
    """Files in the order of their names; hidden ones and linked folders are left out."""

    def note(error: OSError) -> None:
        unreadable.append(display_path(Path(os.fsdecode(error.filename))))

    for folder, subfolders, names in os.walk(root, onerror=note):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith((".", OFFICE_LOCK)) and (path.is_file() or path.is_symlink()):
                yield path
