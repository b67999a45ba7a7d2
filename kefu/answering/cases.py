"""Cases that several contenders are given, and how many facts an answer gets right."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kefu.errors import BadInput
from kefu.text import fold_text

MOST_CASES = 1000
_MARKUP = re.compile(r"[\s|*`#>\\;:-]+")


class Case(BaseModel):
    """What each contender is given.

    Attributes:
        question: for the prompt `answer`, answered from the knowledge.
        values: for any other prompt, what its variables are filled in with.
        facts: what a right answer says; of a list any one will do.
    """

    model_config = ConfigDict(frozen=True)

    question: str = ""
    values: dict[str, str | int | float | list[str]] = Field(default_factory=dict)
    facts: tuple[str | tuple[str, ...], ...] = ()


def read_cases(text: str) -> list[Case]:
    """Cases of a JSON Lines file; fields that a case does not have are left aside.

    Raises:
        BadInput: a line is no case, or there are none or too many.
    """
    cases = []
    for number, line in enumerate(text.split("\n"), 1):  # JSON may hold other line ends
        if line.strip():
            try:
                cases.append(Case.model_validate_json(line))
            except ValidationError as error:
                problem = error.errors()[0]["msg"]
                raise BadInput(f"Line {number} of the questions is no case: {problem}.") from None
    if not 0 < len(cases) <= MOST_CASES:
        raise BadInput(f"Give 1 to {MOST_CASES} questions, not {len(cases)}.")
    return cases


def count_facts(facts: Sequence[str | tuple[str, ...]], text: str) -> int:
    """How many of the facts a text states, whatever the case, width and markup."""
    plain = _plain(text)
    alternatives = [(fact,) if isinstance(fact, str) else fact for fact in facts]
    return sum(any(_plain(each) in plain for each in fact) for fact in alternatives)


def _plain(text: str) -> str:
    return _MARKUP.sub(" ", fold_text(text))
