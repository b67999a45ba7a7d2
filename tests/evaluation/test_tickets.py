"""Old tickets propose cases."""

import json
from pathlib import Path

import pytest
from psycopg import AsyncConnection
from typer.testing import CliRunner

from kefu.cli import app
from kefu.errors import BadInput
from kefu.evaluation.store.proposals import list_proposals
from kefu.evaluation.tickets import build_ticket_case, propose_from_tickets, read_tickets

CSV = (
    "\ufeffQuestion, Answer ,Tags,Agent\r\n"
    '"How long does a refund take, I am ada@example.org?","Hello Ada, write to ada@example.org.\n'
    'A refund takes 7 days.",Billing & refunds; urgent,Li\r\n'
    "\r\n"
    "退款多久到账？,七天内。,,Wang\r\n"
)
LINES = [
    {"question": "How long?", "answer": "It takes 7 days.", "tags": ["billing"], "agent": "Li"},
    {"question": "How dear?"},
]


def write_lines(*tickets: object) -> str:
    return "\n".join(json.dumps(each) for each in tickets)


def test_a_csv_file_is_read_as_spreadsheets_write_it() -> None:
    first, second = read_tickets(CSV, is_csv=True)
    case = build_ticket_case(first)
    assert case.question == "How long does a refund take, I am [email]?"
    assert case.facts == (("7 days",),)
    assert case.tags == ("ticket", "Billing-refunds", "urgent")
    assert case.note == "Hello Ada, write to [email].\nA refund takes 7 days."
    assert (build_ticket_case(second).language, second.answer) == ("zh", "七天内。")


def test_json_lines_are_read() -> None:
    first, second = read_tickets(write_lines(*LINES), is_csv=False)
    assert build_ticket_case(first).tags == ("ticket", "billing")
    assert build_ticket_case(second).facts == ()


@pytest.mark.parametrize("is_csv", [True, False])
def test_line_ends_within_a_field_part_no_ticket(*, is_csv: bool) -> None:
    held = "How\u2028long\x85exactly?"
    line = json.dumps({"question": held}, ensure_ascii=False)
    (ticket,) = read_tickets(f"question\n{held}\n" if is_csv else line, is_csv=is_csv)
    assert ticket.question == held


@pytest.mark.parametrize(
    ("text", "is_csv", "told"),
    [
        ("", False, "1 to 10000 tickets, not 0"),
        ("frage,antwort\nWas?,Das.\n", True, "Line 2 lacks the field question"),
        ('question,answer\n"",Yes.\n', True, "Line 2 has a bad question"),
        ("{}\n[]\nnothing", False, "Line 2 is no JSON object.\nLine 3 is not valid JSON."),
        ('{"question": "a\\u0000b"}', False, "Line 1 has a bad question: it holds a NUL"),
        (write_lines({"question": "  "}), False, "it is empty"),
        ("question\n" + "x" * 140_000, True, "Line 2 is no CSV"),
    ],
)
def test_a_bad_file_is_refused_with_its_lines(*, text: str, is_csv: bool, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_tickets(text, is_csv=is_csv)


async def test_tickets_are_proposed_once_and_as_many_as_are_wanted(conn: AsyncConnection) -> None:
    tickets = read_tickets(
        write_lines(*({"question": f"Question {number}?"} for number in range(5))), is_csv=False
    )
    for count, expected in ((3, 3), (3, 2), (3, 0)):
        assert (
            await propose_from_tickets(conn, "shop", tickets, base="docs", count=count) == expected
        )
    waiting = await list_proposals(conn, "shop")
    assert len(waiting) == 5
    assert {(each.origin, each.base) for each in waiting} == {("ticket", "docs")}


@pytest.mark.usefixtures("committed_database")
def test_the_command_takes_a_file(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KEFU_DATABASE_URL", migrated_url)
    (tmp_path / "tickets.CSV").write_text(CSV)
    words = ["evaluation", "propose", "--dataset", "shop", "--from", "ticket"]
    done = CliRunner().invoke(app, [*words, "--file", "tickets.CSV"])
    assert "Newly proposed: 2." in done.stdout, done.output
    refused = CliRunner().invoke(app, words)
    assert isinstance(refused.exception, BadInput)
