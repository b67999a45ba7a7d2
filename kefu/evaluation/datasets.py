"""What becomes of a dataset: cases come in as a version, go out as a file, and are unsealed."""

import re
from collections.abc import Sequence
from dataclasses import asdict

from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.evaluation.records import Case, Dataset, DatasetVersion, ProposalStatus, digest_json
from kefu.evaluation.store.datasets import (
    find_dataset,
    find_free_name,
    get_dataset,
    get_version,
    insert_unsealing,
    insert_version,
    list_cases,
    list_proven_releases,
    lock_dataset,
    update_base,
    update_removed,
)
from kefu.evaluation.store.proposals import list_proposals, update_proposals
from kefu.knowledge import DEFAULT_BASE, find_base

LONGEST_NOTE = 500
LONGEST_KEPT = 50  # characters of the name of a dataset that was removed
MOST_KEPT = 99
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
REFERENCE = re.compile(rf"(?P<name>{NAME.pattern})(?:@(?P<number>[1-9]\d{{0,8}}))?")


async def save_version(
    conn: Connection,
    name: str,
    cases: Sequence[Case],
    *,
    author: str,
    base: str | None = None,
    note: str = "",
) -> DatasetVersion:
    """Keep these cases as the latest version; those that are it already make no other one.

    A dataset about a base that there is not moves to the base that is named.

    Raises:
        BadInput: the name is none, or the dataset is about another base.
    """
    if not NAME.fullmatch(name):
        raise BadInput(
            "%(name)s is no name of a dataset: use a-z, 0-9, dots and hyphens.", name=repr(name)
        )
    if len(note) > LONGEST_NOTE:
        raise BadInput("The note is longer than %(count)s characters.", count=LONGEST_NOTE)
    dataset_id = await lock_dataset(conn, name, base=base or DEFAULT_BASE)
    dataset = await find_dataset(conn, name)
    assert dataset is not None
    if base is not None and base != dataset.base:
        await _move(conn, dataset, base)
    digest = digest_json([asdict(case) for case in sorted(cases, key=lambda each: each.id)])
    if dataset.version_count:
        latest = await get_version(conn, name)
        if latest.digest == digest:
            return latest
    await insert_version(conn, dataset_id, cases, digest=digest, author=author, note=note)
    version = await get_version(conn, name)
    await record_audit(
        conn,
        actor=author,
        action="evaluation.dataset_saved",
        subject=str(version),
        details={"cases": version.case_count, "digest": digest},
    )
    return version


async def remove_dataset(conn: Connection, name: str, *, author: str, reason: str = "") -> str:
    """Have a dataset asked no more, and give the name by which it can still be read.

    What was measured with it stays. Cases that wait for a review are rejected. The gate holds no
    release against it from now on, so one that releases were proven on goes with a reason only.

    Raises:
        NotFound: there is no such dataset.
        Conflict: releases were proven on it, and no reason is given.
        BadInput: the reason is too long.
    """
    dataset = await get_dataset(conn, name)
    await lock_dataset(conn, name, base=dataset.base)
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_NOTE:
        raise BadInput("The reason is longer than %(count)s characters.", count=LONGEST_NOTE)
    releases = await list_proven_releases(conn, dataset.id)
    if releases and not reason:
        raise Conflict(
            "Releases were proven on the dataset %(name)s: %(releases)s. What was measured stays,"
            " but no release is held against it any more: say why (`--reason REASON`, or the field"
            " beside “Remove”).",
            name=repr(name),
            releases=", ".join(map(str, releases)),
        )
    waiting = [each.id for each in await list_proposals(conn, name)]
    await update_proposals(conn, waiting, status=ProposalStatus.REJECTED, reviewer=author)
    names = [f"{name[:LONGEST_KEPT]}.removed-{number}" for number in range(1, MOST_KEPT + 1)]
    kept_as = await find_free_name(conn, names)
    if kept_as is None:
        raise Conflict("%(count)s datasets of that name were removed already.", count=MOST_KEPT)
    await update_removed(conn, dataset.id, kept_as)
    await record_audit(
        conn,
        actor=author,
        action="evaluation.dataset_removed",
        subject=name,
        details={
            "kept_as": kept_as,
            "reason": reason,
            "releases": ", ".join(map(str, releases)),
            "rejected": len(waiting),
        },
    )
    return kept_as


async def _move(conn: Connection, dataset: Dataset, base: str) -> None:
    if await find_base(conn, dataset.base) or not await find_base(conn, base):
        raise BadInput(
            "The dataset %(name)s is about the base %(base)s, not %(other)s.",
            name=repr(dataset.name),
            base=repr(dataset.base),
            other=repr(base),
        )
    await update_base(conn, dataset.id, base)


async def read_version(conn: Connection, reference: str) -> DatasetVersion:
    """The version that is named: demo is the latest, demo@2 the second.

    Raises:
        BadInput: it is no name.
        NotFound: there is none.
    """
    named = REFERENCE.fullmatch(reference)
    if named is None:
        raise BadInput(
            "%(name)s is no dataset: write a name, as demo or demo@2.", name=repr(reference)
        )
    number = int(named["number"]) if named["number"] else None
    return await get_version(conn, named["name"], number)


async def read_begun(conn: Connection, name: str) -> DatasetVersion:
    """The latest version of a dataset; number 0, without cases, where nothing was accepted yet.

    Raises:
        BadInput: it is no name.
        NotFound: there is no such dataset.
    """
    dataset = await find_dataset(conn, name)
    if dataset is None or dataset.version_count:
        return await read_version(conn, name)
    return DatasetVersion(
        id=0,
        dataset=dataset.name,
        base=dataset.base,
        number=0,
        digest="",
        author="",
        note="",
        created_at=dataset.created_at,
        case_count=0,
        unsealed_by=None,
    )


async def load_cases(conn: Connection, version: DatasetVersion) -> Sequence[Case]:
    """The cases of a version in their order."""
    return await list_cases(conn, version.id)


async def unseal(conn: Connection, version: DatasetVersion, *, author: str, reason: str) -> None:
    """Have the single results of the test cases shown from now on; the audit log says who did it.

    Raises:
        BadInput: no reason is given.
    """
    if not reason.strip():
        raise BadInput("Say why the test split is unsealed; it cannot be sealed again.")
    await insert_unsealing(conn, version.id, author=author, reason=reason.strip())
    await record_audit(
        conn,
        actor=author,
        action="evaluation.unsealed",
        subject=str(version),
        details={"reason": reason.strip()},
    )
