"""The terms of a base, as far as a viewer may know of them."""

from collections.abc import Iterable

from kefu.db import Connection
from kefu.knowledge import Base
from kefu.retrieval.store.terms import list_chunk_counts, list_holding
from kefu.text import index_terms, term_id
from kefu.viewer import Viewer

RARE = 200  # chunks; a number that more of them share is no accident


class Vocabulary:
    """Counts what is asked for; the index knows terms by their numbers alone."""

    def __init__(self, conn: Connection, base: Base, *, viewer: Viewer) -> None:
        self._conn = conn
        self._base = base
        self._viewer = viewer
        self._counts: dict[str, int] = {}

    @property
    def chunk_count(self) -> int:
        """Of the base."""
        return self._base.chunk_count

    async def look_up(self, terms: Iterable[str]) -> None:
        """Ask how many chunks hold each term, before `count` tells it."""
        fresh = {term_id(self._base.id, term): term for term in terms if term not in self._counts}
        self._counts.update(dict.fromkeys(fresh.values(), 0))
        counts = await list_chunk_counts(self._conn, self._base, list(fresh))
        self._counts.update({fresh[each]: count for each, count in counts})

    def count(self, term: str) -> int:
        """How many chunks hold a term that was looked up."""
        return self._counts.get(term, 0)

    async def is_seen(self, terms: Iterable[str]) -> bool:
        """Whether all stand in what the viewer may read, not only others with their numbers."""
        rare = {term for term in terms if self.count(term) <= RARE}
        return (await self.read(rare)).keys() == rare

    async def read(self, terms: Iterable[str]) -> dict[str, str]:
        """Of each term that the viewer may know of, a text that holds it."""
        ids = {term_id(self._base.id, term): term for term in terms}
        rows = await list_holding(self._conn, self._base, list(ids), viewer=self._viewer)
        return {ids[each]: text for each, text in rows if ids[each] in index_terms(text)}
