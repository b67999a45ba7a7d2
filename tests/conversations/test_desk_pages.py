"""Queues, people, canned responses and figures by the forms of their pages."""

import csv
import json
from datetime import date
from io import StringIO

import pytest
from httpx import AsyncClient, Response
from psycopg import AsyncConnection
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in, sign_in_as

from kefu.accounts import Staff
from kefu.audit import AuditFilter, list_entries
from kefu.conversations import (
    HandOver,
    Opening,
    Queue,
    hand_over,
    list_desk_staff,
    list_queues,
    list_responses,
    record_question,
    start_conversation,
)
from kefu.conversations.pages.queues import read_spans
from kefu.db import Database
from kefu.errors import BadInput
from kefu.knowledge import ensure_base
from kefu.resources import Resources

QUEUE = {
    "name": "Billing",
    "assignment": "least_busy",
    "language_zh": "yes",
    "skills": "invoices， refunds",
    "target_seconds": "90",
    "day_0": "9:00-12:00, 13:00–18:00",
    "timezone": "Asia/Shanghai",
    "holidays": "2026-10-01\n2026-10-02",
}


@pytest.fixture
async def manager(client: AsyncClient, database: Database) -> Staff:
    return await sign_in(client, database, "manager")


def page(response: Response) -> LexborHTMLParser:
    return LexborHTMLParser(response.text)


def find_alert(response: Response) -> str:
    alert = page(response).css_first("[role=alert]")
    assert alert is not None, response.text
    return alert.text().strip()


async def find_queue(conn: AsyncConnection, name: str) -> Queue | None:
    return next((each for each in await list_queues(conn) if each.name == name), None)


async def test_a_queue_is_added_changed_and_deleted(
    client: AsyncClient, conn: AsyncConnection, manager: Staff
) -> None:
    assert (await client.post("/admin/queues", data=QUEUE)).status_code == 303
    queue = await find_queue(conn, "Billing")
    assert queue is not None
    assert (list(queue.skills), list(queue.languages)) == (["invoices", "refunds"], ["zh"])
    assert (queue.assignment, queue.target_seconds) == ("least_busy", 90)
    assert list(queue.holidays) == [date(2026, 10, 1), date(2026, 10, 2)]
    assert [(each.opens, each.closes) for each in queue.hours] == [
        ("09:00", "12:00"),
        ("13:00", "18:00"),
    ]
    form = page(await client.get(f"/admin/queues/{queue.id}"))
    hours = form.css_first("[name=day_0]")
    assert hours is not None
    assert hours.attributes["value"] == "09:00-12:00, 13:00-18:00"
    changed = QUEUE | {"name": "Invoices"}
    assert (await client.post(f"/admin/queues/{queue.id}", data=changed)).status_code == 303
    assert await find_queue(conn, "Invoices") is not None
    assert (await client.post(f"/admin/queues/{queue.id}/delete")).status_code == 303
    assert await find_queue(conn, "Invoices") is None
    kept = await list_entries(conn, AuditFilter(), limit=3)
    actions = ["queue.deleted", "queue.changed", "queue.added"]
    assert [(each.action, each.actor) for each in kept] == [
        (each, manager.email) for each in actions
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"day_1": "nine to five"}, "are no opening hours"),
        ({"day_1": "18:00-9:00"}, "end after they begin"),
        ({"timezone": "Asia/Atlantis"}, "no time zone"),
        ({"holidays": "Christmas"}, "is no day"),
        ({"target_seconds": "0"}, "due within"),
        ({"assignment": "lottery"}, "by hand"),
        ({"name": " "}, "The name has"),
        ({"name": "General"}, "already"),
    ],
)
async def test_a_queue_that_cannot_be_is_told_in_a_sentence(
    client: AsyncClient, conn: AsyncConnection, manager: Staff, given: dict[str, str], told: str
) -> None:
    taken = (await list_queues(conn))[0].name
    if given.get("name") == "General":
        given = {"name": taken}
    refused = await client.post("/admin/queues", data=QUEUE | given)
    assert refused.status_code in {400, 409}
    assert told in find_alert(refused)
    skills = page(refused).css_first("[name=skills]")
    assert skills is not None
    assert skills.attributes["value"] == QUEUE["skills"]


def test_spans_are_read_as_people_write_them() -> None:
    assert read_spans(" 9：00至12:00；13:00 - 24:00 ", 2) == [
        Opening(weekday=2, opens="09:00", closes="12:00"),
        Opening(weekday=2, opens="13:00", closes="24:00"),
    ]
    assert read_spans("", 2) == []
    with pytest.raises(BadInput):
        read_spans("9:00-12:00 and then", 2)


