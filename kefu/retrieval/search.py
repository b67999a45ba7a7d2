"""Find the chunks that hold what a question asks for."""

import logging
from collections.abc import Sequence
from dataclasses import asdict

from kefu.errors import BadInput, ModelUnavailable
from kefu.knowledge import (
    DEFAULT_BASE,
    K1,
    Base,
    get_base,
    require_same_embedder,
    vector_literal,
)
from kefu.resources import Resources
from kefu.retrieval.fusion import fuse
from kefu.retrieval.records import Candidate, Hit, ScoreParts
from kefu.retrieval.store import Query, list_candidates, list_chunks, list_idf
from kefu.text import query_terms, term_id
from kefu.viewer import Viewer

MAX_QUERY_CHARACTERS = 2000
MAX_QUERY_TERMS = 64

log = logging.getLogger(__name__)


async def search(
    resources: Resources,
    query: str,
    *,
    viewer: Viewer,
    base_name: str = DEFAULT_BASE,
    top_k: int | None = None,
) -> list[Hit]:
    """The best hits, best first.

    When the embedder does not answer, hits are found by their words alone.

    Raises:
        BadInput: the query is empty or too long.
        NotFound: there is no such base.
        Conflict: the base holds vectors of another embedder.
    """
    if not query.strip():
        raise BadInput("The query is empty.")
    if len(query) > MAX_QUERY_CHARACTERS:
        raise BadInput(f"The query is longer than {MAX_QUERY_CHARACTERS} characters.")
    settings = resources.settings.retrieval
    async with resources.database.connection() as conn:
        base = await get_base(conn, base_name)
    require_same_embedder(base, resources.embedder)
    wanted = Query(
        terms=_term_ids(base, query),
        vector=await _embed(resources, query),
        candidates=settings.candidates,
        lexical_budget=settings.lexical_budget,
    )
    async with resources.database.connection() as conn:
        candidates = await list_candidates(conn, base, wanted, viewer=viewer)
        best = _rank(candidates)[: top_k or settings.top_k]
        chunks = await list_chunks(conn, base, [each.chunk_id for _, each in best], viewer=viewer)
    by_id = {chunk.chunk_id: chunk for chunk in chunks}
    return [
        Hit(**asdict(by_id[each.chunk_id]), score=score, parts=_parts(each))
        for score, each in best
        if each.chunk_id in by_id
    ]


async def weigh_terms(
    resources: Resources, terms: Sequence[str], *, base_name: str
) -> dict[str, float]:
    """The idf of each term in the base, also of those it does not hold."""
    async with resources.database.connection() as conn:
        base = await get_base(conn, base_name)
        ids = {term_id(base.id, term): term for term in terms}
        weights = await list_idf(conn, base, list(ids))
    return {ids[each]: idf for each, idf in weights}


def _term_ids(base: Base, query: str) -> list[int]:
    terms = query_terms(query)[:MAX_QUERY_TERMS]
    return list(dict.fromkeys(term_id(base.id, term) for term in terms))


async def _embed(resources: Resources, query: str) -> str | None:
    try:
        vectors = await resources.embedder.embed_queries([query])
    except ModelUnavailable as error:
        log.warning("Searching by words alone: %s", error)
        return None
    return vector_literal(vectors[0])


def _rank(candidates: list[Candidate]) -> list[tuple[float, Candidate]]:
    scores = fuse(
        [candidate.lexical for candidate in candidates],
        [candidate.dense for candidate in candidates],
    )
    ranked = zip(scores, candidates, strict=True)
    return sorted(ranked, key=lambda pair: (-pair[0], pair[1].chunk_id))


def _parts(candidate: Candidate) -> ScoreParts:
    highest = candidate.idf_sum * (K1 + 1)
    return ScoreParts(
        lexical=candidate.lexical,
        lexical_share=candidate.lexical / highest if highest else 0.0,
        dense=candidate.dense,
    )
