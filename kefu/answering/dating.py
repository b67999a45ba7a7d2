"""What an answer says about the time for which its sources hold."""

from collections.abc import Mapping, Sequence

from kefu.answering.evidence import Unit
from kefu.answering.phrases import fragment, phrase
from kefu.answering.records import Citation
from kefu.answering.versions import Standing


def date_sources(
    citations: Sequence[Citation],
    standings: Mapping[int, Standing],
    language: str,
) -> str | None:
    """That all which is cited holds no longer, or not yet; None where something holds today."""
    cited = [standings.get(citation.document_id) for citation in citations]
    dated = [standing for standing in cited if standing is not None and not standing.is_current]
    if not dated or len(dated) < len(cited):
        return None
    first = dated[0]
    name = "valid_then" if first.is_valid else "expired"
    if first.is_coming:
        name = "not_yet_valid"
    return phrase(name, language, title=first.title, period=_period(first, language))


def name_conflict(units: Sequence[Unit], standings: Mapping[int, Standing], language: str) -> str:
    """That documents contradict each other, with the time for which each holds."""
    sources = [
        fragment(
            "source",
            language,
            title=unit.hit.title,
            period=_period(standings.get(unit.hit.document_id), language),
        )
        for unit in units
    ]
    return phrase("conflict", language, sources=("、" if language == "zh" else ", ").join(sources))


def _period(standing: Standing | None, language: str) -> str:
    if standing is None:
        return fragment("undated", language)
    first, last = standing.first, standing.last
    if first and last:
        return fragment("from_until", language, first=first.isoformat(), last=last.isoformat())
    if first:
        return fragment("from", language, first=first.isoformat())
    if last:
        return fragment("until", language, last=last.isoformat())
    if standing.stated_on:
        return fragment("stated", language, day=standing.stated_on.isoformat())
    return fragment("undated", language)
