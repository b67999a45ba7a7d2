"""Bringing a base up to date: nothing twice, nothing lost, everything for whom it is meant."""

import asyncio
import os
from pathlib import Path

import pytest
from taken_in import (
    CountingEmbedder,
    empty,
    holdings,
    live,
    move_away,
    require_right_statistics,
    rows,
    take_in,
    write,
    write_lines,
)

from kefu.db import Database
from kefu.errors import BadInput, Conflict, ModelUnavailable, NotFound
from kefu.knowledge import Handling, find_base, get_base, list_statuses
from kefu.knowledge.store.bases import only_writer
from kefu.knowledge.withdraw import withdraw
from kefu.llm import FakeEmbedder, Vectors
from kefu.resources import Resources

REFUND = "Refunds are paid within seven days."
DELIVERY = "货物将在三天内送达。"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    write(tmp_path / "docs", {"refund.md": REFUND, "delivery.txt": DELIVERY})
    return tmp_path / "docs"


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "faq.jsonl"
    write_lines(path, [{"id": n, "title": f"T{n}", "text": f"Answer {n}."} for n in range(5)])
    return path


async def test_files_become_documents_with_chunks_terms_and_vectors(
    resources: Resources, docs: Path
) -> None:
    report = await take_in(resources, docs)
    assert (report.file_count, report.read_count, report.added_count) == (2, 2, 2)
    assert (report.chunk_count, report.embedded_count, report.waiting_count) == (2, 2, 0)
    assert set(await live(resources.database)) == {REFUND, DELIVERY}
    await require_right_statistics(resources.database)


async def test_unchanged_files_cost_nothing(
    resources: Resources, docs: Path, embedder: CountingEmbedder
) -> None:
    await take_in(resources, docs)
    before, embedded = await live(resources.database), len(embedder.texts)
    report = await take_in(resources, docs)
    assert (report.unchanged_count, report.read_count, report.chunk_count) == (2, 0, 0)
    assert await live(resources.database) == before
    assert len(embedder.texts) == embedded


async def test_upgrade_reads_files_again_and_keeps_vectors_of_chunks_that_stay(
    resources: Resources, docs: Path, embedder: CountingEmbedder
) -> None:
    write(docs, {"post.md": "# Post\n\nReturns go by post."})
    await take_in(resources, docs)
    before = await live(resources.database, columns="d.id, c.embedding::text")
    embedded = len(embedder.texts)
    async with resources.database.transaction() as conn:
        await conn.execute("update files set checksum = regexp_replace(checksum, '.*:', '')")
        await conn.execute("update documents set checksum = 'of another version'")
    (docs / "post.md").rename(docs / "mail.md")
    report = await take_in(resources, docs)
    assert (report.unchanged_count, report.read_count, report.changed_count) == (0, 3, 3)
    assert await live(resources.database, columns="d.id, c.embedding::text") == before
    assert len(embedder.texts) == embedded
    assert (await take_in(resources, docs)).unchanged_count == 3
    await require_right_statistics(resources.database)


async def test_touched_file_is_not_parsed(resources: Resources, docs: Path) -> None:
    await take_in(resources, docs)
    os.utime(docs / "refund.md", ns=(1, 1))
    report = await take_in(resources, docs)
    assert (report.unchanged_count, report.read_count) == (2, 0)


async def test_changed_file_replaces_what_it_held(resources: Resources, docs: Path) -> None:
    await take_in(resources, docs)
    (document, _), changed = (await live(resources.database))[REFUND], "Refunds take nine days."
    write(docs, {"refund.md": changed})
    report = await take_in(resources, docs)
    assert (report.changed_count, report.added_count, report.read_count) == (1, 0, 1)
    after = await live(resources.database, columns="d.id, d.version")
    assert after[changed] == (document, 2)
    assert set(after) == {changed, DELIVERY}
    await require_right_statistics(resources.database)


