"""How similar the nearest chunk of a base is to a question that the base has nothing to do with.

An embedder's similarities fill a narrow range that depends on language, subject and size of the
base, so a similarity says something only against this floor.
"""

import tomllib
from functools import cache
from importlib.resources import files

from kefu.knowledge import Base, get_base, vector_literal
from kefu.resources import Resources
from kefu.retrieval.store import find_noise_floor, list_nearest, upsert_noise_floor
from kefu.text import Language

MAX_GROWTH = 0.2  # of the base, before the floor is measured again


async def noise_floor(resources: Resources, language: Language, *, base_name: str) -> float | None:
    """Mean similarity of the probe questions' nearest chunks; None while no chunk has a vector.

    Measured when first asked for and kept with the base.

    Raises:
        ModelUnavailable: the embedder does not answer.
    """
    async with resources.database.connection() as conn:
        base = await get_base(conn, base_name)
        known = await find_noise_floor(conn, base, language)
    if known and abs(base.chunk_count / max(known.chunk_count, 1) - 1) <= MAX_GROWTH:
        return known.similarity
    return await _measure(resources, base, language)


async def _measure(resources: Resources, base: Base, language: Language) -> float | None:
    vectors = await resources.embedder.embed_queries(_load_probes()[language])
    literals = [vector_literal(vector) for vector in vectors]
    async with resources.database.transaction() as conn:
        nearest = await list_nearest(conn, base, literals)
        if not nearest:
            return None
        similarity = sum(nearest) / len(nearest)
        await upsert_noise_floor(conn, base, language, similarity)
    return similarity


@cache
def _load_probes() -> dict[str, list[str]]:
    text = (files("kefu.retrieval") / "probes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
