"""Whether the index of a base holds what its documents say: counted exactly, and read on a sample.

Damage makes answers worse in ways that no single answer shows: chunks that were lost, marked with
another language or reader than their document, or whose text or vector is that of another chunk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kefu.db import Connection
from kefu.errors import ModelUnavailable
from kefu.knowledge.prepare import index_text
from kefu.knowledge.records import Base
from kefu.knowledge.store.consistency import IndexedChunk, count_damaged, sample_indexed
from kefu.llm import Embedder
from kefu.text import content_digest, to_simplified
from kefu.text import translatable as _
from kefu.viewer import classes_up_to

READ = 200  # chunks whose text is compared with its digest
EMBEDDED = 8  # of these, whose vector is made again
LEAST_SAME = 0.98
"""Cosine of a stored vector and that of its text; what is left is rounding."""

SEED = 20_261


class Damage(StrEnum):
    """What is wrong with chunks, in words for people."""

    LOST = _("%(count)s chunks are lost")
    LEFT = _("%(count)s chunks are left of documents that were withdrawn")
    LANGUAGE = _("%(count)s chunks are marked with another language than their document")
    AUDIENCE = _("%(count)s chunks are marked for other readers than their document")
    TEXT = _("%(count)s chunks of a sample hold another text than was indexed")
    VECTOR = _("%(count)s chunks of a sample have the vector of another text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """How many chunks have one kind of damage."""

    kind: Damage
    count: int

    @property
    def sentence(self) -> str:
        """What is wrong, the key of its translations."""
        return self.kind.value

    @property
    def values(self) -> Mapping[str, object]:
        """What stands in the sentence."""
        return {"count": self.count}

    def __str__(self) -> str:
        return self.sentence % self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What was found."""

    base: str
    damage: tuple[Damaged, ...]

    def __str__(self) -> str:
        told = "; ".join(map(str, self.damage))
        return f"The index of {self.base} is damaged: {told}." if told else ""


async def check_index(
    conn: Connection, base: Base, embedder: Embedder, *, with_vectors: bool = True
) -> IndexReport:
    """Count what is exact, and read a sample; without vectors where no embedder answers."""
    counts = await count_damaged(conn, base.id)
    found = {Damage[name.upper()]: count for name, count in counts.items() if count}
    classes = classes_up_to(embedder.data_class)
    sample = await sample_indexed(conn, base.id, classes=classes, count=READ, seed=SEED)
    whole = [each for each in sample if content_digest(_text(each)) == each.digest.hex()]
    if len(whole) < len(sample):
        found[Damage.TEXT] = len(sample) - len(whole)
    embedded = whole[:EMBEDDED] if with_vectors else ()
    others = await _count_other_vectors(base, embedder, embedded)
    if others:
        found[Damage.VECTOR] = others
    return IndexReport(
        base=base.name,
        damage=tuple(Damaged(kind=kind, count=count) for kind, count in found.items()),
    )


async def _count_other_vectors(
    base: Base, embedder: Embedder, chunks: Sequence[IndexedChunk]
) -> int:
    embedded = [each for each in chunks if each.embedding is not None]
    if not embedded or base.embedder != embedder.name:
        return 0
    try:
        made = await embedder.embed_documents([to_simplified(_text(each)) for each in embedded])
    except ModelUnavailable:
        return 0
    stored = np.array([each.embedding for each in embedded], dtype=np.float32)
    lengths = np.linalg.norm(stored, axis=1) * np.linalg.norm(made, axis=1)
    return int((np.sum(stored * made, axis=1) < LEAST_SAME * lengths).sum())


def _text(chunk: IndexedChunk) -> str:
    return index_text(chunk.title, tuple(chunk.heading_path), chunk.text)