async def test_vanished_file_is_withdrawn_and_comes_back_as_the_same_document(
    resources: Resources, docs: Path
) -> None:
    await take_in(resources, docs)
    document, _ = (await live(resources.database))[REFUND]
    (docs / "refund.md").unlink()
    assert (await take_in(resources, docs)).withdrawn_count == 1
    assert set(await live(resources.database)) == {DELIVERY}
    assert (await take_in(resources, docs)).withdrawn_count == 0
    write(docs, {"refund.md": REFUND})
    assert (await take_in(resources, docs)).added_count == 1
    assert (await live(resources.database))[REFUND][0] == document
    await require_right_statistics(resources.database)


async def test_renamed_file_keeps_documents_chunks_and_vectors(
    resources: Resources, docs: Path
) -> None:
    await take_in(resources, docs)
    before = await live(resources.database, columns="d.id, c.id, c.embedding::text")
    (docs / "sub").mkdir()
    (docs / "refund.md").rename(docs / "sub" / "returns.md")
    report = await take_in(resources, docs)
    assert (report.renamed_count, report.read_count, report.withdrawn_count) == (1, 0, 0)
    assert await live(resources.database, columns="d.id, c.id, c.embedding::text") == before
    uris = await live(resources.database, columns="d.uri")
    assert uris[REFUND] == (str(docs / "sub" / "returns.md"),)


async def test_file_renamed_and_edited_is_another_document(
    resources: Resources, docs: Path
) -> None:
    await take_in(resources, docs)
    (docs / "refund.md").unlink()
    write(docs, {"returns.md": "Returns are free."})
    report = await take_in(resources, docs)
    assert (report.withdrawn_count, report.added_count) == (1, 1)
    assert set(await live(resources.database)) == {"Returns are free.", DELIVERY}


async def test_file_with_another_suffix_is_parsed_as_that(resources: Resources, docs: Path) -> None:
    await take_in(resources, docs)
    (docs / "delivery.txt").rename(docs / "delivery.md")
    assert (await take_in(resources, docs)).renamed_count == 0
    assert (await live(resources.database, columns="d.format"))[DELIVERY] == ("markdown",)


async def test_only_changed_lines_are_embedded_again(
    resources: Resources, lines: Path, embedder: CountingEmbedder
) -> None:
    await take_in(resources, lines)
    before = await live(resources.database)
    embedder.texts.clear()
    changed = [{"id": n, "title": f"T{n}", "text": f"Answer {n}."} for n in (4, 0, 1, 2)]
    changed[2]["text"] = "Another answer."
    write_lines(lines, changed)
    report = await take_in(resources, lines)
    assert (report.changed_count, report.added_count, report.withdrawn_count) == (1, 0, 1)
    assert embedder.texts == ["T1\nAnother answer."]
    after = await live(resources.database)
    assert set(before) - set(after) == {"Answer 1.", "Answer 3."}
    assert all(after[text] == before[text] for text in set(before) & set(after))
    await require_right_statistics(resources.database)


async def test_lines_without_id_that_move_keep_their_vectors(
    resources: Resources, lines: Path, embedder: CountingEmbedder
) -> None:
    write_lines(lines, [{"text": f"Answer {n}."} for n in range(5)])
    await take_in(resources, lines)
    embedder.texts.clear()
    write_lines(lines, [{"text": "First of all."}, *({"text": f"Answer {n}."} for n in range(5))])
    await take_in(resources, lines)
    assert len(await live(resources.database)) == 6
    assert len(embedder.texts) == 1


async def test_lines_with_the_same_id_are_all_kept(resources: Resources, lines: Path) -> None:
    write_lines(lines, [{"id": "a", "text": f"Answer {n}."} for n in range(3)])
    await take_in(resources, lines)
    assert len(await live(resources.database)) == 3
    assert (await take_in(resources, lines)).read_count == 0


async def test_bad_file_is_reported_and_keeps_what_it_held(
    resources: Resources, lines: Path
) -> None:
    await take_in(resources, lines)
    before = await live(resources.database)
    write(lines.parent, {lines.name: '{"id": 0, "text": "Changed."}\nno json\n'})
    for _ in range(2):  # also when it is tried again
        report = await take_in(resources, lines)
        (problem,) = report.problems
        assert problem.path == str(lines)
        assert "line 2 is not valid JSON" in problem.reason
        assert await live(resources.database) == before
    async with resources.database.connection() as conn:
        (status,) = await list_statuses(conn)
    assert (status.problem_count, status.file_count) == (1, 0)


