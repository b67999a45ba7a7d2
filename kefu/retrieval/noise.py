"""How similar the nearest chunk of a base is to a question that the base has nothing to do with.

An embedder's similarities fill a narrow range that depends on language, subject and size of the
base, so a similarity says something only against this floor.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import get_args

from kefu.knowledge import Base, vector_literal
from kefu.resources import Resources
from kefu.retrieval.records import Floors, NoiseFloor
from kefu.retrieval.store.search import (
    has_waiting,
    list_language_counts,
    list_nearest,
    list_noise_floors,
    replace_noise_floors,
)
from kefu.text import Language
from kefu.viewer import classes_up_to

MAX_GROWTH = 0.2  # of the base, before the floors are measured again


async def noise_floors(
    resources: Resources, base: Base, language: Language, *, is_stale: bool = False
) -> Floors:
    """Of each chunk language: the mean similarity of the nearest chunk to irrelevant questions.

    The questions are in `language`. Measured when first asked for and kept with the base, unless
    chunks still wait for vectors. A language without vectors has no floor; with
    `is_stale` all are measured again.

    Raises:
        ModelUnavailable: the embedder does not answer.
    """
    async with resources.database.connection() as conn:
        known = await list_noise_floors(conn, base, language)
    measured_count = max((floor.chunk_count for floor in known), default=0)
    growth = abs(base.chunk_count / measured_count - 1) if measured_count else 1.0
    if growth <= MAX_GROWTH and not is_stale:
        return {floor.chunk_language: floor for floor in known}
    return await _measure(resources, base, language)


async def _measure(resources: Resources, base: Base, language: Language) -> Floors:
    vectors = await resources.embedder.embed_queries(_load_probes()[language])
    literals = [vector_literal(vector) for vector in vectors]
    floors: dict[str, NoiseFloor] = {}
    async with resources.database.transaction() as conn:
        counts = dict(await list_language_counts(conn, base))
        for chunk_language in get_args(Language):
            nearest = await list_nearest(conn, base, literals, chunk_language)
            if nearest:
                floors[chunk_language] = NoiseFloor(
                    chunk_language=chunk_language,
                    chunk_count=base.chunk_count,
                    language_share=counts[chunk_language] / sum(counts.values()),
                    similarity=sum(nearest) / len(nearest),
                )
        if not await has_waiting(conn, base, classes_up_to(resources.embedder.data_class)):
            await replace_noise_floors(conn, base, language, list(floors.values()))
    return floors


@cache
def _load_probes() -> dict[str, list[str]]:
    text = (files("kefu.retrieval") / "probes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
