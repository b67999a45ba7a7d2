"""The part of an answer that is said in the knowledge's own words."""

from kefu.answering.citing import Citer
from kefu.answering.extract import choose_units, compose, leave_out_said, with_leads
from kefu.answering.gather import Evidence
from kefu.answering.phrases import phrase
from kefu.answering.records import Sentence


def quote_units(
    question: str,
    evidence: Evidence,
    *,
    said: str,
    citer: Citer,
    language: str,
    max_sentences: int,
) -> list[Sentence]:
    """What answers best, after what a model may have said already."""
    units = choose_units(question, evidence.units, max_sentences=max_sentences)
    units = with_leads(units, evidence.leads)
    units = leave_out_said(units, said, {each.quote for each in citer.citations})
    pieces = list(compose(units, citer))
    if units and units[-1].goes_on:
        note = phrase("goes_on", language, title=units[-1].hit.title)
        pieces.append(Sentence(text=f"\n\n{note}", citations=()))
    if pieces and all(unit.hit.language != language for unit in units):
        lead = phrase("other_language", language)
        pieces.insert(0, Sentence(text=f"{lead}\n\n", citations=()))
    if pieces and said:
        pieces.insert(0, Sentence(text="\n\n", citations=()))
    return pieces
