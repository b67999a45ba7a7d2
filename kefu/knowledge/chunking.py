"""Cutting a document into chunks along its own structure."""

from collections.abc import Callable

from kefu.knowledge.records import NewChunk


def split(
    markdown: str, *, title: str, count_tokens: Callable[[str], int], max_tokens: int
) -> list[NewChunk]:
    """Placeholder."""
    raise NotImplementedError
