"""Questions that lead on: out of the knowledge, readable, answered, and never what was asked."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest
from filling import CountingEmbedder, fill

from kefu.answering import Answer, Intent, Outcome, answer, find_related
from kefu.db import Connection, Database
from kefu.errors import DatabaseUnavailable
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.text import detect_language
from kefu.viewer import ANONYMOUS, DataClass, Viewer

QUESTION = "When does the refund money arrive?"
REFUNDS = """# Refund policy

## 1. When the money arrives

The refund money arrives within 7 working days of the approval.

## 2. Excluded products

Domain names and certificates are excluded from every refund.

## Who pays the bank charges?

The bank charges of a transfer are borne by the customer.

## Violations

Violations of the rules end the claim to a refund.
"""
PUBLIC = {
    "Refund policy": REFUNDS,
    "Refund policy (superseded)": "## Old products\n\nThe refund of old products takes 30 days.",
    "Can a refund be cancelled?": "A refund can be cancelled in the console until it is approved.",
    "Parking": "## Opening of the garage\n\nThe garage closes at nine in the evening.",
    "退款说明": "## 退款多久到账？\n\n退款七个工作日到账。\n\n## “不退款”的产品\n\n域名不退款。",
}
CHARGES = "Who pays the bank charges?"
ESCALATED = "How is a refund escalated?"
STAFF = {ESCALATED: "A refund is escalated by the team lead."}
EVERYBODY = Viewer(name="staff", audiences=frozenset({"public", "staff"}))


@pytest.fixture
async def knowing(database: Database) -> Resources:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    await fill(resources, PUBLIC)
    await fill(resources, STAFF, audience="staff")
    return resources


async def relate(
    resources: Resources,
    question: str = QUESTION,
    *before: str,
    viewer: Viewer = ANONYMOUS,
    most: int = 10,
) -> Sequence[str]:
    given = await answer(resources, question, viewer=viewer)
    assert given.outcome is Outcome.ANSWERED
    return await find_related(
        resources, given, asked=[question, *before], viewer=viewer, base="main", most=most
    )


def limit(resources: Resources, **sections: dict[str, object]) -> Resources:
    settings = resources.settings
    changed = {
        name: getattr(settings, name).model_copy(update=values) for name, values in sections.items()
    }
    return replace(resources, settings=settings.model_copy(update=changed))


async def test_what_stands_beside_the_answer_is_offered_and_answered(knowing: Resources) -> None:
    related = await relate(knowing, most=3)
    assert set(related[:2]) == {CHARGES, "What does “Refund policy” say about “Violations”?"}
    assert related[2] == "Can a refund be cancelled?"
    for each in related:
        follow = await answer(knowing, each, viewer=ANONYMOUS)
        assert follow.outcome is Outcome.ANSWERED
        assert follow.citations


async def test_what_was_asked_is_not_offered_again(knowing: Resources) -> None:
    related = await relate(knowing, QUESTION, "who pays the bank charges")
    assert CHARGES not in related
    assert "Can a refund be cancelled?" in related
    assert CHARGES not in await relate(knowing, CHARGES)


async def test_only_what_the_customer_may_read_is_offered(knowing: Resources) -> None:
    assert ESCALATED not in await relate(knowing)
    assert ESCALATED in await relate(knowing, viewer=EVERYBODY)
    strict = limit(knowing, routing={"conversation_class": DataClass.PUBLIC})
    assert ESCALATED not in await relate(strict, viewer=EVERYBODY)  # its words become a question


async def test_it_is_in_the_language_of_the_customer_and_about_the_same(
    knowing: Resources,
) -> None:
    assert {detect_language(each) for each in await relate(knowing)} == {"en"}
    assert await relate(knowing, "退款多久到账") == (
        "关于“‘不退款’的产品”，《退款说明》里有哪些内容？",
    )
    assert not [each for each in await relate(knowing) if "garage" in each or "superseded" in each]


async def test_nothing_is_offered_that_would_not_be_answered(knowing: Resources) -> None:
    given = await answer(knowing, QUESTION, viewer=ANONYMOUS)
    strict = limit(knowing, answering={"min_confidence": 1.0})
    assert await offer(strict, given) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.ABSTAINED},
        {"citations": ()},
        {"intent": Intent.COMPLAINT},
    ],
)
async def test_only_an_answer_to_a_question_leads_on(
    knowing: Resources, changes: dict[str, object]
) -> None:
    given = await answer(knowing, QUESTION, viewer=ANONYMOUS)
    assert await offer(knowing, given)
    assert await offer(knowing, replace(given, **changes)) == ()  # type: ignore[arg-type]


async def test_what_was_looked_up_is_remembered_until_the_knowledge_changes(
    knowing: Resources,
) -> None:
    embedder = CountingEmbedder()
    resources = replace(knowing, embedder=embedder)
    given = await answer(resources, QUESTION, viewer=ANONYMOUS)
    first = await offer(resources, given)
    count = len(embedder.calls)
    assert await offer(resources, given) == first
    assert len(embedder.calls) == count
    await fill(resources, {"Opening hours": "We are open from nine to five."})
    assert await offer(resources, given) == first
    assert len(embedder.calls) > count


async def test_a_process_that_has_much_to_do_leaves_them_out(
    knowing: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    given = await answer(knowing, QUESTION, viewer=ANONYMOUS)
    caplog.set_level(logging.INFO, "kefu")
    offered = await asyncio.gather(*(offer(knowing, given) for _ in range(6)))
    assert [bool(each) for each in offered] == [True] * 4 + [False] * 2
    assert "No related questions: 4 are being looked for." in caplog.text


async def test_a_customer_who_was_answered_hears_of_no_failure(
    knowing: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    given = await answer(knowing, QUESTION, viewer=ANONYMOUS)
    caplog.set_level(logging.INFO, "kefu")
    assert await offer(replace(knowing, database=Gone(knowing.database)), given) == ()
    assert "No related questions: The database is gone." in caplog.text


async def offer(resources: Resources, given: Answer) -> Sequence[str]:
    return await find_related(
        resources, given, asked=[QUESTION], viewer=ANONYMOUS, base="main", most=3
    )


class Gone(Database):
    """Does not answer."""

    def __init__(self, database: Database) -> None:
        self.url = database.url

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        raise DatabaseUnavailable("The database is gone.")
