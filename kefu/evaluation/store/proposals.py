"""SQL of cases that somebody has to review."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from kefu.evaluation.cases import load_case
from kefu.evaluation.records import Case, Origin, Proposal, ProposalStatus

PROPOSAL = "id, origin, content, status, created_at, reviewed_by, reviewed_at"


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
    conn: AsyncConnection, dataset: str, *, status: ProposalStatus = ProposalStatus.PROPOSED
) -> Sequence[Proposal]:
    """The proposals of a dataset, the earliest first."""
    cursor = conn.cursor(row_factory=kwargs_row(_proposal))
    await cursor.execute(
        f"select p.{PROPOSAL.replace(', ', ', p.')} from evaluation_proposals p"
        " join evaluation_datasets d on d.id = p.dataset_id"
        " where d.name = %s and p.status = %s order by p.id",
        [dataset, status],
    )
    return await cursor.fetchall()


async def update_proposals(
    conn: AsyncConnection, ids: Sequence[int], *, status: ProposalStatus, reviewer: str
) -> None:
    """Note what became of proposals, and who decided it."""
    await conn.execute(
        "update evaluation_proposals set status = %s, reviewed_by = %s,"
        " reviewed_at = clock_timestamp() where id = any(%s) and status = 'proposed'",
        [status, reviewer, list(ids)],
    )


def _proposal(*, origin: str, content: Any, status: str, **row: Any) -> Proposal:
    return Proposal(
        **row, origin=Origin(origin), case=load_case(content), status=ProposalStatus(status)
    )
