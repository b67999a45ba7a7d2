"""Old tickets propose cases: what was asked, with what staff answered as the note."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kefu.db import Connection
from kefu.errors import BadInput
from kefu.evaluation.cases import (
    LONGEST_ANSWER,
    LONGEST_NOTE,
    LONGEST_QUESTION,
    WHOLE,
    CaseLine,
    build_case,
    explain_line,
)
from kefu.evaluation.proposing import find_facts, keep_proposal
from kefu.evaluation.records import Case, Origin, digest_json
from kefu.safety import mask_personal_data

MOST_TICKETS = 10_000
MOST_PROBLEMS = 20
LONGEST_TICKET = 200_000
TAG = "ticket"


class Ticket(BaseModel):
    """One question with staff's answer; whatever else a file says is left out.

    Attributes:
        tags: in a CSV file with commas or semicolons between them.
    """

    model_config = ConfigDict(extra="ignore")

    question: Annotated[str, Field(max_length=LONGEST_TICKET), WHOLE]
    answer: Annotated[str, Field(max_length=LONGEST_TICKET), WHOLE] = ""
    tags: list[str] = Field(default_factory=list)

    @field_validator("question")
    @classmethod
    def _is_asked(cls, question: str) -> str:
        if not question.strip():
            raise ValueError("it is empty")
        return question.strip()

    @field_validator("tags", mode="before")
    @classmethod
    def _part_tags(cls, tags: object) -> object:
        return tags.replace(";", ",").split(",") if isinstance(tags, str) else tags


def read_tickets(text: str, *, is_csv: bool) -> list[Ticket]:
    """The tickets of a CSV file with headings, or of JSON Lines.

    Raises:
        BadInput: with one sentence for every bad line, or there are none or too many.
    """
    tickets: list[Ticket] = []
    problems: list[str] = []
    text = text.removeprefix("\ufeff")  # spreadsheets begin a file with it
    for number, row in _list_csv(text) if is_csv else _list_lines(text):
        try:
            if isinstance(row, str):
                tickets.append(Ticket.model_validate_json(row))
            else:
                tickets.append(Ticket.model_validate(row))
        except ValidationError as error:
            problems.append(f"Line {number} {explain_line(error)}")
    if problems:
        raise BadInput("\n".join(problems[:MOST_PROBLEMS]))
    if not 0 < len(tickets) <= MOST_TICKETS:
        raise BadInput(
            "A file holds 1 to %(most)s tickets, not %(count)s.",
            most=MOST_TICKETS,
            count=len(tickets),
        )
    return tickets


async def propose_from_tickets(
    conn: Connection, dataset: str, tickets: Sequence[Ticket], *, base: str, count: int
) -> int:
    """Cases of the first tickets that are not known yet, and how many; personal data is masked.

    The figures of staff's answer are the facts; the answer itself stands in the note, for whoever
    reviews the case.
    """
    proposed = 0
    for ticket in tickets:
        if proposed == count:
            break
        case = build_ticket_case(ticket)
        key = digest_json(case.question)
        proposed += await keep_proposal(conn, dataset, case, Origin.TICKET, key, base=base)
    return proposed


def build_ticket_case(ticket: Ticket) -> Case:
    """What a ticket asks, and what staff said that is worth expecting."""
    answer = mask_personal_data(ticket.answer.strip())
    tags = [_clean_tag(each) for each in ticket.tags]
    return build_case(
        CaseLine(
            question=mask_personal_data(ticket.question)[:LONGEST_QUESTION],
            facts=list(find_facts(answer[:LONGEST_ANSWER])),
            tags=[TAG, *(each for each in tags if each)],
            note=answer[:LONGEST_NOTE],
        )
    )


def _clean_tag(text: str) -> str:
    """As tags of cases are written: words joined by hyphens."""
    kept = "".join(each if each.isalnum() or each in "_.:" else " " for each in text)
    return "-".join(kept.split())[:40]


def _list_lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):  # JSON may hold other line ends
        if line.strip():
            yield number, line


def _list_csv(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows by the number of the line they end at; headings in any case, without outer blanks."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        headings = [each.strip().lower() for each in next(reader, [])]
        for row in reader:
            if any(each.strip() for each in row):
                yield reader.line_num, dict(zip(headings, row, strict=False))
    except csv.Error as error:
        raise BadInput(
            "Line %(number)s is no CSV: %(problem)s.", number=reader.line_num, problem=error
        ) from error
