"""What answers, in one digest: everything that decides an answer but for question and knowledge."""

from functools import cache
from json import dumps
from pathlib import Path

import kefu
from kefu.releases.applying import read_settings
from kefu.resources import Resources
from kefu.text import content_digest

CODE = ("answering", "knowledge", "llm", "prompts", "retrieval", "safety", "text")
SUFFIXES = frozenset({".py", ".md", ".toml", ".txt"})


def identify(resources: Resources) -> str:
    """The same for resources that answer alike: release, code, settings, prompts, endpoints."""
    endpoints = resources.endpoints.list_endpoints() if resources.endpoints is not None else []
    return _digest(
        [
            resources.release_id,
            digest_code(),
            resources.embedder.name,
            resources.settings.retrieval.ef_search,
            sorted(read_settings(resources.settings).items()),
            sorted(resources.prompt_numbers.items()),
            [[each.name, each.purpose, each.model, each.url] for each in endpoints],
        ]
    )


@cache
def digest_code() -> str:
    """Of everything in Kefu that decides an answer, so that an upgrade is another candidate."""
    root = Path(kefu.__file__).parent
    files = sorted(
        path
        for area in CODE
        for path in (root / area).rglob("*")
        if path.suffix in SUFFIXES and path.is_file()
    )
    return _digest(
        [[str(each.relative_to(root)), content_digest(each.read_bytes())] for each in files]
    )


def _digest(value: object) -> str:
    return content_digest(dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
