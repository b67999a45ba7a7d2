"""Who may do what: the one table of roles and permissions, and what each role may read."""

from typing import Literal, get_args

from kefu.errors import NotAllowed
from kefu.viewer import PUBLIC

Role = Literal["customer", "staff", "editor", "manager", "admin"]
"""What a person is here for."""

StaffRole = Literal["staff", "editor", "manager", "admin"]
"""A role of somebody who works here."""

Permission = Literal[
    "chat",
    "search",
    "conversations.read",
    "conversations.write",
    "desk.manage",
    "knowledge.read",
    "knowledge.write",
    "prompts.read",
    "prompts.write",
    "evaluation.read",
    "evaluation.write",
    "traces.read",
    "costs.read",
    "metrics.read",
    "endpoints.read",
    "endpoints.write",
    "releases.read",
    "releases.propose",
    "releases.promote",
    "audit.read",
    "staff.manage",
]
"""What a route asks for."""

TABLE: dict[Permission, str] = {
    "chat":               "customer  staff  editor  manager  admin",
    "search":             "customer  staff  editor  manager  admin",
    "conversations.read": "          staff  editor  manager  admin",
    "conversations.write": "         staff  editor  manager  admin",
    "desk.manage":        "                         manager  admin",
    "knowledge.read":     "          staff  editor  manager  admin",
    "knowledge.write":    "                 editor           admin",
    "prompts.read":       "                 editor  manager  admin",
    "prompts.write":      "                 editor           admin",
    "evaluation.read":    "                 editor  manager  admin",
    "evaluation.write":   "                 editor           admin",
    "traces.read":        "                 editor  manager  admin",
    "costs.read":         "                         manager  admin",
    "metrics.read":       "                         manager  admin",
    "endpoints.read":     "                         manager  admin",
    "endpoints.write":    "                                  admin",
    "releases.read":      "                 editor  manager  admin",
    "releases.propose":   "                 editor           admin",
    "releases.promote":   "                                  admin",
    "audit.read":         "                                  admin",
    "staff.manage":       "                                  admin",
}  # fmt: skip

STAFF_AUDIENCE = "staff"
AUDIENCES: dict[Role, frozenset[str]] = {
    "customer": frozenset({PUBLIC}),
    "staff": frozenset({PUBLIC, STAFF_AUDIENCE}),
    "editor": frozenset({PUBLIC, STAFF_AUDIENCE}),
    "manager": frozenset({PUBLIC, STAFF_AUDIENCE}),
    "admin": frozenset({PUBLIC, STAFF_AUDIENCE}),
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    role: frozenset(permission for permission, roles in TABLE.items() if role in roles.split())
    for role in get_args(Role)
}


def lack(permission: Permission) -> NotAllowed:
    """The refusal of somebody without a permission: which, and who has it."""
    return NotAllowed(
        "This needs the permission %(permission)s, which you do not have. These roles have it:"
        " %(roles)s.",
        permission=permission,
        roles=", ".join(TABLE[permission].removeprefix("customer").split()),
    )
