"""A bad answer becomes a case: by one button, completed by whoever reviews it, once."""

from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in

from kefu.audit import AuditFilter, list_entries
from kefu.conversations import record_answer, record_question, start_conversation
from kefu.db import Connection
from kefu.evaluation import Case, load_cases, read_lines, read_version, save_version
from kefu.evaluation.store.proposals import get_proposal, list_proposals
from kefu.resources import Resources
from kefu.tracing import replace_feedback

PATH = "/admin/evaluation/proposals"


@pytest.fixture
async def editor(app: FastAPI, resources: Resources) -> AsyncClient:
    headers = {"accept": "text/html", "accept-language": "en"}
    client = AsyncClient(transport=ASGITransport(app), base_url="http://kefu", headers=headers)
    await sign_in(client, resources.database, "editor")
    return client


@pytest.fixture
async def answer_id(resources: Resources) -> UUID:
    """The second answer of a conversation, which the customer corrected; a third follows."""
    async with resources.database.transaction() as conn:
        talk = await start_conversation(conn, "I am ada@example.org. Refunds?", base="main")
        answers = []
        for question, text in (
            ("I am ada@example.org. Refunds?", "Yes, there are."),
            ("How fast?", "Within 9 days, dear ada@example.org."),
            ("Thanks!", "Gladly."),
        ):
            await record_question(conn, question, conversation_id=talk.id)
            given = {"outcome": "answered", "citations": [{"uri": "/d/old.md", "id": None}]}
            answers.append(await record_answer(conn, text, conversation_id=talk.id, answer=given))
        await replace_feedback(
            conn, answers[1].id, rating="down", comment="Old.", correction="A refund takes 7 days."
        )
    return answers[1].id


async def press(editor: AsyncClient, message_id: object) -> str:
    """The address the button leads to."""
    response = await editor.post(PATH, data={"message": str(message_id)})
    assert response.status_code == 303, response.text
    return response.headers["location"]


async def read_fields(editor: AsyncClient, path: str) -> dict[str, str]:
    """What stands in the form of a proposal."""
    page = LexborHTMLParser((await editor.get(path)).raise_for_status().text)
    form = page.css_first(f"form[action='{path}']")
    fields = {
        each.attributes["name"]: each.text().removeprefix("\n") for each in form.css("textarea")
    }
    for each in form.css("input:not([type=checkbox])"):
        fields[each.attributes["name"] or ""] = each.attributes["value"] or ""
    for each in form.css("select"):
        chosen = each.css_first("option[selected]")
        fields[each.attributes["name"] or ""] = chosen.attributes["value"] or ""
    if form.css_first("[name=history][checked]"):
        fields["history"] = "1"
    return {name or "": value for name, value in fields.items()}


async def list_saved(resources: Resources, reference: str) -> list[Case]:
    async with resources.database.connection() as conn:
        return list(await load_cases(conn, await read_version(conn, reference)))


async def save_shop(conn: Connection, name: str, *, base: str, count: int = 1) -> None:
    lines = [f'{{"id": "c{number}", "question": "Question {number}?"}}' for number in range(count)]
    await save_version(conn, name, read_lines("\n".join(lines)), author="li", base=base)


async def test_one_click_makes_a_case_that_waits_with_what_the_customer_corrected(
    editor: AsyncClient, resources: Resources, answer_id: UUID
) -> None:
    path = await press(editor, answer_id)
    fields = await read_fields(editor, path)
    assert fields["question"] == "How fast?"
    assert fields["behaviour"] == "answer"
    assert fields["facts"] == "7 days"
    assert fields["citations"] == ""
    assert fields["tags"] == "feedback thumbs-down"
    assert fields["note"] == "Old.\nA refund takes 7 days."
    assert fields["history"] == "1"
    shown = (await editor.get(path)).text
    assert "Within 9 days, dear [email]." in shown
    assert "ada@example.org" not in shown
    assert "Gladly." not in shown
    async with resources.database.connection() as conn:
        (entry,) = await list_entries(conn, AuditFilter(action="evaluation.proposed"), limit=9)
    assert str(answer_id) in entry.details


async def test_pressed_again_the_button_leads_to_the_same_case(
    editor: AsyncClient, resources: Resources, answer_id: UUID
) -> None:
    path = await press(editor, answer_id)
    assert await press(editor, answer_id) == path
    given = {"action": "accept", **await read_fields(editor, path)}
    assert (await editor.post(path, data=given)).status_code == 303
    assert await press(editor, answer_id) == path
    assert "Accepted by" in (await editor.get(path)).text
    again = await editor.post(path, data=given)
    assert again.status_code == 409
    assert "was reviewed by" in again.text
    async with resources.database.connection() as conn:
        assert await list_proposals(conn) == []
    assert len(await list_saved(resources, "feedback")) == 1


