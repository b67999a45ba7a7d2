"""What becomes of a prompt in the database."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from specifications import GOOD

from kefu.audit import AuditFilter, list_entries
from kefu.db import Connection, Database
from kefu.errors import BadInput, NotFound
from kefu.prompts import (
    SHIPPED,
    Label,
    PromptKey,
    label_version,
    list_shipped,
    load_live,
    parse_reference,
    read_reference,
    restore_version,
    save_prompt,
)
from kefu.prompts.files import export_prompts, import_prompts
from kefu.prompts.store import list_labellings
from kefu.prompts.versions import list_history, list_prompts

SORT = PromptKey(name="sort", language="en")
ANSWER = PromptKey(name="answer", language="en")
OWN = next(each for each in list_shipped() if each.key == ANSWER).text.replace(
    "One to five short sentences", "One to three short sentences"
)
AUTHOR = "li@example.com"


async def save(conn: Connection, text: str = GOOD, **others: str) -> int:
    return (await save_prompt(conn, text, author=AUTHOR, **others)).number


async def test_versions_are_counted_and_keep_who_wrote_them_and_why(conn: Connection) -> None:
    assert await save(conn, note="First.") == 1
    assert await save(conn, GOOD + "\nMore.\n", note=" two\nlines ") == 2
    latest, first = await list_history(conn, SORT)
    assert (latest.number, latest.author, latest.note) == (2, AUTHOR, "two lines")
    assert (first.text, first.note) == (GOOD, "First.")
    assert len(first.digest) == 64 != latest.digest
    assert first.created_at is not None
    assert latest.created_at is not None
    assert latest.created_at > first.created_at


async def test_the_same_text_makes_no_other_version(conn: Connection) -> None:
    assert await save(conn) == 1
    assert await save(conn, GOOD.replace("\n", "\r\n")) == 1


async def test_a_version_saved_last_is_the_draft(conn: Connection) -> None:
    await save(conn)
    await save(conn, GOOD + "\nMore.\n")
    (summary,) = [each for each in await list_prompts(conn) if each.key == SORT]
    assert summary.labels == {Label.DRAFT: 2}
    assert (summary.version_count, summary.is_shipped) == (2, False)


async def test_what_was_saved_can_neither_be_changed_nor_deleted(conn: Connection) -> None:
    await save(conn)
    for statement in (
        "update prompt_versions set text = 'x'",
        "delete from prompt_versions",
        "truncate prompt_versions cascade",
        "update prompt_labellings set number = 0",
        "delete from prompt_labellings",
    ):
        with pytest.raises(psycopg.errors.RaiseException, match="only added to"):
            async with conn.transaction():
                await conn.execute(statement)


async def test_restoring_adds_a_version_and_loses_none(conn: Connection) -> None:
    await save(conn)
    await save(conn, GOOD + "\nMore.\n")
    restored = await restore_version(conn, SORT, 1, author=AUTHOR)
    assert (restored.number, restored.text) == (3, GOOD)
    assert restored.note == "Restored from sort.en@1."
    assert len(await list_history(conn, SORT)) == 3


async def test_without_a_version_of_its_own_a_company_uses_what_is_shipped(
    conn: Connection,
) -> None:
    live = await load_live(conn, "answer", language="zh")
    assert str(live.version) == "answer.en@shipped"
    assert (await load_live(conn, "judge", language="zh")).specification.key.language == "zh"
    with pytest.raises(NotFound):
        await load_live(conn, "sort", language="en")


async def test_a_label_makes_a_version_live_and_another_takes_it_back(conn: Connection) -> None:
    number = await save(conn, OWN)
    assert str((await load_live(conn, "answer", language="en")).version) == "answer.en@shipped"
    await label_version(conn, ANSWER, number, Label.LIVE, author=AUTHOR)
    live = await load_live(conn, "answer", language="zh")
    assert str(live.version) == "answer.en@1"
    assert "One to three" in live.specification.instructions
    await label_version(conn, ANSWER, SHIPPED, Label.LIVE, author=AUTHOR)
    assert (await load_live(conn, "answer", language="en")).version.number == SHIPPED
    history = [(each.label, each.number) for each in await list_labellings(conn, ANSWER)]
    assert history == [(Label.LIVE, 0), (Label.LIVE, 1), (Label.DRAFT, 1)]


async def test_a_prompt_in_the_language_of_the_customer_comes_first(conn: Connection) -> None:
    chinese = OWN.replace("language: en", "language: zh", 1).replace("## Role", "## 角色")
    number = await save(conn, chinese)
    key = PromptKey(name="answer", language="zh")
    await label_version(conn, key, number, Label.LIVE, author=AUTHOR)
    assert (await load_live(conn, "answer", language="zh")).version.key == key
    assert (await load_live(conn, "answer", language="en")).version.key == ANSWER


async def test_who_did_what_to_which_version_is_recorded_for_good(conn: Connection) -> None:
    number = await save(conn, OWN)
    await save(conn, OWN)  # the same text makes no version
    await label_version(conn, ANSWER, number, Label.CANDIDATE, author=AUTHOR)
    await label_version(conn, ANSWER, number, Label.LIVE, author="wei")
    await restore_version(conn, ANSWER, SHIPPED, author="wei")
    entries = await list_entries(conn, AuditFilter(action="prompt"), limit=10)
    assert [(each.actor, each.action, each.subject) for each in reversed(entries)] == [
        (AUTHOR, "prompt.saved", "answer.en@1"),
        (AUTHOR, "prompt.labelled", "answer.en@1"),
        ("wei", "prompt.released", "answer.en@1"),
        ("wei", "prompt.restored", "answer.en@2"),
    ]
    assert entries[1].facts["label"] == "live"
    assert entries[1].facts["number_before"] == SHIPPED
    assert entries[0].facts["note"] == "Restored from answer.en@shipped."


async def test_what_lint_finds_an_error_in_does_not_go_live(conn: Connection) -> None:
    number = await save(conn, OWN.replace("$question\n", "{{question}}\n"))
    await label_version(conn, ANSWER, number, Label.CANDIDATE, author=AUTHOR)
    with pytest.raises(BadInput, match=r"placeholder-foreign \(\{\{question\}\}\)"):
        await label_version(conn, ANSWER, number, Label.LIVE, author=AUTHOR)
    assert (await load_live(conn, "answer", language="en")).version.number == SHIPPED


async def test_a_live_version_that_cannot_be_filled_in_gives_way_to_the_shipped_one(
    conn: Connection,
) -> None:
    """As after an upgrade that no longer gives a variable."""
    needing = OWN.replace("variables:\n", "variables:\n  mood: {type: line}\n", 1)
    number = await save(conn, needing)
    await conn.execute(
        "insert into prompt_labellings (name, language, label, number, author)"
        " values ('answer', 'en', 'live', %s, 'x')",
        [number],
    )
    assert (await load_live(conn, "answer", language="en")).version.number == SHIPPED


async def test_what_is_not_there_is_not_found(conn: Connection) -> None:
    await save(conn)
    for number in (2, SHIPPED):
        with pytest.raises(NotFound):
            await label_version(conn, SORT, number, Label.DRAFT, author=AUTHOR)
    with pytest.raises(NotFound, match="candidate"):
        await read_reference(conn, parse_reference("sort@candidate"))
    with pytest.raises(NotFound, match="prompts list"):
        await list_history(conn, PromptKey(name="nothing", language="en"))


@pytest.mark.parametrize("text", ["", "Answer", "answer@", "answer@-1", "answer.fr", "a b", "../x"])
def test_a_name_that_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="names no prompt"):
        parse_reference(text)


async def test_a_text_is_saved_only_under_its_own_name(conn: Connection) -> None:
    with pytest.raises(BadInput, match=r"names the prompt sort\.en, not answer\.en"):
        await save_prompt(conn, GOOD, author=AUTHOR, key=ANSWER)


async def test_files_leave_and_come_back_unchanged(conn: Connection, tmp_path: Path) -> None:
    number = await save(conn, OWN)
    await label_version(conn, ANSWER, number, Label.LIVE, author=AUTHOR)
    await save(conn, OWN.replace("three", "two"))
    written = await export_prompts(conn, tmp_path / "prompts")
    assert len(written) == len(list_shipped())
    assert (tmp_path / "prompts" / "answer.en.md").read_text() == OWN
    imported = await import_prompts(conn, tmp_path / "prompts", author=AUTHOR)
    assert [each for each in imported if each.is_saved] == []
    assert len(await list_history(conn, ANSWER)) == 3


async def test_a_changed_file_becomes_a_draft(conn: Connection, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(OWN)
    (tmp_path / "sort.md").write_text(GOOD)
    imported = await import_prompts(conn, tmp_path, author=AUTHOR)
    assert [str(each.version) for each in imported] == ["answer.en@1", "sort.en@1"]
    assert imported[0].version.note == "From a.md."
    assert (await load_live(conn, "answer", language="en")).version.number == SHIPPED


async def test_one_bad_file_keeps_all_out(conn: Connection, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD)
    (tmp_path / "b.md").write_bytes(b"\xff")
    with pytest.raises(BadInput, match=r"b\.md is not UTF-8"):
        await import_prompts(conn, tmp_path, author=AUTHOR)
    (tmp_path / "b.md").write_text("hello")
    with pytest.raises(BadInput, match=r"b\.md: The prompt has no front matter"):
        await import_prompts(conn, tmp_path, author=AUTHOR)
    with pytest.raises(NotFound):
        await list_history(conn, SORT)


async def test_saves_at_the_same_time_get_different_numbers(committed_database: Database) -> None:
    async def save_one(number: int) -> int:
        async with committed_database.transaction() as conn:
            return await save(conn, f"{GOOD}\nMore {number}.\n")

    numbers = await asyncio.gather(*(save_one(number) for number in range(8)))
    assert sorted(numbers) == list(range(1, 9))
