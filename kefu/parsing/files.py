"""From a file to its documents: the parser is chosen by the suffix."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from kefu.errors import BadInput
from kefu.parsing.limits import ParseLimits, check_file, no_text, shown
from kefu.parsing.records import ParsedDocument

_PARSERS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "plain",
    ".text": "plain",
    ".log": "plain",
    ".docx": "word",
    ".pptx": "slides",
    ".xlsx": "sheets",
    ".xlsm": "sheets",
    ".xls": "sheets",
    ".ods": "sheets",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
    ".pdf": "pdf",
}
_IMAGES = frozenset({".png", ".jpg", ".jpeg"})
_ELSEWHERE = {
    ".doc": "save it as .docx",
    ".ppt": "save it as .pptx",
    ".odt": "save it as .docx",
    ".rtf": "save it as .docx",
    ".odp": "save it as .pptx",
    ".json": "write one JSON object a line and name it .jsonl",
}


def has_ocr() -> bool:
    """Whether the optional extra that reads text in images is installed."""
    return find_spec("rapidocr") is not None


def supported_suffixes() -> frozenset[str]:
    """The suffixes of files that can be parsed, in lower case."""
    return frozenset(_PARSERS) | (_IMAGES if has_ocr() else frozenset())


def parse_file(path: Path, *, limits: ParseLimits) -> Iterator[ParsedDocument]:
    """Parse one file into one document or, from JSON Lines, many.

    Reads this file and nothing else. `kefu.parsing.worker` does so in a process of its own, for
    files that hang, crash the interpreter or eat the memory.

    Raises:
        BadInput: it is missing, unsupported, damaged, has a password or holds no text.
        TooLarge: it is over a limit.
    """
    name = _parser_name(path)
    check_file(path, limits)
    parser = import_module(f"kefu.parsing.{name}")
    is_empty = True
    for document in parser.parse(path, limits):
        if document.markdown.strip():
            is_empty = False
            yield document
    if is_empty:
        raise no_text(path)


def _parser_name(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in _PARSERS:
        return _PARSERS[suffix]
    if suffix in _IMAGES:
        if has_ocr():
            return "images"
        raise BadInput(
            f"{shown(path)} is an image; to read the text in images install the extra kefu[ocr]."
        )
    if suffix in _ELSEWHERE:
        raise BadInput(f"{shown(path)} is of an unsupported format; {_ELSEWHERE[suffix]}.")
    known = " ".join(sorted(supported_suffixes()))
    raise BadInput(f"{shown(path)} is of an unsupported format; supported are {known}.")
