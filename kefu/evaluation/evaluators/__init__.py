"""Evaluators: each grades one reply by what its case expects; a list, in the order of reports."""

from collections.abc import Sequence

from kefu.evaluation.evaluators import (
    behaviour,
    citations,
    correctness,
    cost,
    faithfulness,
    format,
    judge,
    language,
    latency,
    relevance,
    retrieval,
    safety,
    tokens,
    tone,
    writing,
)
from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply

__all__ = ["EVALUATORS", "Evaluator", "find_evaluator", "grade"]

EVALUATORS: Sequence[Evaluator] = (
    correctness.ACCURACY,
    behaviour.BEHAVIOUR,
    correctness.FACT_COVERAGE,
    faithfulness.FAITHFULNESS,
    citations.PRECISION,
    citations.RECALL,
    retrieval.RECALL,
    retrieval.MRR,
    retrieval.NDCG,
    relevance.RELEVANCE,
    format.FORMAT,
    safety.SAFETY,
    tone.TONE,
    language.LANGUAGE,
    writing.KEPT,
    writing.CITED,
    writing.FELL_BACK,
    judge.JUDGE,
    latency.FIRST_SENTENCE,
    latency.TOTAL,
    tokens.TOKENS,
    cost.COST,
)


def grade(case: Case, reply: Reply) -> dict[str, Grade]:
    """What every evaluator says that has something to say about the case."""
    grades = {each.name: each.grade(case, reply) for each in EVALUATORS}
    return {name: given for name, given in grades.items() if given is not None}


def find_evaluator(name: str) -> Evaluator | None:
    """The evaluator of a name."""
    return next((each for each in EVALUATORS if each.name == name), None)
