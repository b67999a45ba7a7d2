"""Files of many formats to documents in Markdown.

`parse_file` reads one file. A bad file may hang, crash the interpreter or run out of memory, so
others run it in a process of its own, `kefu.parsing.worker`. Such a process starts in the time
that the imports of this area take: they are few, and those of a format wait for its first file.
"""

from kefu.parsing.files import has_ocr, parse_file, supported_suffixes
from kefu.parsing.framing import LENGTH_BYTES
from kefu.parsing.limits import ParseLimits, shown
from kefu.parsing.records import ParsedDocument, PrintedText

__all__ = [
    "LENGTH_BYTES",
    "ParseLimits",
    "ParsedDocument",
    "PrintedText",
    "has_ocr",
    "parse_file",
    "shown",
    "supported_suffixes",
]
