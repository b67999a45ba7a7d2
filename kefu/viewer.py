"""Who asks and what they may see, and how sensitive what is seen is."""

from dataclasses import dataclass
from enum import StrEnum

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


def is_unknown(viewer: Viewer) -> bool:
    """Whether it is somebody before the chatbot of whom nobody said who it is."""
    return not viewer.sees_everything and viewer.staff_id is None and viewer.customer_id is None


ANONYMOUS = Viewer(name="anonymous")
OPERATOR = Viewer(name="operator", sees_everything=True)


class DataClass(StrEnum):
    """How sensitive data is, and so who outside may see it; compare by `rank`."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        """Its place from the least sensitive, 0, to the most."""
        return list(DataClass).index(self)


def classes_up_to(highest: DataClass) -> list[DataClass]:
    """A class and those below it."""
    return [each for each in DataClass if each.rank <= highest.rank]


def highest_class(*classes: DataClass) -> DataClass:
    """The class of everything together: that of the most sensitive part."""
    return max(classes, key=lambda each: each.rank)
