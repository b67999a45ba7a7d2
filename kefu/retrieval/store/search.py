"""Search, and reading where a hit stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, get_args

from psycopg import AsyncConnection, sql
from psycopg.rows import class_row, kwargs_row, scalar_row

from kefu.db import HalfVector
from kefu.knowledge import K1, Base
from kefu.retrieval.fusion import highest_idf
from kefu.retrieval.records import Chunk, Floors, Hit, NoiseFloor, ScoreParts
from kefu.text import TERM_IDS, Language
from kefu.viewer import DataClass, Viewer

NOISE_LOCKS = 0x4B4E  # first key of the advisory locks; the second is the base

# Lexical: the query's rarest terms are taken until the chunks that hold them exceed the budget;
# those chunks are scored, in the native language with all terms, in another with names alone.
# Dense: HNSW, one search a language, which goes on (iterative scan) until enough of its neighbours
# may be read by the viewer. Candidates of either half get all scores. They are handed on by their
# place in the table (ctid), which stays the same within one statement and needs no index to find.
SEARCH = sql.SQL("""
with query_terms as (
    select w.id, place <= %(name_count)s as is_name, place <= %(code_count)s as is_code,
        coalesce(t.chunk_count, 0) as chunk_count,
        w.share * ln(1 + (b.chunk_count - coalesce(t.chunk_count, 0) + 0.5::float)
            / (coalesce(t.chunk_count, 0) + 0.5::float)) as idf
    from knowledge_bases b
    cross join unnest(%(terms)s::int[], %(shares)s::float[])
        with ordinality as w (id, share, place)
    left join terms t on t.base_id = b.id and t.id = w.id
    where b.id = %(base)s
), rarest as (
    select array_agg(id) as ids from (
        select id, sum(chunk_count) over (order by chunk_count, id) as total,
            row_number() over (order by chunk_count, id) as place
        from query_terms where chunk_count > 0 and (is_name or %(native)s::text is not null)
    ) ranked where total <= {budget} or place = 1
), query as (
    select ('{{' || coalesce(string_agg(id || ':' || idf, ','), '') || '}}/{term_ids}')::sparsevec
            as weights,
        ('{{' || coalesce(string_agg(id || ':' || idf, ',') filter (where is_name), '')
            || '}}/{term_ids}')::sparsevec as name_weights,
        coalesce(sum(idf), 0)::float as idf_sum,
        count(*) filter (where is_code) as code_count
    from query_terms
), lexical as (
    select place from (
        select place, case when language = %(native)s
            then (select weights from query) else (select name_weights from query)
            end <#> term_weights as distance
        from (
            select ctid as place, language, term_weights from {chunks}
            where term_ids && (select ids from rarest) and {readable}
            limit {budget}
        ) budgeted
        order by distance limit {candidates}
    ) best where distance < 0
), dense as (
    {dense}
), candidates as (
    select c.id, c.ctid as place, c.language, q.idf_sum,
        0 - (case when c.language = %(native)s
            then q.weights else q.name_weights end <#> c.term_weights) as lexical,
        {similarity} as dense,
        case when q.code_count > 0 then (
            select coalesce(sum(idf), 0) from query_terms where is_code and id = any(c.term_ids)
        ) / q.code_count else 0 end as code_idf
    from {chunks} c cross join query q
    where c.ctid = any(array(select place from lexical union all select place from dense))
), {fusion}
select c.id as chunk_id, {columns},
    best.score, best.lexical, best.dense, best.literal, best.idf_sum
from best join {chunks} c on c.ctid = best.place {documents}
order by best.score desc, c.id
""")
DENSE = sql.SQL("""
    (select ctid as place from {chunks}
    where embedding is not null and language = {language} and {readable}
    order by embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions})
    limit {candidates})
