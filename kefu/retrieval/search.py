"""Find the chunks that hold what a question asks for."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import get_args

import numpy as np
from opentelemetry import trace

from kefu.db import HalfVector
from kefu.errors import BadInput, ModelUnavailable
from kefu.knowledge import (
    DEFAULT_BASE,
    Base,
    get_base,
    require_same_embedder,
)
from kefu.llm import Vector, Vectors
from kefu.resources import Resources
from kefu.retrieval.noise import noise_floors
from kefu.retrieval.records import NOTHING_CARRIED, Carried, Floors, Hit
from kefu.retrieval.rerank import find_ceiling, rerank
from kefu.retrieval.store.search import Query, search_hits
from kefu.retrieval.typed import Corrected
from kefu.sections import RetrievalSettings
from kefu.text import (
    Language,
    detect_language,
    find_identifiers,
    name_terms,
    query_terms,
    term_id,
    to_simplified,
)
from kefu.viewer import Viewer

MAX_QUERY_CHARACTERS = 2000
MAX_QUERY_TERMS = 64
CORRECTED_SHARE = 0.8  # of the idf of a word that was typed otherwise
TYPED_SHARE = 0.3  # of the vector of what was typed, against 1 for that of what was meant
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
    carried: Carried = NOTHING_CARRIED,
) -> list[Hit]:
    """As `search_base`, in the base of a name.

    Raises:
        NotFound: there is no such base.
    """
    async with resources.database.connection() as conn:
        base = await get_base(conn, base_name)
    return await search_base(resources, base, query, viewer=viewer, top_k=top_k, carried=carried)


async def search_base(
    resources: Resources,
    base: Base,
    query: str,
    *,
    viewer: Viewer,
    top_k: int | None = None,
    carried: Carried = NOTHING_CARRIED,
) -> list[Hit]:
    """The best hits, best first; `carried` is what the query leaves out because it was said before.

    When the embedder does not answer, hits are found by their words alone. A reranker that may
    see them puts the best into its order.

    Raises:
        BadInput: the query is empty or too long.
        Conflict: the base holds vectors of another embedder.
    """
    if not query.strip():
        raise BadInput("The query is empty.")
    if len(query) > MAX_QUERY_CHARACTERS:
        raise BadInput("The query is longer than %(most)s characters.", most=MAX_QUERY_CHARACTERS)
    attributes = {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.data_source.id": base.name,
        "gen_ai.retrieval.query.text": query,
    }
    with tracer.start_as_current_span(f"retrieval {base.name}", attributes=attributes) as span:
        hits = await _search(resources, base, query, viewer=viewer, top_k=top_k, carried=carried)
        span.set_attribute("gen_ai.retrieval.documents", _describe_hits(hits))
    return hits


async def _search(
    resources: Resources,
    base: Base,
    query: str,
    *,
    viewer: Viewer,
    top_k: int | None,
    carried: Carried,
) -> list[Hit]:
    settings = resources.settings.retrieval
    find = partial(_find, viewer=viewer, carried=carried)
    require_same_embedder(base, resources.embedder)
    count = top_k or settings.top_k
    ceiling = await find_ceiling(resources)
    if ceiling is None:
        return await find(resources, base, query, top_k=count)
    most = settings.rerank_candidates
    hits = await find(resources, base, query, top_k=max(count, most))
    asked = " ".join([*carried.texts, query])
    best = await rerank(resources, asked, hits[:most], ceiling=ceiling)
    return [*best, *hits[most:]][:count]


async def _find(
    resources: Resources, base: Base, query: str, *, viewer: Viewer, top_k: int, carried: Carried
) -> list[Hit]:
    """The best hits by words and by meaning."""
    wanted = await _prepare(resources, base, query, carried)
    floors = wanted.floors
    with tracer.start_as_current_span("find"):
        async with resources.database.connection() as conn:
            hits = await search_hits(conn, base, wanted, viewer=viewer, top_k=top_k)
    if not floors or all(hit.language in floors for hit in hits if hit.parts.dense is not None):
        return hits
    floors = await _noise_floors(resources, base, detect_language(query), is_stale=True)
    again = build_query(
        base,
        query,
        vector=wanted.vector,
        floors=floors,
        settings=resources.settings.retrieval,
        carried=carried,
    )
    wanted = replace(again, scale=wanted.scale)
    async with resources.database.connection() as conn:
        return await search_hits(conn, base, wanted, viewer=viewer, top_k=top_k)


async def _prepare(resources: Resources, base: Base, query: str, carried: Carried) -> Query:
    """The query as the index is asked, with the noise floors of its language."""
    build = partial(
        build_query, base, query, settings=resources.settings.retrieval, carried=carried
    )
    data_class = resources.settings.routing.conversation_class
    if data_class.rank > resources.embedder.data_class.rank:
        log.info("Searching by words alone: the embedder may not see %s data.", data_class)
        return build(vector=None, floors={})
    try:
        with tracer.start_as_current_span(
            "embed", attributes={"kefu.embedder": base.embedder or ""}
        ):
            rows = await resources.embedder.embed_queries(
                [to_simplified(text) for text in (query, *carried.texts)]
            )
    except ModelUnavailable as error:
        log.warning("Searching by words alone: %s", error)
        return build(vector=None, floors={})
    floors = await _noise_floors(resources, base, detect_language(query))
    vector, scale = blend(rows, [1.0, *carried.texts.values()])
    return replace(build(vector=HalfVector(vector), floors=floors), scale=scale)


def blend(rows: Vectors, weights: Sequence[float]) -> tuple[Vector, float]:
    """The weighted mean of vectors as a unit vector, and its length.

    The similarity to it times that length is the weighted mean of the similarities to each, which
    is what a noise floor compares with.
    """
    mean = (rows * np.array(weights, dtype=np.float32)[:, None]).sum(axis=0) / sum(weights)
    length = float(np.linalg.norm(mean))
    return mean / length, length


async def _noise_floors(
    resources: Resources, base: Base, language: Language, *, is_stale: bool = False
) -> Floors:
    try:
        return await noise_floors(resources, base, language, is_stale=is_stale)
    except ModelUnavailable as error:
        log.warning("Searching without noise floors: %s", error)
        return {}


def ask_corrected(
    query: str, corrected: Corrected | None, carried: Carried = NOTHING_CARRIED
) -> tuple[str, Carried]:
    """What is searched for: the query as it was read, and how it was typed beside it."""
    if corrected is None:
        return query, carried
    terms = frozenset(query_terms(corrected.text)).difference(query_terms(query))
    texts = {**carried.texts, query: TYPED_SHARE}
    return corrected.text, replace(carried, texts=texts, corrected=terms)


def build_query(
    base: Base,
    query: str,
    *,
    vector: HalfVector | None,
    floors: Floors,
    settings: RetrievalSettings,
    carried: Carried = NOTHING_CARRIED,
) -> Query:
    """Terms, names and codes of a question, and what it carries, as the base numbers them.

    Of a long question codes and names are looked up first.
    """
    language = detect_language(query)
    is_foreign = floors and (
        language not in floors or floors[language].language_share < MIN_NATIVE_SHARE
    )
    codes = [*find_identifiers(query), *carried.codes]
    own_names = [*codes, *name_terms(query)]
    names = [*own_names, *carried.names]
    own = {*own_names, *query_terms(query)}

    def ids(terms: Sequence[str]) -> list[int]:
        return list(dict.fromkeys(term_id(base.id, term) for term in terms[:MAX_QUERY_TERMS]))

    terms = [*names, *query_terms(query), *carried.terms]
    shares = {term_id(base.id, term): share for term, share in carried.terms.items()}
    shares |= {
        term_id(base.id, term): CORRECTED_SHARE if term in carried.corrected else 1.0
        for term in own
    }
    return Query(
        native=None if is_foreign else language,
        terms={each: shares[each] for each in ids(terms)},
        name_count=len(ids(names)),
        code_count=len(ids(codes)),
        vector=vector,
        floors=floors,
        biases=_biases(language, floors, share=settings.language_bias),
        candidates=settings.candidates,
        lexical_budget=settings.lexical_budget,
        lexical_weight=settings.lexical_weight,
        literal_weight=settings.literal_weight,
    )


def _biases(language: Language, floors: Floors, *, share: float) -> dict[Language, float]:
    """What makes up for the embedder's bias to the question's own language, by chunk language.

    It finds texts in that language more similar than equally good ones in another (Yang et al.
    2021, "A Simple and Effective Method To Eliminate the Self Language Bias in Multilingual
    Representations"); the noise floors measure by how much.
    """
    if language not in floors:
        return {}
    own = floors[language].similarity
    return {
        other: share * (own - floors[other].similarity)
        for other in get_args(Language)
        if other in floors
    }


def _describe_hits(hits: Sequence[Hit]) -> str:
    """As the attribute of a span; the texts can be looked up by their chunks."""
    return json.dumps(
        [
            {
                "id": str(hit.chunk_id),
                "score": round(hit.score, 4),
                "title": hit.breadcrumb,
                "uri": hit.uri,
            }
            for hit in hits
        ],
        ensure_ascii=False,
    )
