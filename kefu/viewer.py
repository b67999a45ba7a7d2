"""Who asks, and what they may see."""

from dataclasses import dataclass

PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The person or program on whose behalf something is read.

    Attributes:
        name: stands in logs and records; not an identity check.
        audiences: the audiences of knowledge that this viewer may read.
    """

    name: str
    audiences: frozenset[str] = frozenset({PUBLIC})
    sees_everything: bool = False


ANONYMOUS = Viewer(name="anonymous")
OPERATOR = Viewer(name="operator", sees_everything=True)
