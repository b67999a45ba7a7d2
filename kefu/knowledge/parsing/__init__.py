"""Files of many formats to documents in Markdown.

`parse_file` reads one file in this process; `ParserPool` does so in processes that may hang, crash
or run out of memory without harm to anything but the file at hand.
"""

from kefu.knowledge.parsing.files import has_ocr, parse_file, supported_suffixes
from kefu.knowledge.parsing.isolation import ParserPool
from kefu.knowledge.parsing.limits import ParseLimits

__all__ = ["ParseLimits", "ParserPool", "has_ocr", "parse_file", "supported_suffixes"]
