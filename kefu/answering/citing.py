"""Numbers for citations: one for each quoted place, in the order of their first use."""

from kefu.answering.records import Citation
from kefu.knowledge import boxes_of
from kefu.retrieval import Hit


class Citer:
    """Gives the same place the same marker."""

    def __init__(self) -> None:
        self._citations: dict[tuple[int, str], Citation] = {}

    def cite(self, hit: Hit, quote: str) -> Citation:
        """The citation of a quote, made when it is cited for the first time."""
        key = (hit.chunk_id, quote)
        if key not in self._citations:
            boxes = boxes_of(hit.places, hit.text, quote)
            self._citations[key] = Citation(
                marker=len(self._citations) + 1,
                chunk_id=hit.chunk_id,
                document_id=hit.document_id,
                uri=hit.uri,
                id=hit.id,
                title=hit.title,
                heading_path=tuple(hit.heading_path),
                page=boxes[0].page if boxes else hit.page,
                quote=quote,
                language=hit.language,
                boxes=boxes,
            )
        return self._citations[key]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All of them, by marker."""
        return tuple(self._citations.values())
