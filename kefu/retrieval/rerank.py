"""The best hits put into the order of a reranker, when one may see them.

A reranker reads question and chunk together and so judges better than the fused scores, which
compare what was computed of each alone; it is too slow for more than the best hits.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from kefu.errors import ModelUnavailable
from kefu.resources import Resources
from kefu.retrieval.records import Hit
from kefu.viewer import DataClass, highest_class

log = logging.getLogger(__name__)


async def find_ceiling(resources: Resources) -> DataClass | None:
    """The highest class a reranker may see; None: the question cannot be shown to any."""
    if resources.endpoints is None:
        return None
    ceiling = await resources.endpoints.find_ceiling("rerank")
    asked = resources.settings.routing.conversation_class
    return ceiling if ceiling is not None and asked.rank <= ceiling.rank else None


async def rerank(
    resources: Resources, query: str, hits: Sequence[Hit], *, ceiling: DataClass
) -> list[Hit]:
    """The hits in a better order; in the same where no reranker answers in time.

    A hit above `ceiling` is not sent and keeps its place; the others share the places that are
    theirs, and the scores that belong to these.
    """
    places = [place for place, hit in enumerate(hits) if hit.data_class.rank <= ceiling.rank]
    sent = [hits[place] for place in places]
    if len(sent) < 2 or resources.endpoints is None:
        return list(hits)
    asked = resources.settings.routing.conversation_class
    try:
        scores = await resources.endpoints.rerank(
            query,
            [describe(hit) for hit in sent],
            data_class=highest_class(asked, *(hit.data_class for hit in sent)),
            within_seconds=resources.settings.retrieval.rerank_seconds,
        )
    except ModelUnavailable as error:
        log.warning("Hits keep their order: %s", error)
        return list(hits)
    ordered = list(hits)
    ranked = sorted(zip(sent, scores, strict=True), key=lambda each: -each[1])
    for place, (hit, score) in zip(places, ranked, strict=True):
        parts = replace(hit.parts, rerank=score)
        ordered[place] = replace(hit, score=hits[place].score, parts=parts)
    return ordered


def describe(hit: Hit) -> str:
    """A chunk as the reranker reads it: under the titles that say what it is about."""
    return "\n".join([hit.breadcrumb, hit.text])
