"""What a change of the knowledge does that no case asks stops it, until somebody vouches for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kefu.db import Database
from kefu.errors import GateClosed
from kefu.evaluation import (
    Behaviour,
    Case,
    KnowledgeCheck,
    KnowledgeLimits,
    read_lines,
    save_version,
    try_change,
)
from kefu.evaluation.knowledge_gate import build_judge
from kefu.evaluation.proposing import ask_statement, propose_unproven
from kefu.evaluation.store.proposals import list_proposals
from kefu.evaluation.summaries import list_unproven, write_check_junit, write_check_markdown
from kefu.evaluation.unproven import Doubt, Unproven
from kefu.knowledge import ingest
from kefu.knowledge.withdraw import withdraw
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings

LIMITS = KnowledgeLimits()
PRICES = """# Prices

## Plans

| Plan | Price | Users |
|---|---|---|
| Basic | 99 yuan | 5 |
| Pro | 199 yuan | 20 |

## Refunds

A refund is paid within 7 days of the purchase.

Gift cards cannot be refunded.

Have a nice day.
"""
REFUND = "A refund is paid within {} days of the purchase."
GIFTS = "Gift cards cannot be refunded."
FILES = {
    "Prices.md": PRICES,
    "Prices at a glance.md": f"# Prices at a glance\n\n{REFUND.format(7)}\n",
    "Parking.md": "# Parking\n\nThe garage closes at 9 pm.\n",
    "退款.md": "# 退款\n\n包年订单在 15 天内可以全额退款。礼品卡不能退款。\n",
}
CASES = """
{"question": "What does Basic cost?", "facts": ["99 yuan"], "citations": ["Prices.md"]}
{"question": "When does the garage close?", "facts": ["9 pm"], "citations": ["Parking.md"]}
"""


@pytest.fixture
async def resources(committed_database: Database, tmp_path: Path) -> Resources:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    resources = Resources(
        settings=Settings(database_url=committed_database.url, ingest=IngestSettings(workers=1)),
        database=committed_database,
        embedder=FakeEmbedder(),
    )
    await ingest(resources, [tmp_path])
    async with resources.database.transaction() as conn:
        await save_version(conn, "shop", read_lines(CASES), author="li", base="main")
    return resources


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    yield
    path.write_text(text)


async def look(resources: Resources, folder: Path) -> KnowledgeCheck:
    return await try_change(resources, [folder], "main", LIMITS)


def told(check: KnowledgeCheck) -> list[tuple[str, str, str]]:
    return [(each.doubt, each.before, each.after) for each in check.unproven]


async def test_each_edit_is_proven_by_a_case_or_listed(
    resources: Resources, tmp_path: Path
) -> None:
    prices = tmp_path / "Prices.md"
    pro = "Plan: Pro; Price: {} yuan; Users: 20"
    edits = {
        ("Have a nice day.", "See you soon."): [],
        ("Gift cards", "The **gift** cards"): [],
        ("## Refunds", "New: 3 more plans come in May.\n\n## Refunds"): [],
        ("199 yuan", "299 yuan"): [("changed", pro.format(199), pro.format(299))],
        ("cannot", "can"): [
            ("changed", GIFTS, "Gift cards can be refunded.")
        ],
        (f"{GIFTS}\n\n", ""): [("gone", GIFTS, "")],
        ("within 7", "within 9"): [("contradicted", REFUND.format(7), REFUND.format(9))],
        (REFUND.format(7), ""): [],  # another document about prices says it
        ("Have a nice day.", "Have a â€œnice daysâ€."): [
            ("garbled", "", "Have a â€œnice daysâ€.")
        ],
    }  # fmt: skip
    for (old, new), expected in edits.items():
        with edited(prices, old, new):
            check = await look(resources, tmp_path)
        assert told(check) == expected, (old, new)
        assert check.is_proven == (not expected)
    with edited(tmp_path / "Parking.md", "9 pm", "8 pm"):
        check = await look(resources, tmp_path)
    assert (told(check), check.loss_count) == ([], 1)  # a case asks it, and that decides


DEARER = PRICES.replace("199 yuan", "299 yuan")
TENTS = "| Tent | Price |\n|---|---|\n| Small | 9 yuan |\n"


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("Prices (1).md", DEARER, 1),
        ("Announcement.md", f"# Announcement\n\n{REFUND.format(30)}\n", 1),
        ("Prices 2027.md", f"---\nvalid from: 2099-01-01\n---\n{DEARER}", 0),
        ("Prices (copy).md", PRICES, 0),
        ("Tents.md", f"# Prices of tents\n\n{TENTS}\n\nA refund of tents is paid in 9 days.\n", 0),
        ("价格.md", "# 价格\n\n购买后 7 天内退款。礼品卡不能退款。\n", 0),
    ],
)
async def test_what_is_added_may_not_contradict_what_stands(
    resources: Resources, tmp_path: Path, name: str, text: str, count: int
) -> None:
    (tmp_path / name).write_text(text)
    check = await look(resources, tmp_path)
    found = {each.after: each for each in check.unproven}
    assert len(found) == count
    for after, each in found.items():
        assert (each.doubt, each.before, Path(each.uri).name) == ("contradicted", "", name)
        assert any(after.replace(*pair) in each.elsewhere for pair in (("299", "199"), ("30", "7")))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("valid_until: 2020-09-30", "held until 2020-09-30"),
        ("status: superseded", "is marked as outdated"),
        ("effective: 2099-01-01", "holds from 2099-01-01"),
        ("valid_until: 2099-09-30", None),
        ("reviewed: 2020-09-30", None),
    ],
)
async def test_a_page_that_holds_no_longer_is_told(
    resources: Resources, tmp_path: Path, fields: str, reason: str | None
) -> None:
    (tmp_path / "Prices.md").write_text(f"---\n{fields}\n---\n{PRICES}")
    expected = [("lapsed", "Prices", reason)] if reason else []
    check = await look(resources, tmp_path)
    assert told(check) == expected
    if reason is None:
        return
    assert ask_statement(check.unproven[0]) is None
    (tmp_path / "Prices 2026.md").write_text(f"---\nsupersedes: Prices\n---\n{PRICES}")
    assert told(await look(resources, tmp_path)) == []  # its place is taken


async def test_a_case_about_a_figure_does_not_prove_the_words_beside_it(
    resources: Resources, tmp_path: Path
) -> None:
    parking = tmp_path / "Parking.md"
    with edited(parking, "The garage closes at 9 pm.", "The garage opens at 9 pm."):
        assert [each[0] for each in told(await look(resources, tmp_path))] == ["changed"]


async def test_a_case_about_the_same_figure_elsewhere_proves_nothing(
    resources: Resources, tmp_path: Path
) -> None:
    with edited(tmp_path / "Prices.md", GIFTS, "Gift cards can be refunded within 99 yuan."):
        assert [each[0] for each in told(await look(resources, tmp_path))] == ["changed"]


async def test_what_moves_to_another_page_is_still_stated(
    resources: Resources, tmp_path: Path
) -> None:
    see = "See also the page about gift cards, which cannot be refunded here."
    (tmp_path / "Prices of gift cards.md").write_text(f"# Prices of gift cards\n\n{GIFTS}\n")
    with edited(tmp_path / "Prices.md", GIFTS, see):
        assert told(await look(resources, tmp_path)) == []


async def test_a_page_under_another_name_is_held_against_what_it_was(
    resources: Resources, tmp_path: Path
) -> None:
    (tmp_path / "Prices.md").unlink()
    renamed = tmp_path / "price-list.md"
    reworded = PRICES.replace("# Prices", "# PRICES").replace(
        GIFTS, "You cannot have gift cards refunded."
    )
    renamed.write_text(reworded)
    assert told(await look(resources, tmp_path)) == []
    renamed.write_text(reworded.replace("199 yuan", "299 yuan"))
    ((doubt, before, after),) = told(await look(resources, tmp_path))
    assert (doubt, "199 yuan" in before, "299 yuan" in after) == ("changed", True, True)
    renamed.write_text(reworded.replace("# PRICES", "# What it costs"))
    assert told(await look(resources, tmp_path)) == []  # most of it stands there
    renamed.write_text(f"# Tents\n\n{REFUND.format(7)}\n\nYou cannot have gift cards refunded.\n")
    check = await look(resources, tmp_path)
    assert ("gone", GIFTS, "") in told(check)  # another page


async def test_an_announcement_does_not_change_a_rule_alone(
    resources: Resources, tmp_path: Path
) -> None:
    news = "# News\n\nFrom 1 May 2026 refunds of a purchase are paid within 20 days.\n"
    (tmp_path / "News.md").write_text(news)
    assert [each[0] for each in told(await look(resources, tmp_path))] == ["contradicted"]


async def test_a_file_that_is_saved_empty_is_told_until_it_is_withdrawn(
    resources: Resources, tmp_path: Path
) -> None:
    parking = tmp_path / "Parking.md"
    parking.write_text("")
    check = await look(resources, tmp_path)
    assert [(each.doubt, each.uri, each.before) for each in check.unproven] == [
        ("unreadable", str(parking), "Parking")
    ]
    assert "holds no text" in check.unproven[0].after
    with pytest.raises(GateClosed, match=r"Parking\.md: unreadable: Parking -> .* holds no text"):
        await ingest(resources, [tmp_path], judge=build_judge(resources, LIMITS))
    report = await ingest(resources, [tmp_path])
    assert [(each.path, each.held_count) for each in report.problems] == [(str(parking), 1)]
    assert (await look(resources, tmp_path)).is_proven  # it was so before
    judge = build_judge(resources, LIMITS, override="The garage was closed.")
    await withdraw(resources.database, parking, base_name="main", judge=judge)
    parking.unlink()
    parking.symlink_to(tmp_path / "nowhere.md")
    report = await ingest(resources, [tmp_path])
    assert [(each.path, each.held_count) for each in report.problems] == [(str(parking), 0)]


async def test_a_file_that_cannot_be_opened_any_more_is_told(
    resources: Resources, tmp_path: Path
) -> None:
    (tmp_path / "Parking.md").unlink()
    (tmp_path / "Parking.md").symlink_to(tmp_path / "nowhere.md")
    check = await look(resources, tmp_path)
    assert [each.doubt for each in check.unproven] == ["unreadable"]


async def test_who_looked_at_it_lets_it_pass_and_the_audit_log_says_so(
    resources: Resources, tmp_path: Path
) -> None:
    (tmp_path / "Prices.md").write_text(PRICES.replace("199 yuan", "299 yuan"))
    (tmp_path / "退款.md").unlink()
    with pytest.raises(GateClosed) as caught:
        await ingest(resources, [tmp_path], judge=build_judge(resources, LIMITS))
    assert "3 statements would change although no case asks them" in str(caught.value)
    assert "Prices.md, Plans: changed: Plan: Pro; Price: 199 yuan; Users: 20 ->" in str(
        caught.value
    )
    check = await look(resources, tmp_path)
    assert "Asked by no case: 3 (at most 0)" in write_check_markdown(check)
    assert write_check_junit(check).count('message="no case asks it"') == 3
    assert "/退款.md" in list_unproven(check)[2]
    async with resources.database.transaction() as conn:
        assert await propose_unproven(conn, "shop", check.unproven, base="main") == 3
        assert await propose_unproven(conn, "shop", check.unproven, base="main") == 0
        assert len(await list_proposals(conn, "shop")) == 3
    seen: list[KnowledgeCheck] = []
    judge = build_judge(resources, LIMITS, acknowledge="Prices of December.", on_check=seen.append)
    await ingest(resources, [tmp_path], judge=judge)
    assert not seen[0].is_passed
    async with resources.database.connection() as conn:
        rows = await conn.execute(
            "select details from audit_entries where action = 'knowledge.unproven_acknowledged'"
        )
        (details,) = await rows.fetchone() or ({},)
    assert (details["reason"], details["unproven"]) == ("Prices of December.", 3)


async def test_an_acknowledgement_is_no_excuse_for_a_lost_case(
    resources: Resources, tmp_path: Path
) -> None:
    (tmp_path / "Parking.md").write_text("# Parking\n\nThe garage closes at 8 pm.\n")
    judge = build_judge(resources, LIMITS, acknowledge="It closes earlier.")
    with pytest.raises(GateClosed):
        await ingest(resources, [tmp_path], judge=judge)


def ask(**given: str) -> Case:
    unproven = Unproven(
        **{
            "doubt": Doubt.CHANGED,
            "uri": "/docs/Prices.md",
            "id": None,
            "place": ("Prices", "Plans"),
            "before": "Plan: Pro; Price: 199 yuan",
            "after": "Plan: Pro; Price: 299 yuan",
            "language": "en",
            "audience": "public",
        }
        | given
    )
    case = ask_statement(unproven)
    assert case is not None
    return case


def test_the_case_that_is_proposed_asks_the_statement_as_it_will_be() -> None:
    case = ask()
    assert case.question == "What does “Prices” say about “Plans – Pro”?"
    assert case.facts == (("299 yuan",),)
    assert case.citations == (("/docs/Prices.md",),)
    gone = ask(after="")
    assert (gone.behaviour, gone.facts) == (Behaviour.ABSTAIN, ())
    assert gone.forbidden == ("199 yuan",)
    rule = ask(before="Gift cards cannot be refunded.", after="Gift cards can be refunded.")
    assert rule.facts == (("Gift cards can be refunded",),)
