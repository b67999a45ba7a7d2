"""Fusion as the statement of search does it, given candidates."""

import random
from collections.abc import Sequence

import pytest
from psycopg import AsyncConnection, sql

from kefu.retrieval.fusion import highest_idf
from kefu.retrieval.store.search import FUSION
from kefu.sections import RetrievalSettings

FUSE = (
    sql.SQL(
        "with candidates as (select *, 'en' as language from unnest(%(lexical)s::float[],"
        " %(dense)s::float[], %(code_idfs)s::float[]) with ordinality"
        " as c (lexical, dense, code_idf, id)), "
    )
    + FUSION
    + sql.SQL("select score from best order by id")
)


async def fuse(
    conn: AsyncConnection,
    lexical: Sequence[float],
    dense: Sequence[float | None],
    code_idfs: Sequence[float] | None = None,
    *,
    chunk_count: int = 1000,
) -> list[float]:
    cursor = await conn.execute(
        FUSE,
        {
            "lexical": lexical,
            "dense": dense,
            "code_idfs": code_idfs or [0.0] * len(lexical),
            "biases": [0.0, 0.0],
            "highest_idf": highest_idf(chunk_count),
            "lexical_weight": RetrievalSettings().lexical_weight,
            "literal_weight": RetrievalSettings().literal_weight,
            "top_k": 1000,
        },
    )
    return [score for (score,) in await cursor.fetchall()]


def order(scores: list[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda n: -scores[n])


async def test_best_in_both_halves_comes_first(conn: AsyncConnection) -> None:
    assert order(await fuse(conn, [3.0, 9.0, 1.0], [0.80, 0.90, 0.85]))[0] == 1


async def test_without_vectors_the_order_is_lexical(conn: AsyncConnection) -> None:
    assert order(await fuse(conn, [3.0, 9.0, 1.0], [None, None, None])) == [1, 0, 2]


async def test_without_common_words_the_order_is_dense(conn: AsyncConnection) -> None:
    assert order(await fuse(conn, [0.0, 0.0, 0.0], [0.80, 0.90, 0.85])) == [1, 2, 0]


async def test_words_lift_a_chunk_over_a_slightly_nearer_one(conn: AsyncConnection) -> None:
    assert order(await fuse(conn, [9.0, 0.0, 0.0], [0.88, 0.90, 0.80]))[0] == 0


async def test_words_do_not_lift_a_chunk_over_a_much_nearer_one(conn: AsyncConnection) -> None:
    assert order(await fuse(conn, [9.0, 0.0, 0.0], [0.81, 0.90, 0.80]))[0] == 1


async def test_chunk_waiting_for_its_vector_can_come_first_by_its_words(
    conn: AsyncConnection,
) -> None:
    assert order(await fuse(conn, [9.0, 2.0, 0.5], [None, 0.90, 0.80]))[0] == 0


async def test_chunk_without_vector_and_with_few_words_does_not_come_first(
    conn: AsyncConnection,
) -> None:
    assert order(await fuse(conn, [2.0, 9.0, 0.5], [None, 0.90, 0.80]))[0] == 1


async def test_rare_code_outweighs_nearness(conn: AsyncConnection) -> None:
    held = [highest_idf(1000), 0.0]
    assert order(await fuse(conn, [9.0, 2.0], [0.80, 0.90], held))[0] == 0


async def test_common_code_does_not_outweigh_nearness(conn: AsyncConnection) -> None:
    assert order(await fuse(conn, [9.0, 2.0], [0.80, 0.90], [0.2, 0.0]))[0] == 1


async def test_scale_of_the_embedder_does_not_matter(conn: AsyncConnection) -> None:
    narrow = await fuse(conn, [1.0, 2.0, 0.0], [0.80, 0.85, 0.90])
    wide = await fuse(conn, [1.0, 2.0, 0.0], [-0.5, 0.0, 0.5])
    assert narrow == pytest.approx(wide)


async def test_equal_similarities_leave_the_order_to_words(conn: AsyncConnection) -> None:
    assert order(await fuse(conn, [1.0, 2.0], [0.5, 0.5])) == [1, 0]


@pytest.mark.parametrize("chunk_count", [0, 1000])
async def test_nothing_gives_nothing(conn: AsyncConnection, chunk_count: int) -> None:
    assert await fuse(conn, [], [], chunk_count=chunk_count) == []


def draw_candidates(draw: random.Random) -> tuple[list[float], list[float | None]]:
    count = draw.randint(1, 8)
    lexical = [draw.choice([0.0, draw.uniform(0, 1000)]) for _ in range(count)]
    dense = [draw.choice([None, -1.0, 1.0, draw.uniform(-1, 1)]) for _ in range(count)]
    return lexical, dense


@pytest.mark.parametrize("seed", range(40))
async def test_score_is_a_share_and_more_words_never_lower_it(
    conn: AsyncConnection, seed: int
) -> None:
    draw = random.Random(seed)
    lexical, dense = draw_candidates(draw)
    before = await fuse(conn, lexical, dense)
    after = await fuse(conn, [lexical[0] + draw.uniform(0, 1000), *lexical[1:]], dense)
    assert all(0 <= score <= 1 for score in [*before, *after])
    assert after[0] >= before[0] - 1e-9
