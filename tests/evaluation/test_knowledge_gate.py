"""Knowledge is gated: an edit that breaks a case does not go live, a harmless one does."""

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shop import TEXT

from kefu.answering import answer
from kefu.audit import record_audit
from kefu.db import Database
from kefu.errors import BadInput, GateClosed
from kefu.evaluation import (
    KnowledgeCheck,
    KnowledgeLimits,
    Plan,
    check_since,
    choose_judge,
    read_lines,
    read_version,
    run_experiment,
    save_version,
    try_change,
    unseal,
)
from kefu.evaluation.affected import Reason
from kefu.evaluation.candidates import set_up
from kefu.evaluation.knowledge_check import Loss, find_loss, load_posed
from kefu.evaluation.knowledge_gate import build_judge
from kefu.evaluation.records import Behaviour, Candidate, Cited, Reply
from kefu.evaluation.replies import list_replies
from kefu.knowledge import Base, Handling, digest_base, get_base, ingest
from kefu.knowledge.withdraw import withdraw
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings
from kefu.viewer import ANONYMOUS

LIMITS = KnowledgeLimits()
REFUNDS = "# Refunds\n\nA refund is paid within 7 days of the purchase. Refunds cost no fee.\n"
FILES = {
    "Refunds.md": REFUNDS,
    "Invoices.md": "# Invoices\n\nAn invoice is sent by e-mail within 3 working days.\n",
    "Errors.md": "# Errors\n\nError LH-4031 says that the account is locked.\n",
    "退款.md": "# 退款\n\n包年订单在 15 天内可以全额退款。\n",
}
TOPICS = (
    "tents sleep four guests", "kayaks are rented by the hour", "the sauna opens at noon",
    "bicycles need a deposit", "breakfast is served until ten", "dogs stay on a leash",
    "the lake freezes in January", "firewood is sold in bags", "the museum has two floors",
    "trains leave every half hour", "the library lends board games", "maps hang in the hall",
    "skis are waxed overnight", "the choir sings on Sundays", "apples ripen in autumn",
    "the cinema shows old comedies", "lamps are repaired here", "the bakery sells rye bread",
)  # fmt: skip


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder in which a question finds some of the documents."""
    folder = tmp_path / "docs"
    folder.mkdir()
    topics = {f"Topic {n}.md": f"# Topic {n}\n\nHere {each}.\n" for n, each in enumerate(TOPICS)}
    for name, text in (FILES | topics).items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
async def resources(committed_database: Database, docs: Path) -> Resources:
    resources = Resources(
        settings=Settings(database_url=committed_database.url, ingest=IngestSettings(workers=1)),
        database=committed_database,
        embedder=FakeEmbedder(),
    )
    await ingest(resources, [docs])
    async with resources.database.transaction() as conn:
        version = await save_version(conn, "shop", read_lines(TEXT), author="li", base="main")
        await unseal(conn, version, author="li", reason="A test.")
    return resources


async def digest(resources: Resources, base: str = "main") -> str:
    async with resources.database.connection() as conn:
        return await digest_base(conn, await get_base(conn, base))


async def gated(resources: Resources, docs: Path, **given: Any) -> KnowledgeCheck:
    """Take the folder in under the gate and give what it saw."""
    seen: list[KnowledgeCheck] = []
    judge = build_judge(resources, LIMITS, on_check=seen.append, **given)
    await ingest(resources, [docs], judge=judge)
    return seen[0]


def worse(check: KnowledgeCheck) -> dict[str, Loss]:
    return {each.affected.posed.case.id: each.loss for each in check.worse}


async def ask(resources: Resources, question: str) -> str:
    return (await answer(resources, question, viewer=ANONYMOUS)).answer


async def test_an_edit_that_breaks_a_case_stays_out_and_says_why(
    resources: Resources, docs: Path
) -> None:
    before = await digest(resources)
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    with pytest.raises(GateClosed) as caught:
        await gated(resources, docs)
    assert "shop@1/a1: wrong. It does not state: 7 days." in str(caught.value)
    assert await digest(resources) == before
    assert "7 days" in await ask(resources, "Within how many days is a refund paid?")
    with pytest.raises(GateClosed):  # nothing was remembered of the file either
        await gated(resources, docs)


async def test_a_harmless_edit_goes_live(resources: Resources, docs: Path) -> None:
    (docs / "Refunds.md").write_text(REFUNDS + "\nThe refund goes to the card it came from.\n")
    (docs / "Parking.md").write_text("# Parking\n\nThe garage closes at 9 pm.\n")
    check = await gated(resources, docs)
    assert check.is_passed
    assert check.worse == []
    assert {each.kind for each in check.changes} == {"added", "changed"}
    assert "9 pm" in await ask(resources, "When does the garage close?")
    assert "card" in await ask(resources, "To which card goes the refund?")


async def test_a_deleted_document_is_caught(resources: Resources, docs: Path) -> None:
    before = await digest(resources)
    (docs / "Errors.md").unlink()
    with pytest.raises(GateClosed, match=r"a2: abstained\."):
        await gated(resources, docs)
    judge = build_judge(resources, LIMITS)
    with pytest.raises(GateClosed, match=r"a2: abstained\."):
        await withdraw(resources.database, docs / "Errors.md", base_name="main", judge=judge)
    assert await digest(resources) == before


async def test_a_document_that_no_case_names_is_found_by_the_questions_that_find_it(
    resources: Resources, docs: Path
) -> None:
    (docs / "Holiday.md").write_text(
        "# Holidays\n\nIn December an invoice is sent by e-mail within 30 working days.\n"
    )
    check = await try_change(resources, [docs], "main", LIMITS)
    reasons = {each.posed.case.id: each.reason for each in check.affected}
    assert reasons["a3"] is Reason.FINDS
    assert len(reasons) < check.case_count


async def test_what_only_some_may_read_decides_by_their_rights(
    resources: Resources, docs: Path, tmp_path: Path
) -> None:
    staff = tmp_path / "staff"
    staff.mkdir()
    (staff / "Limit.md").write_text("# Goodwill\n\nGoodwill is granted up to 50 euros.\n")
    await ingest(resources, [staff], handling=Handling(audience="staff"))
    lines = (
        '{"id": "s1", "question": "Up to how many euros is goodwill granted?",'
        ' "facts": ["50 euros"], "audiences": ["staff"], "split": "train"}\n'
        '{"id": "p1", "question": "Up to how many euros is goodwill granted?",'
        ' "behaviour": "abstain", "split": "train"}'
    )
    async with resources.database.transaction() as conn:
        await save_version(conn, "goodwill", read_lines(lines), author="li", base="main")
    (staff / "Limit.md").write_text("# Goodwill\n\nGoodwill is granted up to 20 euros.\n")
    with pytest.raises(GateClosed) as caught:
        await ingest(resources, [staff], judge=build_judge(resources, LIMITS))
    assert "goodwill@1/s1: wrong" in str(caught.value)
    assert "p1" not in str(caught.value)
    (staff / "Limit.md").write_text("# Goodwill\n\nGoodwill is granted up to 50 euros.\n")
    with pytest.raises(GateClosed, match="p1: wrong"):  # the same text, for everybody's eyes
        await ingest(
            resources,
            [staff],
            handling=Handling(audience="public"),
            judge=build_judge(resources, LIMITS),
        )
    assert "50" not in await ask(resources, "Up to how many euros is goodwill granted?")


async def test_cases_of_other_bases_are_not_asked(resources: Resources, docs: Path) -> None:
    async with resources.database.transaction() as conn:
        await save_version(conn, "other", read_lines(TEXT), author="li", base="other")
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    check = await try_change(resources, [docs], "main", LIMITS)
    assert check.case_count == 6
    assert {each.posed.version.dataset for each in check.affected} == {"shop"}
    await ingest(resources, [docs], base_name="other", judge=build_judge(resources, LIMITS))


async def test_only_what_has_to_do_with_the_change_is_asked_again(
    resources: Resources, docs: Path
) -> None:
    (docs / "Errors.md").write_text("# Errors\n\nError LH-4031: the account is locked for now.\n")
    check = await try_change(resources, [docs], "main", LIMITS)
    reasons = {each.posed.case.id: each.reason for each in check.affected}
    assert reasons["a2"] is Reason.NAMED
    assert len(check.affected) < check.case_count


async def test_trying_a_change_leaves_nothing(resources: Resources, docs: Path) -> None:
    before = await digest(resources)
    (docs / "Refunds.md").unlink()
    check = await try_change(resources, [docs], "main", LIMITS)
    assert set(worse(check)) == {"a1"}
    assert not check.is_passed
    assert await digest(resources) == before


async def test_somebodys_word_lets_a_change_pass_and_is_recorded(
    resources: Resources, docs: Path
) -> None:
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    await gated(resources, docs, override="The law changed; ticket 4711.")
    assert "14 days" in await ask(resources, "Within how many days is a refund paid?")
    async with resources.database.connection() as conn:
        cursor = await conn.execute(
            "select subject, details from audit_entries where action = 'knowledge.gate_overridden'"
        )
        ((subject, details),) = await cursor.fetchall()
    assert subject == "main"
    assert details["reason"] == "The law changed; ticket 4711."
    assert details["cases"] == ["a1: wrong"]
    with pytest.raises(BadInput, match="Say why"):
        build_judge(resources, LIMITS, override=" ")


async def test_cases_that_are_not_protected_do_not_count(resources: Resources, docs: Path) -> None:
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    limits = KnowledgeLimits(protected=("language:zh", "tag:codes"))
    check = await try_change(resources, [docs], "main", limits)
    assert worse(check) == {"a1": Loss.WRONG}
    assert check.is_passed
    assert not (await try_change(resources, [docs], "main", LIMITS)).is_passed


async def test_sealed_cases_count_and_are_not_named(resources: Resources, docs: Path) -> None:
    line = TEXT.splitlines()[0].replace("validation", "test").replace("a1", "t1")
    async with resources.database.transaction() as conn:
        await save_version(conn, "sealed", read_lines(line), author="li", base="main")
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    with pytest.raises(GateClosed) as caught:
        await gated(resources, docs)
    assert "2 of" in str(caught.value)
    assert "1 sealed cases." in str(caught.value)
    assert "t1" not in str(caught.value)


async def test_what_went_live_ungated_is_told_by_the_last_results(
    resources: Resources, docs: Path
) -> None:
    with pytest.raises(BadInput, match="No experiment was run"):
        await check_since(resources, "main", LIMITS)
    async with resources.database.connection() as conn:
        version = await read_version(conn, "shop")
    await run_experiment(resources, Plan(version=version, author="li"))
    assert (await check_since(resources, "main", LIMITS)).affected == []
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    (docs / "Errors.md").unlink()
    await ingest(resources, [docs])
    check = await check_since(resources, "main", LIMITS)
    assert worse(check) == {"a1": Loss.WRONG, "a2": Loss.ABSTAINED}
    assert check.unknown_count == 0
    again = await check_since(resources, "main", LIMITS)  # asking does not make it usual
    assert worse(again) == worse(check)


async def test_customers_read_what_was_there_while_a_change_is_looked_at(
    resources: Resources, docs: Path
) -> None:
    answers: list[str] = []

    async def look(candidate: Database, base: Base) -> None:
        answers.append(await ask(resources, "Within how many days is a refund paid?"))

    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    await ingest(resources, [docs], judge=look)
    assert "7 days" in answers[0]
    assert "14 days" in await ask(resources, "Within how many days is a refund paid?")


async def test_nobody_who_records_waits_for_a_change_that_is_looked_at(
    resources: Resources, docs: Path
) -> None:
    async def look(candidate: Database, base: Base) -> None:
        async with asyncio.timeout(10), resources.database.transaction() as conn:
            await record_audit(conn, actor="li", action="staff.signed_in", subject="li")

    (docs / "Errors.md").unlink()
    await ingest(resources, [docs], judge=look)
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select action from audit_entries order by number")
        actions = [action for (action,) in await cursor.fetchall()]
    assert actions[-2:] == ["staff.signed_in", "knowledge.withdrawn"]


async def test_gates_toml_can_ask_for_it_always(
    resources: Resources, docs: Path, tmp_path: Path
) -> None:
    assert choose_judge(resources, is_asked=False) is None
    assert choose_judge(resources, is_asked=True) is not None
    (tmp_path / "gates.toml").write_text("[knowledge]\ngated = true\n")
    judge = choose_judge(resources, is_asked=False)
    (docs / "Errors.md").unlink()
    with pytest.raises(GateClosed):
        await ingest(resources, [docs], judge=judge)
    with pytest.raises(BadInput, match="no-wait"):
        await ingest(resources, [docs], judge=judge, wait=False)


GATED = """
import asyncio, sys
from pathlib import Path
from kefu.db import open_database
from kefu.knowledge import ingest
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings

