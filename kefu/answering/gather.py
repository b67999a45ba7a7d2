"""Find what may answer a question: hits, what stands around them, and their units ranked."""

import asyncio
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
from kefu.answering.understand import (
    asks_for_all,
    asks_for_prices,
    asks_for_steps,
    names_table,
)
from kefu.answering.unknown import find_unknown, unsaid_share
from kefu.answering.versions import Settled, Standing, settle_versions
from kefu.knowledge import Base
from kefu.resources import Resources
from kefu.retrieval import Hit, read_around, search_base, weigh_terms
from kefu.text import Span, content_words, detect_language, query_terms
from kefu.viewer import Viewer

tracer = trace.get_tracer("kefu.answering")

HITS_SEARCHED = 12
DOCUMENTS_READ_ON = 3
MOST_SENTENCES = 8  # of an answer that may announce something
WORKED_OUT = 0.95  # confidence in what was worked out over a table
_ASKS_FOR_LINES = (asks_for_steps, asks_for_all, asks_for_prices, names_table)
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


async def gather(
    resources: Resources, asked: Asked, *, viewer: Viewer, base: Base, is_whole: bool = True
) -> Evidence:
    """Search, rank and read on; raises as `kefu.retrieval.search_base`.

    What is not whole lacks what stands around the hits and what tables say, and tells as well by
    what a question is answered and how sure that is.
    """
    question = asked.text
    with tracer.start_as_current_span("gather") as span:
        settled = await _search(resources, asked, viewer=viewer, base=base)
        hits = distinct_hits(settled.hits)
        units = list_units(hits)
        words = content_words(question)
        terms = query_terms(question)
        known = {*terms, *(term for word in words for term in word.terms)}
        weights = await weigh_terms(resources, known, viewer=viewer, base=base)
        held = weights.held
        own = {term: weights.idf[term] for term in terms}
        idf = telling_idf(weigh_carried(asked, own), words, held)
        ranked = rank_units(question, units, idf=idf)
        language = detect_language(question)
        unknown = find_unknown(words, held, hits, language=language)
        unsaid = await asyncio.to_thread(unsaid_share, words, ranked, language=language)
        worked = None
        if is_whole:
            worked = await work_out(resources, question, hits, viewer=viewer, base=base)
        told = confidence(question, hits, ranked, unknown=unknown, unsaid=unsaid)
        sure = _recalibrated(resources, told)
        sure = max(sure, WORKED_OUT) if worked else sure
        around = []
        if is_whole and _may_quote_more(question, ranked):
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


async def _search(resources: Resources, asked: Asked, *, viewer: Viewer, base: Base) -> Settled:
    """What is found, in the versions that hold."""
    found = await search_base(
        resources, base, asked.query, viewer=viewer, top_k=HITS_SEARCHED, carried=asked.carried
    )
    return await settle_versions(
        resources,
        asked.text,
        without_loud_titles(found),
        viewer=viewer,
        base=base,
        today=datetime.now(UTC).date(),
    )


def _recalibrated(resources: Resources, sure: float) -> float:
    settings = resources.settings.answering
    return recalibrate(
        sure, slope=settings.calibration_slope, intercept=settings.calibration_intercept
    )


def _may_quote_more(question: str, ranked: Sequence[Unit]) -> bool:
    """Whether the answer may hold more than single units of the hits."""
    is_for_list = any(asks(question) for asks in _ASKS_FOR_LINES)
    return bool(ranked) and (is_for_list or any(map(leads_in, ranked[:MOST_SENTENCES])))


async def _around(
    resources: Resources,
    ranked: Sequence[Unit],
    hits: Sequence[Hit],
    *,
    viewer: Viewer,
    base: Base,
) -> list[tuple[Hit, Span]]:
    """What stands around the hits in the documents of the best units and hits."""
    read = hits[:HITS_READ]
    documents = [ranked[0].hit.document_id, *(hit.document_id for hit in read)]
    nearest = list(dict.fromkeys(documents))[:DOCUMENTS_READ_ON]
    around = await read_around(
        resources,
        [hit for hit in read if hit.document_id in nearest],
        viewer=viewer,
        base=base,
        before=CHUNKS_BEFORE,
        after=CHUNKS_AFTER,
    )
    ranked_chunks = {unit.hit.chunk_id for unit in ranked}
    others = [hit for hit in around if hit.chunk_id not in ranked_chunks]
    return list_units(without_loud_titles(others), most=len(others))
