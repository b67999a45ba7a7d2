"""What a follow-up takes from the conversation, by its words alone and over real documents."""

from pathlib import Path

import pytest
from filling import SUPPORT, fill, main_base

from kefu.answering import Outcome, Turn
from kefu.answering.follow_up import (
    LONGEST_ASKED,
    TERM_SHARE,
    Asked,
    Lean,
    follow_up,
    lean,
    stand_alone,
    weigh_carried,
)
from kefu.db import Database
from kefu.knowledge import embed_waiting, ensure_base, ingest
from kefu.llm import BuiltInEmbedder, FakeEmbedder
from kefu.resources import Resources
from kefu.retrieval import search
from kefu.settings import IngestSettings, Settings
from kefu.viewer import ANONYMOUS

DOCUMENTS = Path(__file__).parents[2] / "kefu" / "demo" / "documents"
READ = (
    "products/云数据库-mysql.md",
    "products/云数据库-postgresql.md",
    "products/site-starter.md",
    "products/site-business.md",
    "billing/发票规则.md",
    "faq/error-codes.md",
    "handbook/support-plans.md",
)
CONVERSATIONS = (
    ("云数据库 MySQL 存储最大多少？", "那 PostgreSQL 呢？", "云数据库 PostgreSQL"),
    ("云数据库 MySQL 有哪些规格？", "它的维护窗口是什么时候？", "云数据库 MySQL"),
    ("云数据库 PostgreSQL 有哪些规格？", "它的维护窗口是什么时候？", "云数据库 PostgreSQL"),
    ("电子发票多久开出来？", "填错了怎么办？", "发票规则"),
    ("LH-4031 是什么错误？", "那怎么解决？", "Error codes"),
    ("What does the Business support plan cost?", "And Enterprise?", "Support plans"),
    ("How many visits does Site Business include?", "And what does it cost?", "Site Business"),
    ("How many visits does Site Starter include?", "And what does it cost?", "Site Starter"),
)
"""Question, follow-up, and what the title begins with of the document that answers it."""
PLANS = {
    "Site Business": "Site Business costs 11.90 dollars. Backups are kept for 30 days.",
    "Certificates": "Our certificate quotas: five of each.",
    "云数据库 MySQL": "高可用版 128 元。",
}
STARTER = "How much does the Starter plan cost?"


def turns(*questions: str) -> list[Turn]:
    return [Turn(question=question, answer="An answer.") for question in questions]


@pytest.fixture
async def demo(database: Database, built_in_embedder: BuiltInEmbedder) -> Resources:
    resources = Resources(
        settings=Settings(ingest=IngestSettings(workers=1)),
        database=database,
        embedder=built_in_embedder,
    )
    await ingest(resources, [DOCUMENTS / name for name in READ], wait=False)
    await embed_waiting(database, resources.embedder, await ensure_base(resources, "main"))
    return resources


@pytest.fixture
async def small(database: Database) -> Resources:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    await fill(resources, SUPPORT | PLANS)
    return resources


async def ask_on(resources: Resources, question: str, *history: Turn) -> Asked:
    base = await main_base(resources)
    return await follow_up(resources, question, history, viewer=ANONYMOUS, base=base)


async def first_title(resources: Resources, asked: Asked) -> str:
    hits = await search(resources, asked.query, viewer=ANONYMOUS, carried=asked.carried)
    return hits[0].title


@pytest.mark.parametrize(
    "question",
    [
        "And for the Pro plan?",
        "How long?",
        "Pro?",
        "那企业版呢？",
        "它支持快照吗？",
        "Is that all?",
    ],
)
def test_follow_up_gets_the_question_before(question: str) -> None:
    assert stand_alone(question, turns("发票", STARTER)) == f"{STARTER} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset my password?",
        "Is there a free trial of the database?",
        "How many replicas can one instance have?",
        "我应该怎么申请退款？",
        "云数据库支持自动备份吗？",
    ],
)
def test_whole_question_stands_alone(question: str) -> None:
    assert stand_alone(question, turns(STARTER)) == question


def test_chain_of_follow_ups_reaches_back_to_what_it_is_about() -> None:
    asked = stand_alone("And for Business?", turns("Other?", STARTER, "And for the Pro plan?"))
    assert asked == f"{STARTER} And for the Pro plan? And for Business?"


def test_first_question_stands_alone() -> None:
    assert stand_alone("它多少钱？", []) == "它多少钱？"


def test_long_question_before_does_not_make_a_follow_up_too_long() -> None:
    question = "And that?"
    assert stand_alone(question, turns("a" * LONGEST_ASKED)) == question


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("企业版呢？", Lean.POINTS_BACK),
        ("What if I cancel?", Lean.POINTS_BACK),
        ("Did he pay?", Lean.POINTS_BACK),
        ("Backups.", Lean.FRAGMENT),
        ("备份", Lean.FRAGMENT),
        ("How do I connect a domain to my website?", Lean.WHOLE),
        ("By the way, is it free?", Lean.TURNS_AWAY),
        ("换个话题，发票怎么开？", Lean.TURNS_AWAY),
    ],
)
def test_how_a_question_leans_shows_in_its_words(question: str, how: Lean) -> None:
    assert lean(question) is how


async def test_a_follow_up_finds_what_the_conversation_is_about(demo: Resources) -> None:
    found = {}
    for before, question, title in CONVERSATIONS:
        asked = await ask_on(demo, question, *turns(before))
        found[before, question, title] = await first_title(demo, asked)
    assert {said: found[said] for said in found if not found[said].startswith(said[-1])} == {}
    alone = [
        await first_title(demo, Asked(query=question, text=question))
        for _, question, _ in CONVERSATIONS
    ]
    lost = [said for said, title in zip(CONVERSATIONS, alone, strict=True) if title != found[said]]
    assert len(lost) >= 3


async def test_a_code_stays_what_is_asked_about_until_another_is_named(small: Resources) -> None:
    (before,) = turns("What is LH-4031?")
    assert "lh-4031" in (await ask_on(small, "How do I solve it?", before)).carried.codes
    assert not (await ask_on(small, "And LH-4032?", before)).carried.codes


async def test_what_is_carried_counts_less_than_what_is_asked(small: Resources) -> None:
    asked = await ask_on(small, "And the backups?", *turns("What does Site Business cost?"))
    idf = weigh_carried(asked, {"backup": 4.0, "busi": 4.0})
    assert idf == {"backup": 4.0, "busi": 4.0 * TERM_SHARE}
    assert set(asked.carried.terms.values()) == {TERM_SHARE}
    assert all(0 < share < 1 for share in asked.carried.texts.values())


async def test_nothing_is_carried_past_a_change_of_subject(small: Resources) -> None:
    question = "换个话题，发票多久能开？"
    asked = await ask_on(small, question, *turns("云数据库 MySQL 有哪些规格？"))
    assert asked == Asked(query=question, text=question)


async def test_an_abstention_says_nothing_about_the_subject(small: Resources) -> None:
    said = Turn(question="Snapshots?", answer="Our certificate quotas", outcome=Outcome.ABSTAINED)
    abstained = await ask_on(small, "And that?", said)
    assert "certif" not in abstained.carried.terms
    answered = await ask_on(small, "And that?", Turn(question=said.question, answer=said.answer))
    assert "certif" in answered.carried.terms


async def test_titles_of_cited_documents_name_the_subject(small: Resources) -> None:
    said = Turn(question="多少钱？", answer="128 元", titles=("云数据库 MySQL",))
    assert "mysql" in (await ask_on(small, "它怎么备份？", said)).carried.terms
