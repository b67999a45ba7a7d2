"""Find what may answer a question: hits, what stands around them, and their units ranked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from opentelemetry import trace

from kefu.answering.confidence import confidence, recalibrate
from kefu.answering.conflicts import find_conflict
from kefu.answering.evidence import (
    HITS_READ,
    Unit,
    distinct_hits,
    list_units,
    rank_units,
    read_units,
    telling_idf,
)
from kefu.answering.follow_up import Asked, weigh_carried
from kefu.answering.lead_ins import leads_in
from kefu.answering.orders import without_loud_titles
from kefu.answering.tabular import Worked, work_out
from kefu.answering.understand import asks_for_all, asks_for_steps
from kefu.answering.unknown import find_unknown
from kefu.answering.versions import Standing, settle_versions
from kefu.errors import ModelUnavailable
from kefu.resources import Resources
from kefu.retrieval import Hit, find_held, read_around, search, weigh_terms
from kefu.text import Span, content_words, detect_language, query_terms
from kefu.viewer import Viewer, highest_class

tracer = trace.get_tracer("kefu.answering")

HITS_SEARCHED = 12
FOREIGN_UNITS = 16  # units in another language whose similarity is computed
DOCUMENTS_READ_ON = 3
MOST_SENTENCES = 8  # of an answer that may announce something
WORKED_OUT = 0.95  # confidence in what was worked out over a table
CHUNKS_BEFORE = 6
CHUNKS_AFTER = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found, best first.

    Attributes:
        hits: those that say the same as a better one left out.
        units: sentences, items and rows of the first hits, then those around them, unranked.
        confidence: 0..1, that they hold the answer.
        standings: when their documents hold, by document.
        conflict: units that contradict each other, the best among them.
        leads: units that say what the question is about, quoted before what answers it.
        worked: what was worked out over a table.
    """

    hits: list[Hit]
    units: list[Unit]
    confidence: float
    standings: Mapping[int, Standing] = field(default_factory=dict)
    conflict: Sequence[Unit] = ()
    leads: Sequence[Unit] = ()
    worked: Worked | None = None


async def gather(resources: Resources, asked: Asked, *, viewer: Viewer, base: str) -> Evidence:
    """Search, rank and read on; raises as `kefu.retrieval.search`."""
    question = asked.text
    with tracer.start_as_current_span("gather") as span:
        found = await search(
            resources,
            asked.query,
            viewer=viewer,
            base_name=base,
            top_k=HITS_SEARCHED,
            carried=asked.carried,
        )
        settled = await settle_versions(
            resources,
            question,
            without_loud_titles(found),
            viewer=viewer,
            base=base,
            today=datetime.now(UTC).date(),
        )
        hits = distinct_hits(settled.hits)
        units = list_units(hits)
        words = content_words(question)
        terms = query_terms(question)
        known = {*terms, *(term for word in words for term in word.terms)}
        held = await find_held(resources, known, viewer=viewer, base_name=base)
        weights = weigh_carried(asked, await weigh_terms(resources, terms, base_name=base))
        idf = telling_idf(weights, words, held)
        similarities = await _foreign_similarities(resources, question, units)
        ranked = rank_units(question, units, idf=idf, similarities=similarities)
        unknown = find_unknown(words, held, hits, language=detect_language(question))
        worked = await work_out(resources, question, hits, viewer=viewer, base=base)
        sure = _recalibrated(resources, confidence(question, hits, ranked, unknown=unknown))
        sure = max(sure, WORKED_OUT) if worked else sure
        around = []
        if _may_quote_more(question, ranked):
            around = await _around(resources, ranked, hits, viewer=viewer, base=base)
        span.set_attributes({"kefu.unit_count": len(ranked), "kefu.confidence": round(sure, 3)})
    read_on = read_units(question, around, idf=idf)
    return Evidence(
        hits=hits,
        units=[*ranked, *read_on],
        confidence=sure,
        standings=settled.standings,
        conflict=() if worked else find_conflict(ranked, settled.standings),
        worked=worked,
    )


def _recalibrated(resources: Resources, sure: float) -> float:
    settings = resources.settings.answering
    return recalibrate(
        sure, slope=settings.calibration_slope, intercept=settings.calibration_intercept
    )


def _may_quote_more(question: str, ranked: Sequence[Unit]) -> bool:
    """Whether the answer may hold more than single units of the hits."""
    is_for_list = asks_for_steps(question) or asks_for_all(question)
    return bool(ranked) and (is_for_list or any(map(leads_in, ranked[:MOST_SENTENCES])))


async def _around(
    resources: Resources,
    ranked: Sequence[Unit],
    hits: Sequence[Hit],
    *,
    viewer: Viewer,
    base: str,
) -> list[tuple[Hit, Span]]:
    """What stands around the hits in the documents of the best units and hits."""
    read = hits[:HITS_READ]
    documents = [ranked[0].hit.document_id, *(hit.document_id for hit in read)]
    nearest = list(dict.fromkeys(documents))[:DOCUMENTS_READ_ON]
    around = await read_around(
        resources,
        [hit for hit in read if hit.document_id in nearest],
        viewer=viewer,
        base_name=base,
        before=CHUNKS_BEFORE,
        after=CHUNKS_AFTER,
    )
    return list_units(without_loud_titles(around), most=len(around))


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
