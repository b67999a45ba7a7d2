"""The script that host sites embed, put together of its parts."""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kefu.text import content_digest

PARTS = (
    *("dom", "storage", "wire", "blocks", "messages", "standing", "panel", "live", "nudge"),
    *("people", "elsewhere", "element", "start"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The whole script, plain and compressed."""

    text: bytes
    compressed: bytes
    etag: str


@cache
def build_script() -> Script:
    """One classic script without dependencies; its parts see each other, the page sees none."""
    folder = files("kefu.chatbot.widget") / "script"
    style = (folder / "widget.css").read_text(encoding="utf-8")
    parts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in PARTS]
    text = "\n".join(
        ['(() => {\n"use strict";', f"const STYLE = {json.dumps(style)};", *parts, "})();\n"]
    )
    return Script(
        text=text.encode(),
        compressed=gzip.compress(text.encode(), mtime=0),
        etag=f'"{content_digest(text)}"',
    )
