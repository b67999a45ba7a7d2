"""What is done to knowledge from the command line, in the audit log."""

from kefu.audit import record_audit, this_operator
from kefu.db import Connection
from kefu.knowledge.records import Base, Handling


async def record_withdrawal(conn: Connection, base: Base, subject: str, *, count: int) -> None:
    """Documents are no longer found: they vanished from a source, or were withdrawn by name."""
    await record_audit(
        conn,
        actor=this_operator(),
        action="knowledge.withdrawn",
        subject=subject,
        details={"base": base.name, "documents": count},
    )


async def record_handling(
    conn: Connection, base: Base, uri: str, *, before: Handling, now: Handling
) -> None:
    """Others may read what comes from a source, or other models may see it, than before."""
    await record_audit(
        conn,
        actor=this_operator(),
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