async def test_mended_file_is_taken_in(resources: Resources, docs: Path) -> None:
    write(docs, {"bad.docx": "no document"})
    assert len((await take_in(resources, docs)).problems) == 1
    write(docs, {"bad.docx": "", "refund.md": REFUND})
    (docs / "bad.docx").unlink()
    assert (await take_in(resources, docs)).problems == []
    assert set(await live(resources.database)) == {REFUND, DELIVERY}


async def test_two_bases_stand_side_by_side(resources: Resources, docs: Path) -> None:
    await take_in(resources, docs, base_name="one")
    await take_in(resources, docs / "refund.md", base_name="two")
    (docs / "refund.md").unlink()
    await take_in(resources, docs, base_name="one")
    one = [row[9] for row in await holdings(resources.database, "one") if row[9]]
    two = [row[9] for row in await holdings(resources.database, "two") if row[9]]
    assert (one, two) == ([DELIVERY], [REFUND])
    await require_right_statistics(resources.database)


async def test_second_ingestion_at_the_same_time_is_refused(
    resources: Resources, docs: Path
) -> None:
    await take_in(resources, docs)
    async with resources.database.connection() as conn:
        base = await get_base(conn, "main")
        async with only_writer(conn, base):
            with pytest.raises(Conflict, match="Another process is ingesting into 'main'"):
                await take_in(resources, docs)
            await take_in(resources, docs, base_name="other")
    await take_in(resources, docs)


async def test_first_ingestions_into_a_base_at_the_same_time_make_it_once(
    resources: Resources, docs: Path
) -> None:
    outcomes = await asyncio.gather(
        take_in(resources, docs), take_in(resources, docs), return_exceptions=True
    )
    assert any(not isinstance(each, Exception) for each in outcomes)
    assert all(not isinstance(each, Exception) or isinstance(each, Conflict) for each in outcomes)
    assert set(await live(resources.database)) == {REFUND, DELIVERY}


@pytest.mark.parametrize("name", ["", "Main", "a b", "-a", "x" * 64, "a;drop", "客服"])
async def test_name_that_cannot_be_used_is_refused(
    resources: Resources, docs: Path, name: str
) -> None:
    with pytest.raises(BadInput, match="cannot name a knowledge base"):
        await take_in(resources, docs, base_name=name)
    with pytest.raises(BadInput, match="cannot name an audience"):
        await take_in(resources, docs, handling=Handling(audience=name))
    async with resources.database.connection() as conn:
        assert await find_base(conn, "main") is None


async def test_base_that_is_not_there_is_named_without_the_others(
    resources: Resources, docs: Path
) -> None:
    async with resources.database.connection() as conn:
        with pytest.raises(NotFound, match=r"no knowledge base 'main'\. Take documents in first"):
            await get_base(conn, "main")
        await take_in(resources, docs)
        with pytest.raises(NotFound, match=r"no knowledge base 'mian'\. `kefu status` lists"):
            await get_base(conn, "mian")


async def test_folder_that_vanished_entirely_withdraws_nothing(
    resources: Resources, docs: Path
) -> None:
    await take_in(resources, docs)
    move_away(docs)
    with pytest.raises(BadInput, match=r"docs does not exist. Nothing was changed"):
        await take_in(resources, docs)
    assert set(await live(resources.database)) == {REFUND, DELIVERY}


async def test_empty_folder_and_folder_that_was_emptied(resources: Resources, docs: Path) -> None:
    (docs / "empty").mkdir()
    assert (await take_in(resources, docs / "empty")).file_count == 0
    await take_in(resources, docs)
    empty(docs)
    with pytest.raises(BadInput, match=r"docs is empty, but files were taken in from it \(2\)"):
        await take_in(resources, docs)
    assert set(await live(resources.database)) == {REFUND, DELIVERY}
    assert await withdraw(resources.database, docs, base_name="main") == 2
    with pytest.raises(NotFound, match="Nothing in 'main' came from"):
        await withdraw(resources.database, docs, base_name="main")
    assert (await take_in(resources, docs)).withdrawn_count == 0
    await require_right_statistics(resources.database)


