"""What a scan means for the files that are known already: the cheapest set of changes."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.knowledge.records import StoredFile
from kefu.knowledge.scan import FoundFile, Scan

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToRead:
    """A file that is new, changed, or could not be read before.

    Attributes:
        checksum: None where the bytes could not be read, or are too many to be taken in.
    """

    found: FoundFile
    checksum: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has to be done about the files of a scan.

    Attributes:
        touched: same bytes, other time stamp.
        renamed: same bytes under another name with the same suffix.
        vanished: known files that are no longer there.
    """

    unchanged_count: int
    touched: tuple[tuple[StoredFile, FoundFile], ...]
    renamed: tuple[tuple[StoredFile, FoundFile], ...]
    to_read: tuple[FileToRead, ...]
    vanished: tuple[StoredFile, ...]


def plan_changes(
    scan: Scan,
    stored: Sequence[StoredFile],
    *,
    checksum: Callable[[Path], str | None],
) -> Changes:
    """Compare names, sizes and times, and read bytes only where these differ.

    What an older Kefu read is read again; a file that was renamed as well is in both lists.
    """
    known = {file.path: file for file in stored}
    names = {found.name for found in scan.files}
    gone = {file.path: file for file in stored if scan.covers(file.path) and file.path not in names}
    by_content: dict[tuple[str | None, str], StoredFile] = {
        (file.checksum, Path(file.path).suffix): file for file in gone.values() if file.checksum
    }
    unchanged, touched, renamed, to_read = 0, [], [], []
    for found in scan.files:
        before = known.get(found.name)
        if before and is_same_stat(before, found):
            unchanged += 1
            continue
        digest = checksum(found.path)
        if before and is_same_content(before, digest):
            touched.append((before, found))
        elif before is None and (digest, found.path.suffix) in by_content:
            moved = by_content.pop((digest, found.path.suffix))
            del gone[moved.path]
            renamed.append((moved, found))
            if moved.is_outdated:
                to_read.append(FileToRead(found=found, checksum=digest))
        else:
            to_read.append(FileToRead(found=found, checksum=digest))
    return Changes(
        unchanged_count=unchanged,
        touched=tuple(touched),
        renamed=tuple(renamed),
        to_read=tuple(to_read),
        vanished=tuple(gone.values()),
    )


def is_same_stat(before: StoredFile, found: FoundFile) -> bool:
    """Whether a file that was taken in has the size and time it had then."""
    is_read = before.checksum is not None and not before.is_outdated
    return is_read and (before.size_bytes, before.modified_ns) == (
        found.size_bytes,
        found.modified_ns,
    )


def is_same_content(before: StoredFile, checksum: str | None) -> bool:
    """Whether reading a file with that checksum would bring nothing else."""
    return before.checksum is not None and before.checksum == checksum and not before.is_outdated


def file_checksum(path: Path, *, max_bytes: int) -> str | None:
    """SHA-256 of the bytes in hex, None where they cannot be read or are more than `max_bytes`."""
    hasher = hashlib.sha256()
    try:
        if path.stat().st_size > max_bytes:
            return None
        with path.open("rb") as file:
            for block in _blocks(file.read):
                hasher.update(block)
    except OSError:
        return None
    return hasher.hexdigest()


def _blocks(read: Callable[[int], bytes]) -> Iterable[bytes]:
    return iter(lambda: read(BLOCK_BYTES), b"")
