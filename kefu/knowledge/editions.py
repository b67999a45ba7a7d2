"""Documents as versions of what a document says, and what stands in the place of a chunk."""

from dataclasses import dataclass

from kefu.knowledge.validity import Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A document as one of the versions of what a document says.

    Attributes:
        of: the document that was asked for; each is an edition of itself.
        replaces: one of the two says that this one takes the place of that.
        is_replaced: that this one's place is taken by that.
        likeness: share of the terms of either that both hold, 0..1.
        shared_headings: likewise; 0 where there are none.
    """

    of: int
    document_id: int
    title: str
    validity: Validity
    replaces: bool
    is_replaced: bool
    likeness: float
    shared_headings: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """The chunk that stands in another document in the place of a chunk.

    Attributes:
        chunk_id: of the one whose counterpart it is.
        is_same_place: both stand under the same headings.
        similarity: cosine; None where one has no vector yet.
    """

    chunk_id: int
    document_id: int
    position: int
    is_same_place: bool
    similarity: float | None
