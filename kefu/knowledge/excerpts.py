"""What a citation refers to: a chunk in its place, and the file it was read from."""

from dataclasses import dataclass
from datetime import date, datetime

from kefu.knowledge.records import PageBox
from kefu.knowledge.validity import OUTDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A chunk with its surroundings, to read a citation in its place.

    Attributes:
        status: of the document as it says itself: current, outdated, superseded, ...
        valid_from: first day on which the document holds; None: it does not say.
        valid_until: the last one.
        before: text of the chunk before it in the document, empty at the beginning.
        after: text of the chunk after it, empty at the end.
        boxes: where it, or what was quoted from it, stands on its pages; empty where that is
            not known.
    """

    chunk_id: int
    document_id: int
    uri: str
    external_id: str | None
    title: str
    heading_path: tuple[str, ...]
    page: int | None
    before: str
    text: str
    after: str
    status: str | None
    valid_from: date | None
    valid_until: date | None
    updated_at: datetime
    boxes: tuple[PageBox, ...] = ()

    def is_outdated(self, *, today: date) -> bool:
        """Whether its document holds no longer, as it says itself."""
        has_ended = self.valid_until is not None and self.valid_until < today
        return has_ended or self.status in OUTDATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The file that a document was read from, as it was then.

    Attributes:
        root: the file or folder that was given to be taken in.
    """

    path: str
    root: str
    size_bytes: int
    modified_ns: int