""")
NO_DENSE = sql.SQL("select null::tid as place where false")
SIMILARITY = sql.SQL(
    "%(scale)s::float"
    " * (1 - (c.embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions})))"
)

# From `candidates` the best, as fusion.py says. A candidate without a vector takes its share of
# the best lexical score for the missing similarity, so that a search without any vectors ranks by
# BM25; a code that one chunk alone holds counts fully, one that all hold hardly.
FUSION = sql.SQL("""
comparable as (
    select *, dense + (%(biases)s::float[])[array_position({languages}::text[], language)]
        as similarity
    from candidates
), ranges as (
    select nullif(max(lexical), 0) as best_lexical, min(similarity) as lowest,
        max(similarity) - min(similarity) as span
    from comparable
), shares as (
    select c.*, coalesce(lexical / best_lexical, 0) as by_words,
        case when span > 0 then (similarity - lowest) / span
            when similarity is not null then 1 end as by_meaning,
        code_idf / %(highest_idf)s::float as literal
    from comparable c cross join ranges
), best as (
    select *, (coalesce(by_meaning, by_words) + %(lexical_weight)s * by_words
        + %(literal_weight)s * literal) / (1 + %(lexical_weight)s + %(literal_weight)s) as score
    from shares order by score desc, id limit %(top_k)s
)
""").format(languages=sql.Literal(list(get_args(Language))))
COLUMNS = sql.SQL("""
d.id as document_id, d.uri, d.external_id as id, d.title, c.heading_path, c.text, c.kind, c.page,
c.position, c.places, d.language, d.status, d.updated_at, s.data_class
""")
DOCUMENTS = sql.SQL("""
join documents d on d.id = c.document_id
join files f on f.id = d.file_id join sources s on s.id = f.source_id
""")
AT_PLACES = sql.SQL("""
select c.id as chunk_id, {columns} from {chunks} c {documents}
where (%(sees_everything)s or c.audience = any(%(audiences)s))
and c.document_id = any(%(documents)s::bigint[])
and exists (select 1 from unnest(%(documents)s::bigint[], %(firsts)s::int[], %(lasts)s::int[])
    as w (document_id, first, last)
    where c.document_id = w.document_id and c.position between w.first and w.last)
order by d.id, c.position
""")
READABLE = sql.SQL("(%(sees_everything)s or audience = any(%(audiences)s))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question as the index is asked.

    Attributes:
        native: the language of the chunks that may hold all of its words; None where the base
            hardly has any.
        terms: ids of its distinct terms, each with the share of its idf that counts; first codes,
            then other names, then all others.
        name_count: of the first terms, those that a chunk in the other language may hold too.
        code_count: of the first terms, those that are codes.
        vector: None: find by words alone.
        scale: what similarities to it are multiplied by.
        floors: of noise, by the language of the chunks.
        biases: what is added to the similarity of chunks, by their language.
        candidates: how many each half contributes.
        lexical_budget: chunks that the lexical half scores at most.
        lexical_weight: of words in fusion, `literal_weight` of codes; similarity counts 1.
    """

    native: Language | None
    terms: Mapping[int, float]
    name_count: int
    code_count: int
    vector: HalfVector | None
    scale: float = 1.0
    floors: Floors
    biases: Mapping[Language, float]
    candidates: int
    lexical_budget: int
    lexical_weight: float
    literal_weight: float


