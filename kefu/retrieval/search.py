"""Find the chunks that hold what a question asks for."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

from opentelemetry import trace

from kefu.db import Connection
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
from kefu.retrieval.fusion import fuse, literal_share
from kefu.retrieval.noise import Floors, noise_floors
from kefu.retrieval.records import Candidate, Hit, ScoreParts
from kefu.retrieval.rerank import find_ceiling, rerank
from kefu.retrieval.store import Query, list_candidates, list_chunks, list_idf
from kefu.settings import RetrievalSettings
from kefu.text import (
    Language,
    detect_language,
    find_identifiers,
    name_terms,
    query_terms,
    term_id,
)
from kefu.viewer import Viewer

MAX_QUERY_CHARACTERS = 2000
MAX_QUERY_TERMS = 64
LANGUAGE_BIAS_SHARE = 0.8
"""An embedder finds texts in the question's language more similar than equally good ones in another
(Yang et al. 2021, "A Simple and Effective Method To Eliminate the Self Language Bias in
Multilingual Representations"); the noise floors measure by how much.
"""

MIN_NATIVE_SHARE = 0.1
"""Of a base's chunks. The few chunks in the question's language that a base in another language
holds are mostly code and quotations; words other than names find noise there: nDCG@10 of English
questions to Chinese documentation .267 with them, .340 without, .289 by similarity alone.
"""

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.retrieval")


async def search(
    resources: Resources,
    query: str,
    *,
    viewer: Viewer,
    base_name: str = DEFAULT_BASE,
    top_k: int | None = None,
) -> list[Hit]:
    """The best hits, best first.

    When the embedder does not answer, hits are found by their words alone. A reranker that may
    see them puts the best into its order.

    Raises:
        BadInput: the query is empty or too long.
        NotFound: there is no such base.
        Conflict: the base holds vectors of another embedder.
    """
    if not query.strip():
        raise BadInput("The query is empty.")
    if len(query) > MAX_QUERY_CHARACTERS:
        raise BadInput(f"The query is longer than {MAX_QUERY_CHARACTERS} characters.")
    attributes = {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.data_source.id": base_name,
        "gen_ai.retrieval.query.text": query,
    }
    with tracer.start_as_current_span(f"retrieval {base_name}", attributes=attributes) as span:
        hits = await _search(resources, query, viewer=viewer, base_name=base_name, top_k=top_k)
        span.set_attribute("gen_ai.retrieval.documents", _describe_hits(hits))
    return hits


async def _search(
    resources: Resources, query: str, *, viewer: Viewer, base_name: str, top_k: int | None
) -> list[Hit]:
    settings = resources.settings.retrieval
    async with resources.database.connection() as conn:
        base = await get_base(conn, base_name)
    require_same_embedder(base, resources.embedder)
    count = top_k or settings.top_k
    ceiling = await find_ceiling(resources)
    if ceiling is None:
        return await _search_base(resources, base, query, viewer=viewer, top_k=count)
    most = settings.rerank_candidates
    hits = await _search_base(resources, base, query, viewer=viewer, top_k=max(count, most))
    best = await rerank(resources, query, hits[:most], ceiling=ceiling)
    return [*best, *hits[most:]][:count]


async def _search_base(
    resources: Resources, base: Base, query: str, *, viewer: Viewer, top_k: int
) -> list[Hit]:
    """The best hits by words and by meaning."""
    wanted, floors = await _prepare(resources, base, query)
    find = partial(find_hits, viewer=viewer, top_k=top_k)
    with tracer.start_as_current_span("find"):
        async with resources.database.connection() as conn:
            hits = await find(conn, base, wanted, floors=floors)
    if not floors or all(hit.language in floors for hit in hits if hit.parts.dense is not None):
        return hits
    floors = await _noise_floors(resources, base, wanted.language, is_stale=True)
    settings = resources.settings.retrieval
    wanted = build_query(base, query, vector=wanted.vector, floors=floors, settings=settings)
    async with resources.database.connection() as conn:
        return await find(conn, base, wanted, floors=floors)


async def find_hits(
    conn: Connection,
    base: Base,
    query: Query,
    *,
    viewer: Viewer,
    floors: Floors,
    top_k: int,
) -> list[Hit]:
    """Hits of a query that is prepared; `floors` are those of its language."""
    candidates = await list_candidates(conn, base, query, viewer=viewer)
    scored = _score(base, query, candidates, floors, top_k=top_k)
    ids = [chunk_id for chunk_id, _, _ in scored]
    chunks = await list_chunks(conn, base, ids, viewer=viewer)
    by_id = {chunk.chunk_id: chunk for chunk in chunks}
    return [
        Hit(**asdict(by_id[chunk_id]), score=score, parts=parts)
        for chunk_id, score, parts in scored
        if chunk_id in by_id
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


async def _prepare(resources: Resources, base: Base, query: str) -> tuple[Query, Floors]:
    """The query as the index is asked, and the noise floors of its language."""
    settings = resources.settings.retrieval
    data_class = resources.settings.routing.conversation_class
    if data_class.rank > resources.embedder.data_class.rank:
        log.info("Searching by words alone: the embedder may not see %s data.", data_class)
        return build_query(base, query, vector=None, floors={}, settings=settings), {}
    try:
        with tracer.start_as_current_span(
            "embed", attributes={"kefu.embedder": base.embedder or ""}
        ):
            vector = vector_literal((await resources.embedder.embed_queries([query]))[0])
    except ModelUnavailable as error:
        log.warning("Searching by words alone: %s", error)
        return build_query(base, query, vector=None, floors={}, settings=settings), {}
    floors = await _noise_floors(resources, base, detect_language(query))
    return build_query(base, query, vector=vector, floors=floors, settings=settings), floors


async def _noise_floors(
    resources: Resources, base: Base, language: Language, *, is_stale: bool = False
) -> Floors:
    try:
        return await noise_floors(resources, base, language, is_stale=is_stale)
    except ModelUnavailable as error:
        log.warning("Searching without noise floors: %s", error)
        return {}


def build_query(
    base: Base, query: str, *, vector: str | None, floors: Floors, settings: RetrievalSettings
) -> Query:
    """Terms, names and codes of a question as the base numbers them.

    Of a long question codes and names are looked up first.
    """
    language = detect_language(query)
    is_foreign = floors and (
        language not in floors or floors[language].language_share < MIN_NATIVE_SHARE
    )
    codes = find_identifiers(query)
    names = [*codes, *name_terms(query)]

    def ids(terms: Sequence[str]) -> list[int]:
        return list(dict.fromkeys(term_id(base.id, term) for term in terms[:MAX_QUERY_TERMS]))

    return Query(
        language=language,
        native=None if is_foreign else language,
        terms=ids([*names, *query_terms(query)]),
        names=ids(names),
        codes=ids(codes),
        vector=vector,
        candidates=settings.candidates,
        lexical_budget=settings.lexical_budget,
    )


def _score(
    base: Base, query: Query, candidates: Sequence[Candidate], floors: Floors, *, top_k: int
) -> list[tuple[int, float, ScoreParts]]:
    """Chunk id, score and its parts, best first."""
    literals = [
        literal_share(each.held_code_idf, code_count=len(query.codes), chunk_count=base.chunk_count)
        for each in candidates
    ]
    scores = fuse(
        [each.lexical for each in candidates],
        [_comparable(each, query.language, floors) for each in candidates],
        literals,
    )
    rows = zip(candidates, scores, literals, strict=True)
    best = sorted(rows, key=lambda row: (-row[1], row[0].chunk_id))[:top_k]
    return [(each.chunk_id, score, _parts(each, literal, floors)) for each, score, literal in best]


def _parts(candidate: Candidate, literal: float, floors: Floors) -> ScoreParts:
    highest = candidate.idf_sum * (K1 + 1)
    floor = floors.get(candidate.language)
    dense = candidate.dense
    return ScoreParts(
        lexical=candidate.lexical,
        lexical_share=candidate.lexical / highest if highest else 0.0,
        dense=dense,
        above_noise=dense - floor.similarity if dense is not None and floor is not None else None,
        literal=literal,
    )


def _comparable(candidate: Candidate, language: str, floors: Floors) -> float | None:
    """The similarity, most of the embedder's bias to the question's own language taken out."""
    if candidate.dense is None or language not in floors:
        return candidate.dense
    own = floors[language]
    bias = own.similarity - floors.get(candidate.language, own).similarity
    return candidate.dense + LANGUAGE_BIAS_SHARE * bias


def _describe_hits(hits: Sequence[Hit]) -> str:
    """As the attribute of a span; the texts can be looked up by their chunks."""
    return json.dumps(
        [
            {
                "id": str(hit.chunk_id),
                "score": round(hit.score, 4),
                "title": " > ".join((hit.title, *hit.heading_path)),
                "uri": hit.uri,
            }
            for hit in hits
        ],
        ensure_ascii=False,
    )
