"""SQL of cases that somebody has to review."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from kefu.errors import NotFound
from kefu.evaluation.cases import load_case
from kefu.evaluation.records import Case, Origin, Proposal, ProposalStatus

PROPOSAL = """
select p.id, d.name as dataset, d.base, p.origin, p.origin_key, p.content, p.status, p.created_at,
    p.reviewed_by, p.reviewed_at
from evaluation_proposals p join evaluation_datasets d on d.id = p.dataset_id
"""


async def insert_proposal(
    conn: AsyncConnection, dataset_id: int, case: Case, *, origin: Origin, origin_key: str
) -> bool:
    """Keep a case for review; what was proposed before is not proposed again."""
    cursor = await conn.execute(
        "insert into evaluation_proposals (dataset_id, origin, origin_key, content)"
        " values (%s, %s, %s, %s) on conflict do nothing",
        [dataset_id, origin, origin_key, Jsonb(asdict(case))],
    )
    return cursor.rowcount > 0


async def list_proposals(
    conn: AsyncConnection,
    dataset: str | None = None,
    *,
    status: ProposalStatus = ProposalStatus.PROPOSED,
) -> Sequence[Proposal]:
    """The proposals of a dataset, or of all, the earliest first."""
    cursor = conn.cursor(row_factory=kwargs_row(_proposal))
    await cursor.execute(
        f"{PROPOSAL} where (%(dataset)s::text is null or d.name = %(dataset)s)"
        " and p.status = %(status)s order by p.id",
        {"dataset": dataset, "status": status},
    )
    return await cursor.fetchall()


async def get_proposal(conn: AsyncConnection, number: int, *, locks: bool = False) -> Proposal:
    """One proposal, on request kept from others until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    cursor = conn.cursor(row_factory=kwargs_row(_proposal))
    lock = "for update of p" if locks else ""
    await cursor.execute(f"{PROPOSAL} where p.id = %s {lock}".encode(), [number])
    proposal = await cursor.fetchone()
    if proposal is None:
        raise NotFound("There is no proposal %(number)s.", number=number)
    return proposal


async def find_proposal_of(conn: AsyncConnection, origin_key: str, *, base: str) -> Proposal | None:
    """What was last proposed from this for a dataset about the base."""
    cursor = conn.cursor(row_factory=kwargs_row(_proposal))
    await cursor.execute(
        f"{PROPOSAL} where p.origin_key = %s and d.base = %s order by p.id desc limit 1",
        [origin_key, base],
    )
    return await cursor.fetchone()


async def update_proposals(
    conn: AsyncConnection, ids: Sequence[int], *, status: ProposalStatus, reviewer: str
) -> None:
    """Note what became of proposals, and who decided it."""
    await conn.execute(
        "update evaluation_proposals set status = %s, reviewed_by = %s,"
        " reviewed_at = clock_timestamp() where id = any(%s) and status = 'proposed'",
        [status, reviewer, list(ids)],
    )


async def update_content(
    conn: AsyncConnection, number: int, case: Case, *, dataset_id: int
) -> bool:
    """Keep a completed case in place of what was proposed; False: the dataset has it already."""
    cursor = await conn.execute(
        "update evaluation_proposals p set content = %(content)s, dataset_id = %(dataset)s"
        " where id = %(number)s and not exists (select from evaluation_proposals other"
        "  where other.dataset_id = %(dataset)s and other.origin = p.origin"
        "  and other.origin_key = p.origin_key and other.id <> p.id)",
        {"content": Jsonb(asdict(case)), "dataset": dataset_id, "number": number},
    )
    return cursor.rowcount > 0


def _proposal(*, origin: str, content: Any, status: str, **row: Any) -> Proposal:
    return Proposal(
        **row, origin=Origin(origin), case=load_case(content), status=ProposalStatus(status)
    )
