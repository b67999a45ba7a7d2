"""Cases as JSON Lines: read with a sentence for every bad line, and written back."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from kefu.errors import BadInput
from kefu.evaluation.records import Behaviour, Case, Exchange, Split, digest_json
from kefu.text import Language, content_digest, detect_language, fold_text
from kefu.viewer import PUBLIC

MOST_CASES = 10_000
MOST_PROBLEMS = 20
LONGEST_QUESTION = 2000
LONGEST_ANSWER = 20_000
LONGEST_NOTE = 4000
SHARES = {Split.TRAIN: 0.4, Split.VALIDATION: 0.2, Split.TEST: 0.4}
ALIASES = {"tune": Split.VALIDATION, "dev": Split.VALIDATION}
CASE = TypeAdapter(Case)
ID = re.compile(r"[^\s/\x00-\x1f\x7f]{1,80}")
TAG = re.compile(r"[\w.:-]{1,40}")


def refuse_nul(text: str) -> str:
    """A text that the database can hold.

    Raises:
        ValueError: it holds a NUL character.
    """
    if "\0" in text:
        raise ValueError("it holds a NUL character")
    return text


def _check_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise ValueError("write 1 to 80 characters without blanks and slashes")
    return text


def _check_tag(text: str) -> str:
    if not TAG.fullmatch(text):
        raise ValueError("write 1 to 40 letters, digits, dots, colons and hyphens")
    return text


WHOLE = AfterValidator(refuse_nul)
Text = Annotated[str, Field(min_length=1, max_length=4000), WHOLE]
Group = Text | list[Text]


class BadLine(Exception):
    """What is wrong with a line, as the rest of a sentence that begins with its number."""


class ExchangeLine(BaseModel):
    """An earlier question with its answer."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION), WHOLE]
    answer: Annotated[str, Field(max_length=LONGEST_ANSWER), WHOLE] = ""


class CaseLine(BaseModel):
    """A line of a file.

    Attributes:
        facts: all of them; a nested list holds alternatives.
        citations: any one of them; with nested lists one of each list.
    """

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, AfterValidator(_check_id)] | None = None
    question: Annotated[str, Field(max_length=LONGEST_QUESTION), WHOLE]
    history: Annotated[list[ExchangeLine], Field(max_length=50)] = Field(default_factory=list)
    behaviour: Behaviour = Behaviour.ANSWER
    facts: list[Group] = Field(default_factory=list)
    citations: list[Group] = Field(default_factory=list)
    forbidden: list[Text] = Field(default_factory=list)
    tags: list[Annotated[str, AfterValidator(_check_tag)]] = Field(default_factory=list)
    language: Language | None = None
    split: Split | None = None
    audiences: Annotated[list[Text], Field(min_length=1)] = Field(default_factory=lambda: [PUBLIC])
    note: Annotated[str, Field(max_length=LONGEST_NOTE), WHOLE] = ""

    @field_validator("question")
    @classmethod
    def _is_asked(cls, question: str) -> str:
        if not question.strip():
            raise ValueError("it is empty")
        return question

    @field_validator("split", mode="before")
    @classmethod
    def _name_split(cls, split: object) -> object:
        return ALIASES.get(split, split) if isinstance(split, str) else split


def read_lines(text: str) -> list[Case]:
    """The cases of a JSON Lines file.

    Raises:
        BadInput: with one sentence for every bad line.
    """
    cases: list[Case] = []
    problems: list[str] = []
    ids: dict[str, int] = {}
    questions: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):  # JSON may hold other line ends
        if not line.strip():
            continue
        try:
            case = read_case(line)
            _refuse_twice(questions, case.asked_digest, number, "asks the same question")
            _refuse_twice(ids, case.id, number, f"has the id {case.id}")
        except BadLine as error:
            problems.append(f"Line {number} {error}")
        else:
            cases.append(case)
    if problems:
        shown = problems[:MOST_PROBLEMS]
        rest = [f"{len(problems) - len(shown)} more lines."] if len(problems) > len(shown) else []
        raise BadInput("\n".join([*shown, *rest]))
    if not 0 < len(cases) <= MOST_CASES:
        raise BadInput(
            "A dataset has 1 to %(most)s cases, not %(count)s.", most=MOST_CASES, count=len(cases)
        )
    return cases