async def test_odd_names_are_taken_in_once(resources: Resources, tmp_path: Path) -> None:
    odd = [b"two\nlines.md", b"\xff\xfe.md", b"x" * 250 + b".md", "客服.md".encode(), b"%s'\".md"]
    for number, name in enumerate(odd):
        (tmp_path / os.fsdecode(name)).write_text(f"Text {number}.")
    report = await take_in(resources, tmp_path, tmp_path, tmp_path / os.fsdecode(odd[1]))
    assert (report.file_count, report.problems, report.added_count) == (5, [], 5)
    assert (await take_in(resources, tmp_path)).unchanged_count == 5


async def test_overlapping_roots_store_a_file_once(resources: Resources, docs: Path) -> None:
    await take_in(resources, docs / "refund.md")
    await take_in(resources, docs)
    await take_in(resources, docs / "refund.md", docs)
    assert len(await rows(resources.database, "select id from files")) == 2
    assert set(await live(resources.database)) == {REFUND, DELIVERY}


async def audiences(database: Database) -> dict[str, str]:
    found = await live(database, columns="d.audience, c.audience")
    assert all(document == chunk for document, chunk in found.values())
    return {text: document for text, (document, _) in found.items()}


async def test_audience_reaches_what_is_stored_and_stays(resources: Resources, docs: Path) -> None:
    await take_in(resources, docs)
    assert await audiences(resources.database) == {REFUND: "public", DELIVERY: "public"}
    report = await take_in(resources, docs, handling=Handling(audience="staff"))
    assert report.read_count == 0
    assert await audiences(resources.database) == {REFUND: "staff", DELIVERY: "staff"}
    write(docs, {"new.md": "New."})
    await take_in(resources, docs)
    assert set((await audiences(resources.database)).values()) == {"staff"}


async def test_folder_keeps_its_audience_when_the_one_around_it_is_taken_in(
    resources: Resources, docs: Path
) -> None:
    write(docs, {"internal/price.md": "Secret prices."})
    await take_in(resources, docs / "internal", handling=Handling(audience="staff"))
    write(docs, {"internal/price.md": "Other prices.", "internal/plan.md": "Secret plans."})
    await take_in(resources, docs)
    assert await audiences(resources.database) == {
        REFUND: "public",
        DELIVERY: "public",
        "Other prices.": "staff",
        "Secret plans.": "staff",
    }


async def test_folder_inside_gets_an_audience_of_its_own(resources: Resources, docs: Path) -> None:
    write(docs, {"internal/price.md": "Secret prices."})
    await take_in(resources, docs)
    await take_in(resources, docs / "internal", handling=Handling(audience="staff"))
    await take_in(resources, docs)
    found = await audiences(resources.database)
    assert found == {REFUND: "public", DELIVERY: "public", "Secret prices.": "staff"}
    await take_in(resources, docs, handling=Handling(audience="partners"))
    assert set((await audiences(resources.database)).values()) == {"partners"}


async def test_file_that_moves_gets_the_audience_of_its_place(
    resources: Resources, docs: Path
) -> None:
    write(docs, {"internal/price.md": "Secret prices."})
    await take_in(resources, docs)
    await take_in(resources, docs / "internal", handling=Handling(audience="staff"))
    (docs / "refund.md").rename(docs / "internal" / "refund.md")
    report = await take_in(resources, docs)
    assert report.renamed_count == 1
    assert (await audiences(resources.database))[REFUND] == "staff"


class FailingEmbedder(FakeEmbedder):
    """Answers no more."""

    async def embed_documents(self, texts: object) -> Vectors:
        raise ModelUnavailable("The embedder does not answer.")


async def test_embedder_that_fails_is_named_and_loses_nothing(
    resources: Resources, docs: Path
) -> None:
    failing = Resources(
        settings=resources.settings, database=resources.database, embedder=FailingEmbedder()
    )
    with pytest.raises(ModelUnavailable, match="does not answer"):
        await take_in(failing, docs)
    report = await take_in(resources, docs)
    assert report.waiting_count == 0
    assert set(await live(resources.database)) == {REFUND, DELIVERY}
