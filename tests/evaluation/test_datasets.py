"""Datasets and their versions."""

from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from kefu.audit import AuditFilter, list_entries
from kefu.errors import BadInput, Conflict, NotFound
from kefu.evaluation import (
    list_datasets,
    list_proposals,
    list_versions,
    load_cases,
    read_lines,
    read_version,
    save_version,
    unseal,
)
from kefu.evaluation.datasets import remove_dataset
from kefu.evaluation.proposing import keep_proposal
from kefu.evaluation.records import Origin

FIRST = '{"id": "1", "question": "a?"}\n{"id": "2", "question": "b?", "facts": ["x"]}'
SECOND = '{"id": "1", "question": "a?"}'


async def save(conn: AsyncConnection, text: str, **given: Any) -> Any:
    return await save_version(conn, "shop", read_lines(text), author="li", **given)


async def test_every_change_is_a_version_and_earlier_ones_stay(conn: AsyncConnection) -> None:
    first = await save(conn, FIRST, base="docs", note="Begun.")
    second = await save(conn, SECOND)
    assert (first.number, second.number, second.base) == (1, 2, "docs")
    assert [each.id for each in await load_cases(conn, first)] == ["1", "2"]
    assert await read_version(conn, "shop") == second
    assert await read_version(conn, "shop@1") == first
    assert [each.number for each in await list_versions(conn, "shop")] == [2, 1]
    (dataset,) = await list_datasets(conn)
    assert (dataset.version_count, dataset.case_count) == (2, 1)


async def test_the_same_cases_make_no_version(conn: AsyncConnection) -> None:
    first = await save(conn, FIRST)
    lines = FIRST.splitlines()
    assert await save(conn, "\n".join(reversed(lines))) == first


async def test_going_back_to_earlier_cases_is_a_version(conn: AsyncConnection) -> None:
    first = await save(conn, FIRST)
    await save(conn, SECOND)
    again = await save(conn, FIRST)
    assert (again.number, again.digest) == (3, first.digest)


async def test_a_dataset_that_is_removed_is_asked_no_more_and_can_be_read(
    conn: AsyncConnection,
) -> None:
    version = await save(conn, FIRST)
    await keep_proposal(conn, "shop", read_lines(SECOND)[0], Origin.KNOWLEDGE, "1")
    kept_as = await remove_dataset(conn, "shop", author="li")
    assert kept_as == "shop.removed-1"
    assert await list_datasets(conn) == []
    assert await list_proposals(conn) == []
    kept = await read_version(conn, "shop.removed-1@1")
    assert (kept.id, kept.digest) == (version.id, version.digest)
    with pytest.raises(NotFound):
        await read_version(conn, "shop")
    with pytest.raises(Conflict, match="can be read and not changed"):
        await save_version(conn, kept_as, read_lines(SECOND), author="li")
    (entry,) = await list_entries(conn, AuditFilter(action="evaluation.dataset_removed"), limit=5)
    assert entry.subject == "shop"
    for told in ("shop.removed-1", '"rejected": 1'):
        assert told in entry.details


async def test_the_name_of_a_dataset_that_was_removed_is_free(conn: AsyncConnection) -> None:
    for number in (1, 2):
        fresh = await save(conn, FIRST)
        assert fresh.number == 1
        assert await remove_dataset(conn, "shop", author="li") == f"shop.removed-{number}"
    with pytest.raises(NotFound, match="no dataset 'shop'"):
        await remove_dataset(conn, "shop", author="li")


@pytest.mark.parametrize(
    "statement",
    [
        "update evaluation_cases set content = '{}'",
        "delete from evaluation_cases",
        "update evaluation_versions set digest = ''",
        "truncate evaluation_versions cascade",
    ],
)
async def test_a_version_cannot_be_changed(conn: AsyncConnection, statement: str) -> None:
    await save(conn, FIRST)
    with pytest.raises(psycopg.errors.RaiseException, match="never changes"):
        await conn.execute(statement.encode())


async def test_unsealing_needs_a_reason_and_is_audited(conn: AsyncConnection) -> None:
    version = await save(conn, FIRST)
    with pytest.raises(BadInput, match="Say why"):
        await unseal(conn, version, author="li", reason=" ")
    await unseal(conn, version, author="li", reason="The last release before the fair.")
    assert (await read_version(conn, "shop")).unsealed_by == "li"
    await save(conn, SECOND)
    assert (await read_version(conn, "shop")).unsealed_by is None
    wanted = AuditFilter(action="evaluation.unsealed")
    (entry,) = await list_entries(conn, wanted, limit=5)
    assert (entry.actor, entry.subject) == ("li", "shop@1")
    assert entry.facts["reason"] == "The last release before the fair."


async def test_a_dataset_keeps_to_its_base_and_has_a_name(conn: AsyncConnection) -> None:
    await save(conn, FIRST, base="docs")
    with pytest.raises(BadInput, match="about the base 'docs', not 'main'"):
        await save(conn, SECOND, base="main")
    with pytest.raises(BadInput, match="no name of a dataset"):
        await save_version(conn, "My shop", read_lines(FIRST), author="li")


@pytest.mark.parametrize("reference", ["shop@7", "nothing"])
async def test_what_is_not_there_is_not_found(conn: AsyncConnection, reference: str) -> None:
    await save(conn, FIRST)
    with pytest.raises(NotFound):
        await read_version(conn, reference)
    with pytest.raises(BadInput):
        await read_version(conn, f"{reference}@@")