async def test_people_are_given_what_they_take_on(
    client: AsyncClient, conn: AsyncConnection, manager: Staff
) -> None:
    path = f"/admin/queues/_staff/{manager.id}"
    given = {"capacity": "7", "skills": "refunds", "language_en": "yes"}
    assert (await client.post(path, data=given)).status_code == 303
    (person,) = [each for each in await list_desk_staff(conn) if each.staff_id == manager.id]
    assert (person.capacity, list(person.skills), list(person.languages)) == (
        7,
        ["refunds"],
        ["en"],
    )
    assert "takes on 1 to" in find_alert(await client.post(path, data=given | {"capacity": "0"}))
    for language, name in (("zh", "Chinese"), ("en", "English")):
        queue = QUEUE | {"language_zh": "", f"language_{language}": "yes", "name": name}
        await client.post("/admin/queues", data=queue | {"skills": "refunds"})
    rows = page(await client.get("/admin/queues")).css("tbody")[0].css("tr")
    able = {row.css("th")[0].text().strip(): "Manager" in row.text() for row in rows}
    assert (able["Chinese"], able["English"]) == (False, True)


async def test_a_canned_response_is_looked_at_kept_changed_and_deleted(
    client: AsyncClient, conn: AsyncConnection, database: Database
) -> None:
    staff = await sign_in(client, database, "staff")
    path = "/desk/canned-responses"
    given = {
        "shortcut": "/hello",
        "language": "en",
        "text": "Hello {{customer_name}}, I am {{staff_name}}.",
    }
    looked = await client.post(path, data=given | {"action": "preview"})
    shown = page(looked).css_first(".notice[role=status]")
    assert shown is not None
    assert f"Hello Ada Byron, I am {staff.name}." in shown.text()
    assert await list_responses(conn, staff.id) == []
    assert (await client.post(path, data=given)).status_code == 303
    (kept,) = await list_responses(conn, staff.id)
    assert (kept.shortcut, kept.staff_id) == ("hello", staff.id)
    form = page(await client.get(f"{path}?edit={kept.id}")).css_first("textarea")
    assert form is not None
    assert form.text() == given["text"]
    old = given | {"shortcut": "hello", "text": "Hi!", "is_old": "yes", "for_all": ""}
    await client.post(path, data=old)
    assert [each.text for each in await list_responses(conn, staff.id)] == ["Hi!"]
    unknown = await client.post(path, data=given | {"text": "Hi {{name}}"})
    assert "There is no variable name" in find_alert(unknown)
    for_all = await client.post(path, data=given | {"for_all": "yes"})
    assert for_all.status_code == 403
    assert (await client.post(f"{path}/{kept.id}/delete")).status_code == 303
    assert await list_responses(conn, staff.id) == []


async def test_everybodys_responses_are_those_of_who_manages(
    client: AsyncClient, conn: AsyncConnection, database: Database, manager: Staff
) -> None:
    given = {"shortcut": "bye", "language": "zh", "text": "再见", "for_all": "yes"}
    assert (await client.post("/desk/canned-responses", data=given)).status_code == 303
    await client.post("/desk/canned-responses", data=given | {"text": "再会"})
    await client.post("/desk/canned-responses", data=given | {"for_all": "", "text": "bye"})
    await sign_in(client, database, "staff")
    listed = page(await client.get("/desk/canned-responses")).css_first("tbody")
    assert listed is not None
    assert "/bye" in listed.text()
    assert listed.css_first("form, a") is None
    (kept,) = await list_responses(conn, None)
    gone = f"/desk/canned-responses/{kept.id}/delete"
    assert (await client.post(gone)).status_code == 403
    await sign_in_as(client, database, manager)
    assert (await client.post(gone)).status_code == 303
    entries = await list_entries(conn, AuditFilter(action="canned_response"), limit=9)
    assert [(each.actor, each.action, each.subject) for each in entries] == [
        (manager.email, "canned_response.deleted", "/bye"),
        (manager.email, "canned_response.changed", "/bye"),
        (manager.email, "canned_response.added", "/bye"),
    ]
    told = {"language": "zh", "replaced": "再见", "text": "再会"}
    assert json.loads(entries[1].details) == told


async def test_the_figures_are_shown_and_downloaded(
    client: AsyncClient, conn: AsyncConnection, resources: Resources, manager: Staff
) -> None:
    empty = await client.get("/desk/metrics")
    assert page(empty).css_first(".empty") is not None
    await ensure_base(resources, "main")
    conversation = await start_conversation(conn, "Where is it?", base="main")
    await record_question(conn, "Where is it?", conversation_id=conversation.id)
    await hand_over(conn, conversation.id, HandOver(reason="asked"))
    await conn.execute("set constraints all immediate")  # which number the events
    shown = page(await client.get("/desk/metrics?by=queue"))
    rows = shown.css("tbody tr")
    assert (await list_queues(conn))[0].name in rows[0].text()
    assert [each.text() for each in shown.css(".facts dt")] == ["the customer asked for a person"]
    assert len(shown.css("svg.chart")) == 3
    assert len(shown.css("svg.chart circle")) >= 2
    text = (await client.get("/desk/metrics.csv?by=channel")).content.decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    assert (row["group"], row["started_count"], row["waiting_count"]) == ("chat", "1", "1")
    assert (await client.get("/desk/metrics?by=colour")).status_code == 400
