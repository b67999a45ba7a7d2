"""What one file may cost, and the checks made before any parser sees it."""

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from kefu.errors import BadInput, TooLarge

MEGABYTE = 1024 * 1024
MAX_ARCHIVE_ENTRIES = 20_000
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_SIGNATURES = {
    b"%PDF-": "a PDF",
    _COMPOUND_FILE: "an Office file of the old format or with a password",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"{\\rtf": "an RTF file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseLimits:
    """What parsing one file may cost; time and memory are held by those who run the worker."""

    max_file_mb: int = 100
    max_unpacked_mb: int = 500
    parse_seconds: float = 120.0
    parse_memory_mb: int = 2048


def shown(path: Path) -> str:
    """The file's name, fit for one line of an error message."""
    return "".join(letter if letter.isprintable() else "?" for letter in path.name)


def check_file(path: Path, limits: ParseLimits) -> None:
    """Refuse what is not a readable, non-empty, ordinary file within the size limit.

    Raises:
        BadInput: it is missing, a folder, a device, empty or may not be read.
        TooLarge: it is over `max_file_mb`.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(f"{shown(path)} is not a file but a folder or device; name a file.")
        with path.open("rb"):
            pass
    except OSError as error:
        raise BadInput(f"{shown(path)} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise BadInput(f"{shown(path)} is not a usable file name.") from error
    if status.st_size == 0:
        raise no_text(path)
    if status.st_size > limits.max_file_mb * MEGABYTE:
        size_mb = -(-status.st_size // MEGABYTE)
        raise TooLarge(
            f"{shown(path)} has {size_mb} MB, the limit is {limits.max_file_mb} MB; "
            "split it or raise ingest.max_file_mb."
        )


def check_archive(path: Path, limits: ParseLimits, *, program: str) -> None:
    """Refuse a zip-based Office file that is damaged, a zip bomb, or brings its own XML entities.

    Raises:
        BadInput: it is not such a file, is damaged, has a password or declares a DTD.
        TooLarge: it unpacks to more than `max_unpacked_mb` or too many parts.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_unpacked_size(path, parts, limits)
            for part in parts:
                if part.filename.lower().endswith(_XML_SUFFIXES):
                    _check_declarations(archive, part)
    except DefusedXmlException as error:
        raise BadInput(
            f"{shown(path)} declares XML entities, which {program} files never do; save it again."
        ) from error
    except (zipfile.BadZipFile, EOFError, ParseError, RuntimeError, NotImplementedError) as error:
        raise not_a(path, program) from error


def _check_unpacked_size(path: Path, parts: list[zipfile.ZipInfo], limits: ParseLimits) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.max_unpacked_mb * MEGABYTE:
        raise TooLarge(
            f"{shown(path)} unpacks to {unpacked // MEGABYTE} MB, the limit is "
            f"{limits.max_unpacked_mb} MB; split it or raise ingest.max_unpacked_mb."
        )
    if len(parts) > MAX_ARCHIVE_ENTRIES:
        raise TooLarge(
            f"{shown(path)} holds {len(parts)} parts, the limit is {MAX_ARCHIVE_ENTRIES}; split it."
        )


def _check_declarations(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A DTD stands before the first element, so reading up to there is enough."""
    if part.file_size == 0:
        return
    with archive.open(part) as stream:
        next(iterparse(stream, events=("start",), forbid_dtd=True), None)


def not_a(path: Path, program: str) -> BadInput:
    """The error for a file that its suffix promises to be of `program` and is not."""
    with path.open("rb") as stream:
        head = stream.read(8)
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature) and program not in kind:
            return BadInput(
                f"{shown(path)} is no {program} file but seems to be {kind}; "
                "give it its right suffix, or remove the password and save it again."
            )
    return BadInput(f"{shown(path)} is damaged or no {program} file; save it again.")


def no_text(path: Path) -> BadInput:
    """The error for a file in which nothing is to be read."""
    return BadInput(f"{shown(path)} holds no text.")
