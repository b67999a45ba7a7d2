"""The SQL of search."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from psycopg import AsyncConnection, sql
from psycopg.rows import class_row, kwargs_row, scalar_row

from kefu.knowledge import Base
from kefu.retrieval.records import Candidate, Chunk, NoiseFloor
from kefu.text import TERM_IDS, Language
from kefu.viewer import DataClass, Viewer

COMMON = 500  # chunks that hold a term; of more it is not asked which ones a viewer may read
NOISE_LOCKS = 0x4B4E  # first key of the advisory locks; the second is the base

# Lexical: the query's rarest terms are taken until the chunks that hold them exceed the budget;
# those chunks are scored, in the native language with all terms, in another with names alone.
# Dense: HNSW, one search a language, which goes on (iterative scan) until enough of its neighbours
# may be read by the viewer. Candidates of either half get all scores.
SEARCH = sql.SQL("""
with query_terms as (
    select w.id, w.id = any(%(names)s::int[]) as is_name, w.id = any(%(codes)s::int[]) as is_code,
        coalesce(t.chunk_count, 0) as chunk_count,
        ln(1 + (b.chunk_count - coalesce(t.chunk_count, 0) + 0.5)
            / (coalesce(t.chunk_count, 0) + 0.5)) as idf
    from knowledge_bases b cross join unnest(%(terms)s::int[]) as w (id)
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
        coalesce(sum(idf), 0)::float as idf_sum
    from query_terms
), lexical as (
    select id from (
        select id, term_weights <#> case when language = %(native)s
            then (select weights from query) else (select name_weights from query) end as distance
        from (
            select id, language, term_weights from {chunks}
            where term_ids && (select ids from rarest) and {readable}
            limit {budget}
        ) budgeted
        order by distance limit {candidates}
    ) best where distance < 0
), dense as (
    {dense}
)
select c.id as chunk_id, c.language,
    0 - (c.term_weights <#> case when c.language = %(native)s
        then q.weights else q.name_weights end) as lexical,
    (select coalesce(sum(idf), 0)::float from query_terms
        where is_code and id = any(c.term_ids)) as held_code_idf,
    {similarity} as dense, q.idf_sum
from {chunks} c cross join query q
where c.id in (select id from lexical union select id from dense)
""")
DENSE = sql.SQL("""
    (select id from {chunks} where embedding is not null and language = {language} and {readable}
    order by embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions})
    limit {candidates})
""")
NO_DENSE = sql.SQL("select 0::bigint as id where false")
SIMILARITY = sql.SQL(
    "1 - (c.embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions}))"
)
READ = sql.SQL("""
select c.id as chunk_id, d.id as document_id, d.uri, d.external_id as id, d.title,
    c.heading_path, c.text, c.kind, c.page, c.position, d.language,
    lower(d.metadata->>'status') as status, d.updated_at, s.data_class
from {chunks} c join documents d on d.id = c.document_id
join files f on f.id = d.file_id join sources s on s.id = f.source_id
where {which} and (%(sees_everything)s or c.audience = any(%(audiences)s))
""")
AT_PLACES = sql.SQL("""
exists (select 1 from unnest(%(documents)s::bigint[], %(firsts)s::int[], %(lasts)s::int[])
    as w (document_id, first, last)
    where c.document_id = w.document_id and c.position between w.first and w.last)
and c.document_id = any(%(documents)s::bigint[])
""")
READABLE = sql.SQL("(%(sees_everything)s or audience = any(%(audiences)s))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question as the index is asked.

    Attributes:
        language: of the question.
        native: the language of the chunks that may hold all of its words; None where the base
            hardly has any.
        terms: ids of its distinct terms.
        names: those terms that a chunk in the other language may hold too.
        codes: those terms that are codes.
        vector: as pgvector reads it, None: find by words alone.
        candidates: how many each half contributes.
        lexical_budget: chunks that the lexical half scores at most.
    """

    language: Language
    native: Language | None
    terms: Sequence[int]
    names: Sequence[int]
    codes: Sequence[int]
    vector: str | None
    candidates: int
    lexical_budget: int


