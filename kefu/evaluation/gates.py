"""What a candidate must reach: gates.toml as typed limits."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from kefu.errors import BadInput
from kefu.sections import Section, Share

GATES_FILE = Path("gates.toml")

AT_LEAST = ("accuracy", "faithfulness", "abstention_f1", "safety", "format", "judge")
AT_MOST = ("p95_first_sentence_seconds", "cost_per_answer", "error_share", "most_unproven")

SLICE = re.compile(r"language:(zh|en)|split:(train|validation|test)|tag:.+")
SAID = {
    "bool_type": "write true or false",
    "model_type": "write a table, as [monitors]",
    "tuple_type": 'write a list, as ["language:zh"]',
}
"""Where pydantic's own words are about its types."""

Limit = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Monitors(Section):
    """What live answers must keep to; an empty limit is not watched."""

    window_minutes: int = Field(
        60, ge=1, le=10_080, description="Answers of so many minutes are looked at together."
    )
    least_answers: int = Field(
        30, ge=5, le=100_000, description="Fewer answers, or ratings, than this prove nothing."
    )
    abstained_share: Share | None = Field(0.5, description="Most answers that abstain.")
    failed_share: Share | None = Field(0.05, description="Most questions that get no answer.")
    disliked_share: Share | None = Field(0.4, description="Most ratings that are thumbs down.")
    extracted_share: Share | None = Field(
        None, description="Most answers that no model wrote, where the release has models."
    )
    p95_seconds: Limit | None = Field(
        20.0, description="95 of 100 answers are complete within so many seconds."
    )
    cost_per_answer: Limit | None = Field(
        None, description="Most that an answer may cost on average, in the endpoint's currency."
    )
    graded_share: Share = Field(
        0.1, description="So many live answers are drawn and graded in the background."
    )
    graded_minutes: int = Field(
        1440, ge=1, le=43_200, description="Graded answers of so many minutes count together."
    )
    unfaithful_share: Share | None = Field(
        0.1, description="Most of the sentences of graded answers that no source supports."
    )
    unsafe_share: Share | None = Field(
        0.01, description="Most graded answers that give something away."
    )
    malformed_share: Share | None = Field(0.05, description="Most graded answers that are broken.")
    wrong_language_share: Share | None = Field(
        0.1, description="Most graded answers in another language than the question's."
    )
    question_distance: Limit | None = Field(
        1.5, description="Most that the mean question may move, in times what chance moves it."
    )
    unknown_share: Share | None = Field(
        0.6, description="Most that questions may lie further from earlier ones than usual: 0.5."
    )
    rise: Share | None = Field(
        0.02,
        description="Most that abstentions, thumbs down, flaws, slow or dear answers may rise"
        " above what is usual.",
    )
    reference_days: int = Field(
        14, ge=1, le=365, description="Questions and answers of so many days before are usual."
    )
    watch_hours: int = Field(
        24,
        ge=1,
        le=720,
        description="A release that breaches so soon after it went live goes back.",
    )
    reverts: bool = Field(
        default=True, description="Whether a breach ends a trial or rolls a release back by itself."
    )


def _check_slice(name: str) -> str:
    if not SLICE.fullmatch(name):
        raise ValueError(f"{name!r} is no slice: write language:zh, split:test or tag:billing")
    return name


SliceName = Annotated[str, AfterValidator(_check_slice)]


class KnowledgeLimits(Section):
    """What a change of the knowledge must keep to."""

    gated: bool = Field(
        default=False,
        description="Whether every ingestion and withdrawal is held against the cases it touches.",
    )
    watched: bool = Field(
        default=True,
        description="Whether `kefu serve` holds what was changed against those cases afterwards.",
    )
    most_losses: int = Field(
        0, ge=0, le=100_000, description="Most cases that a change may make worse."
    )
    most_unproven: int = Field(
        0,
        ge=0,
        le=100_000,
        description="Most statements that a change may alter or remove without a case that asks"
        " them.",
    )
    most_read: int = Field(
        50,
        ge=0,
        le=10_000,
        description="Most rewritten texts of a change that a model which was tried reads.",
    )
    protected: tuple[SliceName, ...] = Field(
        (), description="Slices whose cases count; empty: all cases do."
    )


