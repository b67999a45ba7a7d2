"""What is done to knowledge from the command line, in the audit log."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from kefu.audit import record_audit, this_operator
from kefu.db import Connection
from kefu.knowledge.records import Base, Handling


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is to stand in the audit log."""

    action: str
    subject: str
    details: Mapping[str, str | int | None]


Record = Callable[[Connection, Note], Awaitable[None]]
"""Writes a note in the transaction of what it is about: at once, or last in a long one."""


async def record_now(conn: Connection, note: Note) -> None:
    """Others who record wait from here to the end of the transaction."""
    await record_audit(
        conn,
        actor=this_operator(),
        action=note.action,
        subject=note.subject,
        details=note.details,
    )


def note_withdrawal(base: Base, subject: str, *, count: int) -> Note:
    """Documents are no longer found: they vanished from a source, or were withdrawn by name."""
    return Note(
        action="knowledge.withdrawn",
        subject=subject,
        details={"base": base.name, "documents": count},
    )


def note_handling(base: Base, uri: str, *, before: Handling, now: Handling) -> Note:
    """Others may read what comes from a source, or other models may see it, than before."""
    return Note(
        action="knowledge.handling_changed",
        subject=uri,
        details={
            "base": base.name,
            "audience": now.audience,
            "audience_before": before.audience,
            "data_class": now.data_class,
            "data_class_before": before.data_class,
        },
    )