async def list_candidates(
    conn: AsyncConnection, base: Base, query: Query, *, viewer: Viewer
) -> list[Candidate]:
    """The best of both halves with both scores, in no order."""
    parts = {
        "chunks": sql.Identifier(f"chunks_{base.id}"),
        "dimensions": sql.Literal(base.dimensions),
        "readable": READABLE,
        "budget": sql.Literal(query.lexical_budget),
        "candidates": sql.Literal(query.candidates),
    }
    halves = [
        DENSE.format(**parts, language=sql.Literal(language)) for language in get_args(Language)
    ]
    has_vector = query.vector is not None
    statement = SEARCH.format(
        **parts,
        term_ids=sql.Literal(TERM_IDS),
        dense=sql.SQL(" union all ").join(halves) if has_vector else NO_DENSE,
        similarity=SIMILARITY.format(**parts) if has_vector else sql.SQL("null::float"),
    )
    cursor = conn.cursor(row_factory=class_row(Candidate))
    await cursor.execute(
        statement,
        {
            "base": base.id,
            "native": query.native,
            "terms": list(query.terms),
            "names": list(query.names),
            "codes": list(query.codes),
            "vector": query.vector,
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
    )
    return await cursor.fetchall()


async def list_chunks(
    conn: AsyncConnection, base: Base, chunk_ids: Sequence[int], *, viewer: Viewer
) -> list[Chunk]:
    """The chunks with what is said of their documents, in no order."""
    cursor = conn.cursor(row_factory=kwargs_row(_chunk))
    await cursor.execute(
        READ.format(
            chunks=sql.Identifier(f"chunks_{base.id}"), which=sql.SQL("c.id = any(%(ids)s)")
        ),
        {
            "ids": list(chunk_ids),
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
    )
    return await cursor.fetchall()


def _chunk(*, data_class: str, **row: Any) -> Chunk:
    return Chunk(data_class=DataClass(data_class), **row)


async def list_idf(
    conn: AsyncConnection, base: Base, term_ids: Sequence[int]
) -> list[tuple[int, float]]:
    """Rows of term id and idf, as in the search."""
    cursor = await conn.execute(
        "select w.id, ln(1 + (%(chunks)s - coalesce(t.chunk_count, 0) + 0.5)"
        "  / (coalesce(t.chunk_count, 0) + 0.5))::float"
        " from unnest(%(terms)s::int[]) as w (id)"
        " left join terms t on t.base_id = %(base)s and t.id = w.id",
        {"chunks": base.chunk_count, "terms": list(term_ids), "base": base.id},
    )
    return await cursor.fetchall()


async def list_held(
    conn: AsyncConnection, base: Base, term_ids: Sequence[int], *, viewer: Viewer
) -> list[int]:
    """Those terms that a chunk holds which the viewer may read; common ones are taken to be."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        sql.SQL(
            "select t.id from terms t where t.base_id = %(base)s and t.id = any(%(terms)s)"
            " and t.chunk_count > 0 and (t.chunk_count > {common} or exists ("
            "  select 1 from {chunks} where term_ids @> array[t.id] and {readable}))"
        ).format(
            chunks=sql.Identifier(f"chunks_{base.id}"),
            common=sql.Literal(COMMON),
            readable=READABLE,
        ),
        {
            "base": base.id,
            "terms": list(term_ids),
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
    )
    return await cursor.fetchall()


async def list_around(
    conn: AsyncConnection, base: Base, places: Sequence[tuple[int, int, int]], *, viewer: Viewer
) -> list[Chunk]:
    """The chunks at these places, each a document, its first and its last position, in order."""
    documents, firsts, lasts = zip(*places, strict=True) if places else ((), (), ())
    cursor = conn.cursor(row_factory=kwargs_row(_chunk))
    await cursor.execute(
        READ.format(chunks=sql.Identifier(f"chunks_{base.id}"), which=AT_PLACES)
        + sql.SQL(" order by d.id, c.position"),
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
    await conn.execute("select pg_advisory_xact_lock(%s, %s)", [NOISE_LOCKS, base.id])
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
