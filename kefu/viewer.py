"""Who asks, and what they may see."""

from dataclasses import dataclass

PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The person or program on whose behalf something is read.

    Attributes:
        name: stands in logs and records; not an identity check.
        audiences: the audiences of knowledge that this viewer may read.
        permissions: what this viewer may do; the names stand in `kefu.accounts.permissions`.
        staff_id: of the person working here, None for customers and for the operator.
        customer_id: what the host site calls the customer, None when it did not say.
    """

    name: str
    audiences: frozenset[str] = frozenset({PUBLIC})
    sees_everything: bool = False
    permissions: frozenset[str] = frozenset()
    staff_id: int | None = None
    customer_id: str | None = None


ANONYMOUS = Viewer(name="anonymous")
OPERATOR = Viewer(name="operator", sees_everything=True)
