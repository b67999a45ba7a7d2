"""Adding, changing, ordering and deleting endpoints; each change stands in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, KefuError, NotFound
from kefu.llm import (
    OVERALL,
    StoredEndpoint,
    Vault,
    as_stored,
    delete_endpoint,
    find_endpoint,
    find_problems,
    is_same_place,
    list_endpoints,
    lock_endpoints,
    reorder_endpoints,
    replace_endpoint,
    resolve_all,
)
from kefu.releases import require_not_live
from kefu.settings import Settings

MOST_ENDPOINTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An endpoint as somebody entered it.

    Attributes:
        fields: as text, without those left empty.
        key: to be kept in place of the one that is stored; empty: that one stays.
        drops_key: the stored one is removed.
    """

    fields: Mapping[str, str]
    key: str = field(default="", repr=False)
    drops_key: bool = False

    @property
    def name(self) -> str:
        """As entered."""
        return self.fields.get("name", "")


async def keep_endpoint(
    conn: Connection, entry: Entry, *, name: str | None, settings: Settings, actor: str
) -> dict[str, KefuError]:
    """Add an endpoint, or change that of this name; returns what is wrong, by field.

    Raises:
        NotFound: it is to be changed and is not there.
        Conflict: the live release writes with another model of this endpoint.
    """
    problems = await find_problems(entry.fields, key=entry.key)
    await lock_endpoints(conn)
    kept = None if name is None else await get_endpoint(conn, name)
    problems |= await _find_conflicts(conn, entry, kept, settings)
    if problems:
        return problems
    if kept is not None and kept.settings.get("model", "") != entry.fields.get("model", ""):
        await require_not_live(conn, entry.name)
    await replace_endpoint(
        conn,
        entry.name,
        settings=as_stored(entry.fields),
        encrypted_key=Vault(settings.data_dir).close(entry.key) if entry.key else None,
        changed_by=actor,
        drops_key=entry.drops_key,
    )
    await record_audit(
        conn,
        actor=actor,
        action="endpoint.changed" if kept else "endpoint.added",
        subject=entry.name,
        details={**entry.fields, "key": _describe_key(entry, kept)},
    )
    return {}


async def drop_endpoint(conn: Connection, name: str, *, settings: Settings, actor: str) -> None:
    """Delete an endpoint with its key.

    Raises:
        NotFound: it is not there.
        Conflict: it is the embedder, or the live release uses it.
    """
    if settings.embedding.endpoint == name:
        raise Conflict(
            "The settings name %(name)s as the embedder (embedding.endpoint). Change that first.",
            name=name,
        )
    await require_not_live(conn, name)
    if not await delete_endpoint(conn, name):
        raise NotFound("There is no endpoint %(name)s that was entered here.", name=name)
    await record_audit(conn, actor=actor, action="endpoint.deleted", subject=name)


async def move_endpoint(
    conn: Connection, name: str, direction: Literal["up", "down"], *, actor: str
) -> None:
    """Have it asked one place earlier or later; at the end of the list nothing changes.

    Raises:
        NotFound: it is not there.
    """
    await lock_endpoints(conn)
    await get_endpoint(conn, name)
    names = [each.name for each in await list_endpoints(conn)]
    place = names.index(name)
    other = place - 1 if direction == "up" else place + 1
    if not 0 <= other < len(names):
        return
    names[place], names[other] = names[other], names[place]
    await reorder_endpoints(conn, names, changed_by=actor)
    await record_audit(
        conn, actor=actor, action="endpoint.moved", subject=name, details={"order": names}
    )


async def get_endpoint(conn: Connection, name: str) -> StoredEndpoint:
    """One that was entered on the page.

    Raises:
        NotFound: it is not there.
    """
    found = await find_endpoint(conn, name)
    if found is None:
        raise NotFound("There is no endpoint %(name)s that was entered here.", name=name)
    return found


async def _find_conflicts(
    conn: Connection, entry: Entry, kept: StoredEndpoint | None, settings: Settings
) -> dict[str, KefuError]:
    """What is wrong beside what stands in other places."""
    if kept is None:
        stored = {each.name for each in await list_endpoints(conn)}
        taken = stored | {each.name for each in resolve_all(settings)}
        if entry.name in taken:
            return {"name": Conflict("Another endpoint is called %(name)s.", name=entry.name)}
        if len(stored) >= MOST_ENDPOINTS:
            return {
                OVERALL: Conflict("There are %(count)s endpoints already.", count=MOST_ENDPOINTS)
            }
        return {}
    if settings.embedding.endpoint == kept.name and not _embeds_alike(kept.settings, entry.fields):
        return {
            "model": Conflict(
                "This is the embedder (embedding.endpoint), and other models make other vectors."
                " Add another endpoint."
            )
        }
    keeps_key = kept.encrypted_key and not entry.key and not entry.drops_key
    if keeps_key and not is_same_place(kept.settings, entry.fields):
        return {
            "key": BadInput("The address has changed: enter its key, or remove the stored one.")
        }
    return {}


def _embeds_alike(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    return all(before.get(key) == after.get(key) for key in ("purpose", "model"))


def _describe_key(entry: Entry, kept: StoredEndpoint | None) -> str:
    if entry.key:
        return "entered"
    if kept is None or kept.encrypted_key is None:
        return "none"
    return "removed" if entry.drops_key else "kept"
