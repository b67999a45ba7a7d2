"""What a speech model is given."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Sound as it lies in a file.

    Attributes:
        name: with the suffix by which the endpoint knows the format.
        language: of what is said, as ISO 639-1 names it; None: the model finds out.
    """

    sound: bytes = field(repr=False)
    name: str
    language: str | None = None