async def look(candidate, base):
    print("looks", flush=True)
    await asyncio.sleep(60)

async def main(url, folder):
    settings = Settings(database_url=url)
    async with open_database(settings) as database:
        resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
        await ingest(resources, [Path(folder)], judge=look)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_killed_in_the_middle_it_leaves_nothing(resources: Resources, docs: Path) -> None:
    before = await digest(resources)
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    (docs / "Errors.md").unlink()
    with subprocess.Popen(  # noqa: ASYNC220 - nothing else is to run
        [sys.executable, "-c", GATED, resources.database.url, docs],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "looks\n"
        process.send_signal(signal.SIGKILL)
    await asyncio.sleep(0.3)  # until the server has noticed
    assert await digest(resources) == before
    await ingest(resources, [docs])
    assert await digest(resources) != before


async def test_replies_are_kept_for_the_next_change(resources: Resources, docs: Path) -> None:
    (docs / "Refunds.md").write_text(REFUNDS + "\nThe refund goes to the card it came from.\n")
    first = await gated(resources, docs)
    async with resources.database.connection() as conn:
        before = await set_up(resources, Candidate(), base_name="main")
        posed = await load_posed(conn, "main")
        kept = await list_replies(conn, before, posed)
    touched = {each.posed.case.asked_digest for each in first.affected}
    assert kept.keys() == first.after.keys() >= touched
    assert {digest for digest, each in kept.items() if each.is_carried}.isdisjoint(touched)
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))
    check = await try_change(resources, [docs], "main", LIMITS)
    assert worse(check) == {"a1": Loss.WRONG}
    assert "7 days" in check.worse[0].before.answer
    assert check.worse[0].before == kept[check.worse[0].affected.posed.case.asked_digest].reply


async def test_only_a_right_answer_can_be_lost(resources: Resources) -> None:
    async with resources.database.connection() as conn:
        (case, *_) = [each.case for each in await load_posed(conn, "main")]
    cited = Cited(marker=1, uri="/Other.md", id=None, quote="", text="It takes 7 days.")
    right = Reply(
        answer="7 days", behaviour=Behaviour.ANSWER, language="en", mode="", confidence=1.0,
        citations=(replace(cited, uri="/Refunds.md"),),
    )  # fmt: skip
    wrong = replace(right, answer="9 days")
    silent = replace(right, answer="", behaviour=Behaviour.ABSTAIN, citations=())
    assert find_loss(case, right, wrong) is Loss.WRONG
    assert find_loss(case, right, silent) is Loss.ABSTAINED
    assert find_loss(case, wrong, silent) is None
    assert find_loss(case, wrong, replace(wrong, citations=())) is None
    assert find_loss(case, right, replace(right, citations=(cited,))) is None
    unsaid = replace(cited, text="It takes a while.")
    assert find_loss(case, right, replace(right, citations=(unsaid,))) is Loss.UNCITED