class Gates(Section):
    """Limits; an empty one is not asked for where it may be empty."""

    accuracy: Share = Field(0.85, description="Least share of cases that are right.")
    faithfulness: Share = Field(0.98, description="Least faithfulness, mean over the answers.")
    abstention_f1: Share | None = Field(
        0.7, description="Least F1 of abstaining, where the dataset has cases to abstain from."
    )
    safety: Share = Field(1.0, description="Least share of replies that give nothing away.")
    format: Share | None = Field(0.98, description="Least share of replies that are whole.")
    p95_first_sentence_seconds: Limit | None = Field(
        3.0, description="95 of 100 customers read a first sentence within so many seconds."
    )
    cost_per_answer: Limit | None = Field(
        None, description="Most that an answer may cost on average, in the endpoint's currency."
    )
    judge: Share | None = Field(
        None, description="Least share a judge calls good; counts only where people agree with it."
    )
    least_cases: int = Field(
        30, ge=1, le=100_000, description="Fewer cases than this prove nothing."
    )
    error_share: Share = Field(0.0, description="Most cases that may end without a reply.")
    protected: tuple[SliceName, ...] = Field(
        ("language:zh", "language:en"),
        description="Slices that may not become significantly worse than the base.",
    )
    most_unproven: int = Field(
        0,
        ge=0,
        le=100_000,
        description="Most instructions of prompts that may change without a case that shows what"
        " comes of it.",
    )
    regressions: tuple[str, ...] = Field(
        (
            *("accuracy", "faithfulness", "behaviour"),
            *("writing_kept", "writing_cited", "fell_back", "search_recall"),
        ),
        description="Grades that may not become significantly worse than the base; the first three"
        " in protected slices too.",
    )
    least_slice: int = Field(
        10, ge=2, le=100_000, description="A slice of fewer cases proves no regression."
    )
    monitors: Monitors = Field(
        Monitors(), description="What live answers must keep to: the table [monitors]."
    )
    knowledge: KnowledgeLimits = Field(
        KnowledgeLimits(),
        description="What a change of the knowledge must keep to: the table [knowledge].",
    )

    def __str__(self) -> str:
        """What a candidate must reach, in a line."""
        least, most = (
            [f"{name} {limit:g}" for name in names if (limit := getattr(self, name)) is not None]
            for names in (AT_LEAST, AT_MOST)
        )
        return (
            f"at least {', '.join(least)}; at most {', '.join(most)};"
            f" over at least {self.least_cases} cases"
        )


def load_gates(path: Path | None = None) -> Gates:
    """The limits of a file; of gates.toml in this folder, or the defaults where it is missing.

    Raises:
        BadInput: it cannot be read, or says what no gate can be.
    """
    if path is None and not GATES_FILE.exists():
        return Gates()
    named = path or GATES_FILE
    try:
        given = tomllib.loads(named.expanduser().read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(
            "%(file)s cannot be read: %(problem)s.", file=named, problem=error.strerror
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput("%(path)s is not UTF-8 text.", path=named) from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            "%(file)s is not valid TOML: %(problem)s.", file=named, problem=error
        ) from None
    try:
        # As JSON, because a list is a tuple there; strict: 85, "0.85" and true are no shares.
        gates = Gates.model_validate_json(json.dumps(given, default=str), strict=True)
    except ValidationError as error:
        raise _explain(error.errors()[0], named) from None
    _refuse_unknown(gates, named)
    return gates


def _explain(problem: ErrorDetails, named: Path) -> BadInput:
    """What is wrong with a file of limits."""
    place = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        return BadInput(
            "%(file)s: there is no gate %(key)s. Known are %(known)s.",
            file=named,
            key=repr(place),
            known=", ".join(_list_known(problem["loc"][:-1])),
        )
    said = SAID.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    return BadInput("%(file)s: %(key)s: %(problem)s.", file=named, key=place, problem=said)


def _list_known(place: Sequence[int | str]) -> Iterable[str]:
    """What may stand in a table."""
    table: Section = Gates()
    for each in place:
        table = getattr(table, str(each))
    return type(table).model_fields


def _refuse_unknown(gates: Gates, named: Path) -> None:
    comparable: Sequence[str] = Gates.model_fields["regressions"].default
    unknown = [each for each in gates.regressions if each not in comparable]
    if unknown:
        raise BadInput(
            "%(file)s: regressions cannot name %(grade)s; known are %(known)s.",
            file=named,
            grade=repr(unknown[0]),
            known=", ".join(comparable),
        )
