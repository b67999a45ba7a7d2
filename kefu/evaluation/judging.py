"""A model judges replies, and people say how far it can be trusted."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Literal

from pydantic import BaseModel, ValidationError

from kefu.db import Connection
from kefu.errors import ModelUnavailable
from kefu.evaluation.records import Case, Label, Reply, Result, Verdict
from kefu.llm import ChatEndpoint
from kefu.prompts import load_live, render
from kefu.resources import Resources

PROMPT = "judge"
MOST_TOKENS = 600
LONGEST_EXCERPTS = 12_000
LEAST_LABELS = 20
LEAST_KAPPA = 0.6
"""Substantial agreement (Landis and Koch 1977)."""

log = logging.getLogger(__name__)


class JudgeAnswer(BaseModel):
    """What the prompt asks for, as far as it is used."""

    verdict: Literal["good", "incomplete", "unsupported", "unsure"]
    why: str = ""


async def judge(
    conn: Connection, endpoint: ChatEndpoint, case: Case, reply: Reply, *, resources: Resources
) -> Verdict | None:
    """What a model thinks of an answer by what it cites; None where it is not sure or fails."""
    live = await load_live(conn, PROMPT, language=case.language)
    excerpts = "\n\n".join(f"[{each.marker}] {each.text}" for each in reply.citations)
    sent = render(
        live.specification,
        {
            "excerpts": excerpts[:LONGEST_EXCERPTS],
            "question": case.question,
            "answer": reply.answer,
        },
    )
    pieces = endpoint.stream(
        instructions=sent.instructions,
        prompt=sent.message,
        max_tokens=MOST_TOKENS,
        data_class=resources.settings.routing.conversation_class,
    )
    try:
        async with aclosing(pieces):
            text = "".join([piece async for piece in pieces])
        written = JudgeAnswer.model_validate_json(text[text.find("{") : text.rfind("}") + 1])
    except (ModelUnavailable, ValidationError) as error:
        log.warning("A reply to %s was not judged: %s", case.id, error)
        return None
    if written.verdict == "unsure":
        return None
    return Verdict(judge=endpoint.name, is_good=written.verdict == "good", reason=written.why)


def measure_agreement(
    results: Sequence[Result], labels: Sequence[Label]
) -> tuple[float | None, int]:
    """Cohen's kappa (Cohen 1960) of the judge and the people, and the number of cases both judged.

    A case that people disagree about is left out. None where all verdicts are the same on either
    side, because kappa says nothing then.
    """
    said = _agreed(labels)
    pairs = [
        (bool(each.grades["judge"].value), said[each.case_id])
        for each in results
        if "judge" in each.grades and each.case_id in said
    ]
    return measure_kappa(pairs), len(pairs)


def measure_kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """How much more two judges agree than by chance, 1 for always."""
    if not pairs:
        return None
    count = len(pairs)
    agreed = sum(one == other for one, other in pairs) / count
    first = sum(one for one, _ in pairs) / count
    second = sum(other for _, other in pairs) / count
    by_chance = first * second + (1 - first) * (1 - second)
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)


def _agreed(labels: Sequence[Label]) -> Mapping[str, bool]:
    verdicts: dict[str, set[bool]] = {}
    for each in labels:
        verdicts.setdefault(each.case_id, set()).add(each.is_good)
    return {case_id: next(iter(said)) for case_id, said in verdicts.items() if len(said) == 1}