async def search_hits(
    conn: AsyncConnection, base: Base, query: Query, *, viewer: Viewer, top_k: int
) -> list[Hit]:
    """The best of both halves, best first."""
    cursor = conn.cursor(row_factory=kwargs_row(partial(_hit, query.floors)), binary=True)
    statement = _search_statement(
        base.id,
        dimensions=None if query.vector is None else base.dimensions,
        candidates=query.candidates,
        budget=query.lexical_budget,
    )
    await cursor.execute(
        statement,
        {
            "base": base.id,
            "native": query.native,
            "terms": list(query.terms),
            "shares": list(query.terms.values()),
            "name_count": query.name_count,
            "code_count": query.code_count,
            "vector": query.vector,
            "scale": query.scale,
            "biases": [query.biases.get(language, 0.0) for language in get_args(Language)],
            "highest_idf": highest_idf(base.chunk_count),
            "lexical_weight": query.lexical_weight,
            "literal_weight": query.literal_weight,
            "top_k": top_k,
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
        prepare=True,
    )
    return await cursor.fetchall()


@lru_cache(maxsize=1000)
def _search_statement(
    base_id: int, *, dimensions: int | None, candidates: int, budget: int
) -> bytes:
    """Composed once, as that takes longer than a round trip.

    Without its line breaks it stays below the 4,096 characters above which psycopg reads a
    statement anew each time it is executed.
    """
    parts = {
        "chunks": sql.Identifier(f"chunks_{base_id}"),
        "dimensions": sql.Literal(dimensions),
        "readable": READABLE,
        "budget": sql.Literal(budget),
        "candidates": sql.Literal(candidates),
    }
    halves = [
        DENSE.format(**parts, language=sql.Literal(language)) for language in get_args(Language)
    ]
    statement = SEARCH.format(
        **parts,
        term_ids=sql.Literal(TERM_IDS),
        dense=sql.SQL(" union all ").join(halves) if dimensions else NO_DENSE,
        similarity=SIMILARITY.format(**parts) if dimensions else sql.SQL("null::float"),
        fusion=FUSION,
        columns=COLUMNS,
        documents=DOCUMENTS,
    )
    return b" ".join(statement.as_bytes().split())


def _hit(
    floors: Floors,
    *,
    lexical: float,
    dense: float | None,
    literal: float,
    idf_sum: float,
    **row: Any,
) -> Hit:
    highest = idf_sum * (K1 + 1)
    floor = floors.get(row["language"])
    parts = ScoreParts(
        lexical=lexical,
        lexical_share=lexical / highest if highest else 0.0,
        dense=dense,
        above_noise=dense - floor.similarity if dense is not None and floor is not None else None,
        literal=literal,
    )
    row["data_class"] = DataClass(row["data_class"])
    return Hit(**row, parts=parts)


def _chunk(*, data_class: str, **row: Any) -> Chunk:
    return Chunk(data_class=DataClass(data_class), **row)


async def list_around(
    conn: AsyncConnection, base: Base, places: Sequence[tuple[int, int, int]], *, viewer: Viewer
) -> list[Chunk]:
    """The chunks at these places, each a document, its first and its last position, in order."""
    documents, firsts, lasts = zip(*places, strict=True) if places else ((), (), ())
    cursor = conn.cursor(row_factory=kwargs_row(_chunk))
    await cursor.execute(
        AT_PLACES.format(
            columns=COLUMNS, chunks=sql.Identifier(f"chunks_{base.id}"), documents=DOCUMENTS
        ),
        {
            "documents": list(documents),
            "firsts": list(firsts),
            "lasts": list(lasts),
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
    )
    return await cursor.fetchall()


async def list_nearest(
    conn: AsyncConnection, base: Base, vectors: Sequence[str], language: Language
) -> list[float]:
    """The similarity of each vector's nearest chunk in a language; empty where there is none."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        sql.SQL(
            "select 1 - n.distance from unnest(%s::text[]) as v (vector) cross join lateral ("
            " select embedding::halfvec({dimensions}) <=> v.vector::halfvec({dimensions})"
            "  as distance from {chunks} where embedding is not null and language = {language}"
            " order by distance limit 1) n"
        ).format(
            chunks=sql.Identifier(f"chunks_{base.id}"),
            dimensions=sql.Literal(base.dimensions),
            language=sql.Literal(language),
        ),
        [list(vectors)],
    )
    return await cursor.fetchall()


async def list_language_counts(conn: AsyncConnection, base: Base) -> list[tuple[str, int]]:
    """Rows of language and its number of chunks."""
    cursor = await conn.execute(
        sql.SQL("select language, count(*) from {} group by language").format(
            sql.Identifier(f"chunks_{base.id}")
        )
    )
    return await cursor.fetchall()


async def has_waiting(conn: AsyncConnection, base: Base, classes: Sequence[DataClass]) -> bool:
    """Whether a chunk of these classes has no vector yet."""
    cursor = await conn.execute(
        sql.SQL(
            "select 1 from {} c join documents d on d.id = c.document_id"
            " join files f on f.id = d.file_id join sources s on s.id = f.source_id"
            " where c.embedding is null and s.data_class = any(%s) limit 1"
        ).format(sql.Identifier(f"chunks_{base.id}")),
        [list(classes)],
    )
    return await cursor.fetchone() is not None


async def list_noise_floors(
    conn: AsyncConnection, base: Base, language: Language
) -> list[NoiseFloor]:
    cursor = conn.cursor(row_factory=class_row(NoiseFloor))
    await cursor.execute(
        "select chunk_language, chunk_count, language_share, similarity from noise_floors"
        " where base_id = %s and question_language = %s and embedder = %s",
        [base.id, language, base.embedder],
    )
    return await cursor.fetchall()


async def replace_noise_floors(
    conn: AsyncConnection, base: Base, language: Language, floors: Sequence[NoiseFloor]
) -> None:
    """Keep what was measured; somebody else who is at it, however long, keeps as good ones."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [NOISE_LOCKS, base.id])
    if not await cursor.fetchone():
        return
    await conn.execute(
        "delete from noise_floors where base_id = %s and question_language = %s",
        [base.id, language],
    )
    for floor in floors:
        await conn.execute(
            "insert into noise_floors (base_id, question_language, chunk_language, embedder,"
            " chunk_count, language_share, similarity) values (%s, %s, %s, %s, %s, %s, %s)",
            [
                base.id, language, floor.chunk_language, base.embedder, floor.chunk_count,
                floor.language_share, floor.similarity,
            ],
        )  # fmt: skip
