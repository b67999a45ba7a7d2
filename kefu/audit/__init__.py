"""The audit log: who did what to what, sealed so that no later change goes unseen."""

from kefu.audit.anchor import keep_anchor, replace_anchor
from kefu.audit.export import give_up_audit
from kefu.audit.record import record_audit, this_operator
from kefu.audit.records import AuditEntry, AuditFilter
from kefu.audit.store import list_actions, list_entries

__all__ = [
    "AuditEntry",
    "AuditFilter",
    "give_up_audit",
    "keep_anchor",
    "list_actions",
    "list_entries",
    "record_audit",
    "replace_anchor",
    "this_operator",
]