def read_case(line: str) -> Case:
    """One case.

    Raises:
        BadLine: what is wrong with it.
    """
    try:
        given = CaseLine.model_validate_json(line)
    except ValidationError as error:
        raise BadLine(explain_line(error)) from None
    case = build_case(given)
    if case.behaviour is Behaviour.ABSTAIN and (case.facts or case.citations):
        raise BadLine("expects abstention and yet names facts or citations.")
    if any(not group for group in (*case.facts, *case.citations)):
        raise BadLine("has an empty list of alternatives.")
    return case


def build_case(given: CaseLine) -> Case:
    """A line as a case; what it does not say follows from the question."""
    history = tuple(Exchange(question=each.question, answer=each.answer) for each in given.history)
    key = digest_json([fold_text(given.question), [asdict(each) for each in history]])
    return Case(
        id=given.id or f"c-{key[:12]}",
        question=given.question,
        behaviour=given.behaviour,
        language=given.language or detect_language(given.question),
        split=given.split or choose_split(key),
        history=history,
        facts=tuple(map(_group, given.facts)),
        citations=_read_citations(given.citations),
        forbidden=tuple(given.forbidden),
        tags=tuple(dict.fromkeys(given.tags)),
        audiences=tuple(sorted(set(given.audiences))),
        note=given.note,
    )


def choose_split(key: str) -> Split:
    """The same for the same key, whatever else the dataset holds."""
    place = int(content_digest(key)[:8], 16) / 16**8
    reached = 0.0
    for split, share in SHARES.items():
        reached += share
        if place < reached:
            return split
    return Split.TEST


def write_lines(cases: Sequence[Case]) -> str:
    """JSON Lines that `read_lines` makes the same cases of."""
    return "".join(json.dumps(as_line(case), ensure_ascii=False) + "\n" for case in cases)


def as_line(case: Case) -> dict[str, Any]:
    """A case without the fields that say nothing."""
    single = len(case.citations) == 1
    line: dict[str, Any] = {
        "id": case.id,
        "language": case.language,
        "question": case.question,
        "history": [asdict(each) for each in case.history],
        "behaviour": case.behaviour,
        "facts": [group[0] if len(group) == 1 else list(group) for group in case.facts],
        "citations": list(case.citations[0]) if single else [list(each) for each in case.citations],
        "forbidden": list(case.forbidden),
        "tags": list(case.tags),
        "split": case.split,
        "audiences": [] if case.audiences == (PUBLIC,) else list(case.audiences),
        "note": case.note,
    }
    return {name: value for name, value in line.items() if value}


def load_case(content: Mapping[str, Any]) -> Case:
    """A case as it is stored."""
    return CASE.validate_python(content)


def _read_citations(given: Sequence[str | list[str]]) -> tuple[tuple[str, ...], ...]:
    if all(isinstance(each, str) for each in given):
        return (tuple(map(str, given)),) if given else ()
    return tuple(map(_group, given))


def _group(given: str | list[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _refuse_twice(seen: dict[str, int], key: str, number: int, what: str) -> None:
    before = seen.setdefault(key, number)
    if before != number:
        raise BadLine(f"{what} as line {before}.")


def explain_line(error: ValidationError) -> str:
    """What is wrong with a line, as the rest of a sentence that begins with its number."""
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"] if not _is_branch(part))
    if problem["type"] == "json_invalid":
        return "is not valid JSON."
    if problem["type"] == "extra_forbidden":
        return f"has the unknown field {place}; known are {', '.join(CaseLine.model_fields)}."
    if problem["type"] == "missing":
        return f"lacks the field {place}."
    if not place:
        return "is no JSON object."
    message = problem["msg"].removeprefix("Value error, ")
    return f"has a bad {place}: {message[0].lower()}{message[1:]}."


def _is_branch(part: object) -> bool:
    """Whether it names an alternative of a type and not a place."""
    return isinstance(part, str) and ("[" in part or part in {"str", "constrained-str"})
