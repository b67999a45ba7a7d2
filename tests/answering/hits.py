"""Hits as a search gives them, for what needs no database."""

from collections.abc import Mapping
from datetime import UTC, datetime

from kefu.answering.evidence import Unit, list_units, rank_units
from kefu.retrieval import Hit
from kefu.retrieval.records import ScoreParts
from kefu.viewer import DataClass


def make_hit(text: str, **changes: object) -> Hit:
    given = {
        "chunk_id": 1,
        "document_id": 1,
        "uri": "a.md",
        "id": None,
        "title": "退款政策",
        "heading_path": ["到账"],
        "text": text,
        "kind": "text",
        "page": None,
        "position": 0,
        "language": "zh",
        "status": None,
        "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
        "data_class": DataClass.PUBLIC,
        "score": 1.0,
        "parts": ScoreParts(
            lexical=1.0, lexical_share=1.0, dense=None, above_noise=None, literal=0.0
        ),
    }
    return Hit(**(given | changes))


def make_parts(**changes: float | None) -> ScoreParts:
    given = {
        "lexical": 1.0,
        "lexical_share": 1.0,
        "dense": None,
        "above_noise": None,
        "literal": 0.0,
    }
    return ScoreParts(**(given | changes))


def rank(question: str, *hits: Hit, idf: Mapping[str, float] | None = None) -> list[Unit]:
    return rank_units(question, list_units(hits), idf=idf or {})
