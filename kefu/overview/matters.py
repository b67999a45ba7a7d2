"""What needs attention, each found by one look at what Kefu knows anyway."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kefu.chatbot import list_webhooks
from kefu.conversations import InboxFilter, count_entries, list_entries
from kefu.db import Connection
from kefu.endpoints import list_views
from kefu.evaluation import list_proposals
from kefu.knowledge import list_statuses
from kefu.releases import find_trial, list_releases
from kefu.resources import Resources
from kefu.rollout import list_alerts
from kefu.text import translatable as _
from kefu.tracing import TraceFilter, list_traces
from kefu.viewer import Viewer

DAYS = 7
MOST_COUNTED = 100
WAITING = InboxFilter(status="open", served_by="staff", assignee=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that somebody should see to.

    Attributes:
        sentence: as in the catalogues, with gaps for the values.
        address: of the page on which it is seen to; empty: there is none.
    """

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    address: str = ""
    is_urgent: bool = False


async def list_matters(
    conn: Connection, resources: Resources, *, viewer: Viewer
) -> Sequence[Matter]:
    """What the viewer may see to, the urgent first."""
    found = [
        await look(conn, resources)
        for permission, look in LOOKS
        if permission in viewer.permissions
    ]
    matters = [matter for matter in found if matter is not None]
    return sorted(matters, key=lambda matter: not matter.is_urgent)


async def _find_waiting(conn: Connection, _: Resources) -> Matter | None:
    count = await count_entries(conn, WAITING)
    if count == 0:
        return None
    now = datetime.now(UTC)
    entries = await list_entries(conn, WAITING, staff_id=None, limit=count)
    late = [each for each in entries if each.reply_due_at is not None and each.reply_due_at < now]
    return Matter(
        sentence=WAITING_SENTENCE,
        values={"count": count, "late": len(late)},
        address="/desk?list=unassigned",
        is_urgent=bool(late),
    )


async def _find_documents(conn: Connection, _resources: Resources) -> Matter | None:
    statuses = await list_statuses(conn)
    if not any(each.document_count for each in statuses):
        return Matter(sentence=NO_DOCUMENTS, is_urgent=True)
    count = sum(each.problem_count for each in statuses)
    return Matter(sentence=UNREAD_FILES, values={"count": count}) if count else None


async def _find_alerts(conn: Connection, _: Resources) -> Matter | None:
    alerts = await list_alerts(conn, is_open=True)
    if not alerts:
        return None
    return Matter(
        sentence=ALERTS, values={"count": len(alerts)}, address="/admin/releases", is_urgent=True
    )


async def _find_release(conn: Connection, _: Resources) -> Matter | None:
    trial = await find_trial(conn)
    if trial is not None:
        number = trial.release_id
        return Matter(
            sentence=TRIED, values={"number": number}, address=f"/admin/releases/{number}"
        )
    latest = await list_releases(conn, limit=1)
    if not latest or latest[0].live_count:
        return None
    number = latest[0].id
    return Matter(sentence=PROPOSED, values={"number": number}, address=f"/admin/releases/{number}")


async def _find_endpoints(conn: Connection, resources: Resources) -> Matter | None:
    views = await list_views(conn, settings=resources.settings, endpoints=resources.endpoints)
    address = "/admin/endpoints"
    if not views:
        return Matter(sentence=NO_MODEL, address=address)
    failing = [
        each.name
        for each in views
        if each.problem is not None or (each.state is not None and each.state.is_left_alone)
    ]
    if not failing:
        return None
    return Matter(
        sentence=FAILING, values={"names": ", ".join(failing)}, address=address, is_urgent=True
    )


async def _find_webhooks(conn: Connection, _: Resources) -> Matter | None:
    off = [each.name for each in await list_webhooks(conn) if each.disabled_at is not None]
    if not off:
        return None
    return Matter(sentence=OFF, values={"names": ", ".join(off)}, address="/admin/webhooks")


async def _find_unanswered(conn: Connection, _: Resources) -> Matter | None:
    wanted = TraceFilter(since=_find_first_day(), outcome="abstained")
    return await _count(conn, wanted, UNANSWERED, "outcome=abstained")


async def _find_disliked(conn: Connection, _: Resources) -> Matter | None:
    wanted = TraceFilter(since=_find_first_day(), rating="down")
    return await _count(conn, wanted, DISLIKED, "rating=down")


def _find_first_day() -> datetime:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=DAYS - 1)


async def _count(conn: Connection, wanted: TraceFilter, sentence: str, query: str) -> Matter | None:
    count = len(await list_traces(conn, wanted, limit=MOST_COUNTED))
    if count == 0:
        return None
    told = str(count) if count < MOST_COUNTED else f"{MOST_COUNTED}+"
    return Matter(
        sentence=sentence,
        values={"days": DAYS, "count": told},
        address=f"/admin/traces?{query}&since={_find_first_day().date()}",
    )


async def _find_proposals(conn: Connection, _: Resources) -> Matter | None:
    count = len(await list_proposals(conn))
    if count == 0:
        return None
    return Matter(
        sentence=PROPOSALS, values={"count": count}, address="/admin/evaluation/proposals"
    )


WAITING_SENTENCE = _("Conversations that wait for somebody: %(count)s, overdue: %(late)s")
NO_DOCUMENTS = _("There are no documents yet. Take them in with kefu ingest FOLDER.")
UNREAD_FILES = _("Files that could not be taken in: %(count)s. See kefu knowledge status.")
ALERTS = _("Limits that live answers breach: %(count)s")
TRIED = _("Release %(number)s is on trial.")
PROPOSED = _("Release %(number)s waits for the gate.")
NO_MODEL = _("No language model is known: answers are quoted from the documents.")
FAILING = _("Endpoints that fail: %(names)s")
OFF = _("Webhooks that are off: %(names)s")
UNANSWERED = _("Questions of the last %(days)s days that the documents do not answer: %(count)s")
DISLIKED = _("Answers of the last %(days)s days that were found not helpful: %(count)s")
PROPOSALS = _("Cases that wait for a review: %(count)s")

Look = Callable[[Connection, Resources], Awaitable[Matter | None]]
LOOKS: Sequence[tuple[str, Look]] = (
    ("conversations.read", _find_waiting),
    ("knowledge.read", _find_documents),
    ("releases.read", _find_alerts),
    ("endpoints.read", _find_endpoints),
    ("traces.read", _find_unanswered),
    ("traces.read", _find_disliked),
    ("evaluation.read", _find_proposals),
    ("releases.read", _find_release),
    ("desk.manage", _find_webhooks),
)
