"""Find what may answer a question: hits, and their units ranked."""

from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry import trace

from kefu.answering.confidence import confidence
from kefu.answering.evidence import Unit, list_units, rank_units
from kefu.errors import ModelUnavailable
from kefu.resources import Resources
from kefu.retrieval import Hit, search, weigh_terms
from kefu.text import Span, detect_language, query_terms
from kefu.viewer import Viewer, highest_class

tracer = trace.get_tracer("kefu.answering")

HITS_SEARCHED = 10
FOREIGN_UNITS = 16  # units in another language whose similarity is computed


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found, best first.

    Attributes:
        units: sentences, items and rows of the first hits.
        confidence: 0..1, that they hold the answer.
    """

    hits: list[Hit]
    units: list[Unit]
    confidence: float


async def gather(resources: Resources, question: str, *, viewer: Viewer, base: str) -> Evidence:
    """Search and rank; raises as `kefu.retrieval.search`."""
    with tracer.start_as_current_span("gather") as span:
        hits = await search(resources, question, viewer=viewer, base_name=base, top_k=HITS_SEARCHED)
        units = list_units(hits)
        idf = await weigh_terms(resources, query_terms(question), base_name=base)
        similarities = await _foreign_similarities(resources, question, units)
        ranked = rank_units(question, units, idf=idf, similarities=similarities)
        sure = confidence(hits, ranked)
        span.set_attributes({"kefu.unit_count": len(ranked), "kefu.confidence": round(sure, 3)})
    return Evidence(hits=hits, units=ranked, confidence=sure)


async def _foreign_similarities(
    resources: Resources, question: str, units: Sequence[tuple[Hit, Span]]
) -> dict[tuple[int, int], float]:
    """By chunk id and start: cosine above the noise of the question and foreign units."""
    language = detect_language(question)
    embedder = resources.embedder
    asked = resources.settings.routing.conversation_class
    foreign = [
        (hit, span)
        for hit, span in units
        if hit.language != language
        and highest_class(asked, hit.data_class).rank <= embedder.data_class.rank
    ][:FOREIGN_UNITS]
    if not foreign:
        return {}
    try:
        wanted = (await embedder.embed_queries([question]))[0]
        vectors = await embedder.embed_documents([span.text for _, span in foreign])
    except ModelUnavailable:
        return {}
    cosines = (vectors @ wanted).tolist()
    return {
        (hit.chunk_id, span.start): cosine - _noise(hit)
        for (hit, span), cosine in zip(foreign, cosines, strict=True)
    }


def _noise(hit: Hit) -> float:
    """The similarity that irrelevant questions reach among chunks in the hit's language."""
    return (hit.parts.dense or 1.0) - (hit.parts.above_noise or 0.0)
