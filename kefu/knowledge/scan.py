"""Which files lie under the paths that somebody wants taken in."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.errors import BadInput
from kefu.knowledge.parsing import supported_suffixes
from kefu.knowledge.prepare import display_path

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
        unreadable: paths that could not be looked at.
    """

    root: str
    files: tuple[FoundFile, ...]
    unsupported: dict[str, int]
    unreadable: tuple[str, ...]

    def covers(self, name: str) -> bool:
        """Whether a file of that name would have been found, had it been there."""
        is_within = name == self.root or name.startswith(self.root.rstrip("/") + "/")
        return is_within and not any(name.startswith(each) for each in self.unreadable)


def resolve_roots(paths: Sequence[Path]) -> list[Path]:
    """Absolute paths without doubles and without those inside another.

    Raises:
        BadInput: one does not exist or is neither a file nor a folder.
    """
    roots = []
    for path in paths:
        absolute = path.expanduser().absolute()
        if not absolute.exists():
            raise BadInput(f"{path} does not exist. Nothing was changed.")
        if not (absolute.is_file() or absolute.is_dir()):
            raise BadInput(f"{path} is neither a file nor a folder. Nothing was changed.")
        roots.append(absolute.resolve())
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
        try:
            stat = path.stat()
        except OSError:
            unreadable.append(display_path(path))
            continue
        files.append(
            FoundFile(
                path=path,
                name=display_path(path),
                size_bytes=stat.st_size,
                modified_ns=stat.st_mtime_ns,
            )
        )
    return Scan(
        root=display_path(root),
        files=tuple(files),
        unsupported=unsupported,
        unreadable=tuple(unreadable),
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