async def test_a_completed_case_is_asked_from_then_on(
    editor: AsyncClient, resources: Resources, answer_id: UUID
) -> None:
    async with resources.database.transaction() as conn:
        await save_shop(conn, "small", base="main")
        await save_shop(conn, "large", base="main", count=3)
        await save_shop(conn, "other", base="elsewhere", count=9)
    path = await press(editor, answer_id)
    fields = await read_fields(editor, path)
    assert fields["dataset"] == "large"
    completed = fields | {
        "action": "accept",
        "dataset": "small",
        "question": "How fast is it paid, +86 138 1234 5678?",
        "facts": "7 days | seven days\nfree",
        "citations": "refunds.md | fees.md",
        "tags": "refunds",
        "split": "validation",
    }
    assert (await editor.post(path, data=completed)).status_code == 303
    *_, case = await list_saved(resources, "small@2")
    assert case.question == "How fast is it paid, [phone]?"
    assert case.facts == (("7 days", "seven days"), ("free",))
    assert case.citations == (("refunds.md", "fees.md"),)
    assert (case.tags, case.split) == (("refunds",), "validation")
    assert [each.question for each in case.history] == ["I am [email]. Refunds?"]
    assert len(await list_saved(resources, "large")) == 3
    async with resources.database.connection() as conn:
        proposal = await get_proposal(conn, int(path.rpartition("/")[2]))
    assert (proposal.dataset, proposal.case, proposal.status) == ("small", case, "accepted")


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"question": " "}, 400, "it has a bad question: it is empty."),
        ({"behaviour": "abstain"}, 400, "expects abstention and yet names facts"),
        ({"behaviour": "sing"}, 400, "it has a bad behaviour"),
        ({"dataset": "elsewhere"}, 400, "belongs into a dataset about the base main"),
        ({"dataset": "nowhere"}, 400, "belongs into a dataset about the base main"),
        ({"question": "Question 0?", "history": ""}, 409, "asks this already: case c0"),
    ],
)
async def test_what_cannot_be_a_case_comes_back_with_what_is_wrong(
    editor: AsyncClient,
    resources: Resources,
    answer_id: UUID,
    changes: dict[str, str],
    status: int,
    told: str,
) -> None:
    async with resources.database.transaction() as conn:
        await save_shop(conn, "shop", base="main")
        await save_shop(conn, "elsewhere", base="elsewhere")
    path = await press(editor, answer_id)
    fields = {"action": "accept", **await read_fields(editor, path), "note": "Mine."} | changes
    response = await editor.post(path, data=fields)
    assert response.status_code == status
    assert told in response.text
    assert "Mine." in response.text
    async with resources.database.connection() as conn:
        (waiting,) = await list_proposals(conn)
    assert waiting.case.note != "Mine."
    assert len(await list_saved(resources, "shop")) == 1


async def test_a_rejected_proposal_is_kept_out(
    editor: AsyncClient, resources: Resources, answer_id: UUID
) -> None:
    path = await press(editor, answer_id)
    assert "How fast?" in (await editor.get(PATH)).text
    assert (await editor.post(path, data={"action": "reject"})).status_code == 303
    assert "Rejected by" in (await editor.get(path)).text
    assert "Nothing waits for a review." in (await editor.get(PATH)).text


async def test_only_answers_become_cases(
    editor: AsyncClient, resources: Resources, answer_id: UUID
) -> None:
    async with resources.database.connection() as conn:
        talk = await start_conversation(conn, "Hello?", base="main")
        question = await record_question(conn, "Hello?", conversation_id=talk.id)
    for message, status in ((question.id, 400), (uuid4(), 404), ("nonsense", 400)):
        response = await editor.post(PATH, data={"message": str(message)})
        assert response.status_code == status


async def test_an_answer_nobody_rated_counts_as_wrong_and_one_that_was_liked_as_right(
    editor: AsyncClient, resources: Resources, answer_id: UUID
) -> None:
    async with resources.database.transaction() as conn:
        talk = await start_conversation(conn, "How dear?", base="main")
        answers = []
        for question in ("How dear?", "How cheap?"):
            await record_question(conn, question, conversation_id=talk.id)
            given = {"outcome": "answered", "citations": [{"uri": "/d/fees.md", "id": "3"}]}
            answers.append(
                await record_answer(conn, "No fee.", conversation_id=talk.id, answer=given)
            )
        await replace_feedback(conn, answers[1].id, rating="up", comment=None)
    unrated, liked = [await read_fields(editor, await press(editor, each.id)) for each in answers]
    assert (unrated["tags"], unrated["citations"]) == ("feedback", "")
    assert (liked["tags"], liked["citations"]) == ("feedback thumbs-up", "/d/fees.md#3")


async def test_those_who_may_only_read_see_no_form(
    editor: AsyncClient, resources: Resources, answer_id: UUID
) -> None:
    path = await press(editor, answer_id)
    await sign_in(editor, resources.database, "manager")
    page = await editor.get(path)
    assert page.status_code == 200
    assert "<form" not in page.text.partition('id="content"')[2]
    assert (await editor.post(path, data={"action": "reject"})).status_code == 403
    assert (await editor.post(PATH, data={"message": str(answer_id)})).status_code == 403


async def test_a_list_of_a_dataset_that_there_is_not_says_so(editor: AsyncClient) -> None:
    page = await editor.get(f"{PATH}?dataset=nope")
    assert page.status_code == 404
    assert "There is no dataset &#39;nope&#39;." in page.text
