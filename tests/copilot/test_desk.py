"""The desk by its forms alone, as it works without scripts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from psycopg import AsyncConnection
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in

from kefu.accounts import Staff
from kefu.chatbot.examples import ANSWER_EXAMPLE
from kefu.conversations import (
    VISITOR_MARK,
    Conversation,
    HandOver,
    NewMessage,
    attach,
    get_conversation,
    hand_over,
    list_messages,
    record_answer,
    record_question,
    send_as_customer,
    start_conversation,
)
from kefu.copilot import list_figures
from kefu.copilot.store import list_suggestions
from kefu.db import Database
from kefu.knowledge import ensure_base
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import Viewer

LONG_AGO = datetime.now(UTC) - timedelta(days=1)
QUESTION = "Where is my parcel?"


@pytest.fixture
def resources(settings: Settings, database: Database) -> Resources:
    """Without knowledge, in the transaction that is rolled back."""
    return Resources(settings=settings, database=database, embedder=FakeEmbedder())


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    headers = {"accept": "text/html", "accept-language": "en"}
    transport = ASGITransport(app)
    async with AsyncClient(
        transport=transport, base_url="http://kefu", headers=headers, follow_redirects=True
    ) as client:
        yield client


@pytest.fixture
async def staff(client: AsyncClient, database: Database) -> Staff:
    return await sign_in(client, database, "staff")


@pytest.fixture
async def waiting(conn: AsyncConnection, resources: Resources) -> Conversation:
    await ensure_base(resources, "main")
    conversation = await start_conversation(conn, QUESTION, base="main", customer_id="4711")
    await record_question(conn, QUESTION, conversation_id=conversation.id)
    return await hand_over(conn, conversation.id, HandOver(reason="asked"))


def parse(response: Response) -> LexborHTMLParser:
    return LexborHTMLParser(response.text)


async def post(client: AsyncClient, conversation: Conversation, **form: str) -> Response:
    return await client.post(f"/desk/{conversation.id}?list=open", data=form)


async def test_a_list_shows_what_is_in_it(
    client: AsyncClient, staff: Staff, waiting: Conversation
) -> None:
    page = parse(await client.get("/desk", params={"list": "unassigned"}))
    rows = page.css(".row")
    assert [row.attributes["data-id"] for row in rows] == [str(waiting.id)]
    assert QUESTION in rows[0].text()
    assert parse(await client.get("/desk", params={"list": "mine"})).css(".row") == []
    found = parse(await client.get("/desk", params={"list": "all", "text": "parcel"}))
    assert len(found.css(".row")) == 1
    assert (
        parse(await client.get("/desk", params={"list": "all", "text": "lamp"})).css(".row") == []
    )


async def test_opening_a_conversation_reads_it(
    client: AsyncClient, staff: Staff, waiting: Conversation
) -> None:
    before = parse(await client.get("/desk", params={"list": "open"}))
    assert before.css_first(".row .number") is not None
    page = parse(await client.get(f"/desk/{waiting.id}", params={"list": "open"}))
    said = page.css_first(".message.customer .said")
    assert said is not None
    assert said.text() == QUESTION
    assert parse(await client.get("/desk", params={"list": "open"})).css_first(".number") is None


async def test_the_number_of_an_unknown_visitor_is_shown_to_nobody(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    visitor = f"{VISITOR_MARK}768bbbe3"
    other = await start_conversation(conn, QUESTION, base="main", customer_id=visitor)
    await record_question(conn, QUESTION, conversation_id=other.id)
    await hand_over(conn, other.id, HandOver(reason="asked"))
    page = parse(await client.get(f"/desk/{other.id}", params={"list": "open"}))
    assert {each.text() for each in page.css(".row .who")} == {"4711", "Unknown customer"}
    (name,) = page.css(".conversation h2")
    assert name.text() == "Unknown customer"


async def test_a_message_of_a_file_alone_shows_the_file_alone(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    customer = Viewer(name="customer", customer_id="4711", permissions=frozenset({"chat"}))
    file = await attach(
        conn, waiting.id, b"order 20391", name="order.txt", viewer=customer, max_bytes=99
    )
    sent = NewMessage(text="", attachment_ids=(file.id,))
    await send_as_customer(conn, waiting.id, sent, viewer=customer, reopen_days=7)
    page = parse(await client.get(f"/desk/{waiting.id}", params={"list": "open"}))
    message = page.css(".message.customer")[-1]
    assert message.css_first(".said") is None
    assert [each.text() for each in message.css(".cited a")] == ["order.txt"]


async def test_what_the_chatbot_answered_names_its_sources(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    await record_answer(conn, "Soon. [1]", conversation_id=waiting.id, answer=ANSWER_EXAMPLE)
    page = parse(await client.get(f"/desk/{waiting.id}", params={"list": "open"}))
    assert [" ".join(each.text().split()) for each in page.css(".message.chatbot .cited li")] == [
        "[1] 退款政策 到账时间"
    ]


async def test_a_conversation_is_taken_answered_and_resolved(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    await post(client, waiting, action="take", expected="")
    assert (await get_conversation(conn, waiting.id)).assignee_id == staff.id
    await post(client, waiting, action="send", text="It comes on Monday.")
    await post(client, waiting, action="note", text="The carrier was late, @Staff")
    page = parse(
        await post(client, waiting, action="resolve", disposition="delivery", labels="gift, late")
    )
    assert page.css_first(".composer") is None
    resolved = await get_conversation(conn, waiting.id)
    assert (resolved.status, resolved.disposition) == ("resolved", "delivery")
    assert list(resolved.labels) == ["gift", "late"]
    messages = await list_messages(conn, waiting.id, limit=10, with_notes=True)
    assert [(each.text, each.is_internal) for each in messages[1:]] == [
        ("It comes on Monday.", False),
        ("The carrier was late, @Staff", True),
    ]
    assert messages[-1].mentions == [staff.id]
    closings = await conn.execute("select disposition, labels from copilot_closings")
    assert await closings.fetchall() == [("delivery", ["gift", "late"])]
    await post(client, waiting, action="reopen")
    assert (await get_conversation(conn, waiting.id)).status == "open"


async def test_a_suggestion_is_shown_sent_and_counted(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    shown = parse(await client.post(f"/desk/{waiting.id}/aids", data={"aid": "reply"}))
    field = shown.css_first("#answer")
    hidden = shown.css_first("#composer [name=suggestion]")
    assert field is not None
    assert hidden is not None
    text = field.text()
    assert "order number" in text
    await post(
        client,
        waiting,
        action="send",
        text=text,
        suggestion=hidden.attributes["value"] or "",
    )
    (figures,) = await list_figures(conn, since=LONG_AGO)
    assert (figures.aid, figures.accepted_count) == ("reply", 1)
    (suggestion,) = await list_suggestions(conn, since=LONG_AGO, limit=5)
    assert suggestion.staff_id == staff.id
    assert suggestion.sent == text


async def test_summary_tones_and_knowledge_are_at_hand(
    client: AsyncClient, staff: Staff, waiting: Conversation
) -> None:
    async def aid(**form: str) -> str:
        response = await client.post(f"/desk/{waiting.id}/aids", data={"partial": "1", **form})
        assert response.status_code == 200, response.text
        return response.text

    overview = await aid(aid="overview")
    assert QUESTION in overview
    assert "Ask for what is missing" in overview
    assert "cannot" in await aid(aid="tone:formal", text="We can't do that.")
    assert "needs a language model" in await aid(aid="tone:zh", text="We can't do that.")
    assert "holds nothing" in await aid(aid="knowledge", text="parcel")
    assert "Only you see this" in await aid(aid="question", question="Where are parcels?")


async def test_a_summary_leaves_out_the_numbers_of_sources(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    said = "It takes 7 working days. [1]"
    await record_answer(conn, said, conversation_id=waiting.id, answer=ANSWER_EXAMPLE)
    form = {"partial": "1", "aid": "overview"}
    aid = (await client.post(f"/desk/{waiting.id}/aids", data=form)).text
    assert "<li>It takes 7 working days.</li>" in aid


async def test_answers_are_laid_out_with_links_to_their_sources(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    said = "Open **DNS** <b>now</b>. [1]"
    await record_answer(conn, said, conversation_id=waiting.id, answer=ANSWER_EXAMPLE)
    page = parse(await client.get(f"/desk/{waiting.id}", params={"list": "open"}))
    shown = page.css(".message.chatbot .said")[-1]
    assert [each.text() for each in shown.css("strong")] == ["DNS"]
    assert not shown.css("b")
    (source,) = shown.css("a")
    (chunk_id,) = [each["chunk_id"] for each in ANSWER_EXAMPLE["citations"]]
    assert source.attributes["href"] == f"/sources/{chunk_id}"


async def test_the_list_shows_an_answer_as_plain_words(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, resources: Resources
) -> None:
    await ensure_base(resources, "main")
    begun = await start_conversation(conn, QUESTION, base="main", customer_id="4712")
    await record_question(conn, QUESTION, conversation_id=begun.id)
    said = "Open **DNS** <b>now</b>.\n\n- one\n- two"
    await record_answer(conn, said, conversation_id=begun.id, answer=ANSWER_EXAMPLE)
    page = parse(await client.get("/desk", params={"list": "chatbot"}))
    assert page.css(".preview")[0].text() == "Open DNS <b>now</b>. one two"


async def test_what_a_customer_writes_stays_as_it_is(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    await record_question(conn, "2 **3** 4", conversation_id=waiting.id)
    page = parse(await client.get(f"/desk/{waiting.id}", params={"list": "open"}))
    assert page.css(".message.customer .said")[-1].text() == "2 **3** 4"


async def test_a_canned_response_bears_the_name_of_who_uses_it(
    client: AsyncClient, staff: Staff, waiting: Conversation
) -> None:
    given = {"shortcut": "hi", "language": "en", "text": "I am {{staff_name}}."}
    await client.post("/desk/canned-responses", data=given)
    page = parse(await client.get(f"/desk/{waiting.id}", params={"list": "open"}))
    (canned,) = page.css("[data-canned]")
    assert canned.attributes["data-canned"] == f"I am {staff.name}."


async def test_who_waits_for_people_is_not_waited_for(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    await record_answer(
        conn, "A colleague takes over.", conversation_id=waiting.id, answer=ANSWER_EXAMPLE
    )
    form = {"partial": "1", "aid": "overview"}
    aid = (await client.post(f"/desk/{waiting.id}/aids", data=form)).text
    assert "Ask for what is missing" in aid
    assert "Wait for the customer" not in aid
    rows = parse(await client.get("/desk", params={"list": "unassigned"})).css(".row .preview")
    assert [each.text() for each in rows] == [QUESTION]


async def test_who_comes_second_is_told(
    client: AsyncClient,
    conn: AsyncConnection,
    database: Database,
    staff: Staff,
    waiting: Conversation,
) -> None:
    await post(client, waiting, action="take", expected="")
    other = await sign_in(client, database, "editor")
    late = await post(client, waiting, action="take", expected="")
    assert late.status_code == 409
    notice = parse(late).css_first(".notice.bad")
    assert notice is not None
    assert notice.text().strip() == "Staff serves this conversation already."
    assert (await get_conversation(conn, waiting.id)).assignee_id == staff.id != other.id


async def test_what_was_typed_survives_a_refusal(
    client: AsyncClient, staff: Staff, waiting: Conversation
) -> None:
    refused = await post(client, waiting, action="fly", text="My long answer")
    assert refused.status_code == 400
    field = parse(refused).css_first("#answer")
    assert field is not None
    assert field.text() == "My long answer"


async def test_all_that_are_ticked_are_treated(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    other = await start_conversation(conn, "And mine?", base="main")
    await record_question(conn, "And mine?", conversation_id=other.id)
    await hand_over(conn, other.id, HandOver(reason="asked"))
    ids: list[UUID] = [waiting.id, other.id]
    form = {f"c:{id}": "on" for id in ids} | {"action": "take"}
    page = parse(await client.post("/desk?list=mine", data=form))
    assert len(page.css(".row")) == 2
    told = page.css_first(".told")
    assert told is not None
    assert "2" in told.text()
    nothing = await client.post("/desk?list=mine", data={"action": "take"})
    assert nothing.status_code == 400
    desk = parse(nothing)
    notice = desk.css_first(".list-head .notice.bad")
    assert notice is not None
    assert notice.text().strip() == "Tick the conversations first."
    assert len(desk.css(".row")) == 2


async def test_a_conversation_is_handed_on_snoozed_and_sorted(
    client: AsyncClient, conn: AsyncConnection, staff: Staff, waiting: Conversation
) -> None:
    await post(client, waiting, action="take", expected="")
    await post(client, waiting, action="sort", priority="urgent", labels="late、 vip")
    await post(client, waiting, action="snooze", span="day")
    snoozed = await get_conversation(conn, waiting.id)
    assert (snoozed.priority, list(snoozed.labels)) == ("urgent", ["late", "vip"])
    assert snoozed.status == "snoozed"
    await post(client, waiting, action="wake")
    queue = snoozed.queue_id
    await post(
        client,
        waiting,
        action="transfer",
        expected=str(staff.id),
        to=f"queue:{queue}",
        note="Please look.",
    )
    assert (await get_conversation(conn, waiting.id)).assignee_id is None
    nowhere = await post(client, waiting, action="transfer", to="staff:x")
    assert nowhere.status_code == 400


async def test_presence_is_told(client: AsyncClient, conn: AsyncConnection, staff: Staff) -> None:
    page = parse(await client.post("/desk/presence", data={"presence": "online", "back": "/desk"}))
    assert page.css_first(".dot.online") is not None
    assert (await client.post("/desk/presence", data={"presence": "asleep"})).status_code == 400


async def test_customers_have_no_desk(client: AsyncClient, waiting: Conversation) -> None:
    response = await client.post(f"/desk/{waiting.id}", data={"action": "take"})
    assert response.url.path == "/sign-in"
    assert (await client.get(f"/desk/{waiting.id}")).url.path == "/sign-in"
