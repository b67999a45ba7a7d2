"""The audit log: who did what to what, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from kefu.accounts.access import require
from kefu.audit import AuditEntry, AuditFilter, list_actions, list_entries
from kefu.text import clean_text
from kefu.web import OpenResources, read_day, render_page

SHOWN_ENTRIES = 50
LARGEST_NUMBER = 2**63 - 1
LONGEST_WORD = 200

router = APIRouter(prefix="/admin/audit", dependencies=[Depends(require("audit.read"))])

Word = Annotated[str, Query(max_length=LONGEST_WORD)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A stretch of the log.

    Attributes:
        actions: those to choose from, with their areas.
        given: the filters as they were typed.
        older: address of the entries before these; empty at the beginning of the log.
    """

    entries: Sequence[AuditEntry]
    actions: Sequence[str]
    given: Mapping[str, str] = field(default_factory=dict)
    older: str = ""


@router.get("")
async def show_audit(  # noqa: PLR0913 - one parameter a filter
    request: Request,
    resources: OpenResources,
    actor: Word = "",
    action: Word = "",
    subject: Word = "",
    since: Word = "",
    until: Word = "",
    before: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)] = None,
) -> Response:
    """Entries that pass the filters; `until` is the last day that counts."""
    last = read_day(until)
    wanted = AuditFilter(
        actor=_clean(actor),
        action=_clean(action),
        subject=_clean(subject),
        since=read_day(since),
        until=None if last is None else last + timedelta(days=1),
        before=before,
    )
    async with resources.database.connection() as conn:
        entries = await list_entries(conn, wanted, limit=SHOWN_ENTRIES + 1)
        actions = await list_actions(conn)
    given = {"actor": actor, "action": action, "subject": subject, "since": since, "until": until}
    page = AuditPage(
        entries=entries[:SHOWN_ENTRIES],
        actions=sorted({*actions, *(each.partition(".")[0] for each in actions)}),
        given=given,
        older=_older(entries, given),
    )
    return render_page(request, "accounts/audit.html", page)


def _older(entries: Sequence[AuditEntry], given: Mapping[str, str]) -> str:
    if len(entries) <= SHOWN_ENTRIES:
        return ""
    kept = {name: value for name, value in given.items() if value}
    return "/admin/audit?" + urlencode(kept | {"before": entries[SHOWN_ENTRIES - 1].number})


def _clean(word: str) -> str | None:
    return clean_text(word).strip() or None
