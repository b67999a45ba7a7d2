"""Reading on where a hit stands, and asking what a base holds at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from kefu.knowledge import Base
from kefu.resources import Resources
from kefu.retrieval.records import Chunk, Hit, Neighbour, ScoreParts
from kefu.retrieval.store.neighbours import list_neighbours
from kefu.retrieval.store.search import list_around
from kefu.retrieval.store.terms import list_weights
from kefu.text import Language, term_id
from kefu.viewer import Viewer

FIELDS = tuple(each.name for each in fields(Chunk))
UNSCORED = ScoreParts(lexical=0.0, lexical_share=0.0, dense=None, above_noise=None, literal=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a base says of terms.

    Attributes:
        idf: of each.
        held: those that occur in what the viewer may read.
    """

    idf: Mapping[str, float]
    held: set[str]


async def read_around(
    resources: Resources,
    hits: Iterable[Hit],
    *,
    viewer: Viewer,
    base: Base,
    before: int,
    after: int,
) -> list[Hit]:
    """The chunks around hits in their documents, without the hits; their score is 0.

    By document and position, `before` and `after` in chunks. They are read under the rights of the
    viewer as the hits were.
    """
    hits = list(hits)
    found = {hit.chunk_id for hit in hits}
    places: dict[int, tuple[int, int]] = {}
    for hit in hits:
        first, last = places.get(hit.document_id, (hit.position, hit.position))
        places[hit.document_id] = min(first, hit.position), max(last, hit.position)
    wanted = [
        (document_id, first - before, last + after) for document_id, (first, last) in places.items()
    ]
    read = await read_places(resources, wanted, viewer=viewer, base=base)
    return [hit for hit in read if hit.chunk_id not in found]


async def read_places(
    resources: Resources,
    places: Sequence[tuple[int, int, int]],
    *,
    viewer: Viewer,
    base: Base,
) -> list[Hit]:
    """The chunks at places, each a document with its first and last position; their score is 0."""
    async with resources.database.connection() as conn:
        chunks = await list_around(conn, base, places, viewer=viewer)
    return [Hit(**_list_fields(chunk), score=0.0, parts=UNSCORED) for chunk in chunks]


def _list_fields(chunk: Chunk) -> dict[str, Any]:
    return {name: getattr(chunk, name) for name in FIELDS}


async def read_neighbours(
    resources: Resources,
    chunk_ids: Sequence[int],
    *,
    viewer: Viewer,
    base: Base,
    language: Language,
) -> list[Neighbour]:
    """Chunks of one language beside some in their documents, and those most like each.

    They are read under the rights of the viewer, the likest first.
    """
    async with resources.database.connection() as conn:
        return await list_neighbours(conn, base, chunk_ids, viewer=viewer, language=language)


async def weigh_terms(
    resources: Resources, terms: Iterable[str], *, viewer: Viewer, base: Base
) -> Weights:
    """How rare each term is in the base, also of those it does not hold."""
    ids = {term: term_id(base.id, term) for term in terms}
    async with resources.database.connection() as conn:
        rows = await list_weights(conn, base, list(ids.values()), viewer=viewer)
    weights = {id: (idf, is_held) for id, idf, is_held in rows}
    return Weights(
        idf={term: weights[id][0] for term, id in ids.items()},
        held={term for term, id in ids.items() if weights[id][1]},
    )
