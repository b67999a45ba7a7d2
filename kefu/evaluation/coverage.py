"""Which statements of the documents some case asks, as tests cover lines of code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.answering import Statement, count_facts
from kefu.db import Connection
from kefu.evaluation.evaluators.evaluator import names
from kefu.evaluation.knowledge_check import load_posed
from kefu.evaluation.records import Case, Found
from kefu.evaluation.unproven import by_document, read_chunks
from kefu.knowledge import Base, SampledChunk, list_chunks, list_document_ids

AT_ONCE = 100  # documents that are read together


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionCoverage:
    """The factual statements under one heading.

    Attributes:
        place: title and headings.
        unasked: those that no case asks.
    """

    place: tuple[str, ...]
    statement_count: int
    unasked: Sequence[Statement]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCoverage:
    """One document.

    Attributes:
        case_count: cases that name it.
        sections: those that state something, in order.
    """

    uri: str
    id: str | None
    title: str
    language: str
    audience: str
    case_count: int
    sections: Sequence[SectionCoverage]

    @property
    def statement_count(self) -> int:
        """That can be right or wrong."""
        return sum(each.statement_count for each in self.sections)

    @property
    def asked_count(self) -> int:
        """Of them, those that a case asks."""
        return self.statement_count - sum(len(each.unasked) for each in self.sections)

    def find_unasked(self, uri: str, text: str) -> list[Statement]:
        """The statements with this text, where the document has this URI."""
        if uri != self.uri:
            return []
        return [each for part in self.sections for each in part.unasked if each.text == text]


async def measure_coverage(
    conn: Connection, base: Base, *, first: int = 0, most: int | None = None
) -> list[DocumentCoverage]:
    """The documents of a base, or some of them by URI, by the latest version of its datasets."""
    cases = [each.case for each in await load_posed(conn, base.name)]
    ids = await list_document_ids(conn, base)
    wanted = ids[first : None if most is None else first + most]
    found: list[DocumentCoverage] = []
    for start in range(0, len(wanted), AT_ONCE):
        chunks = await list_chunks(conn, base, wanted[start : start + AT_ONCE])
        found += [_measure(part, cases) for part in by_document(chunks).values()]
    return found


def _measure(chunks: Sequence[SampledChunk], cases: Sequence[Case]) -> DocumentCoverage:
    chunk = chunks[0]
    document = Found(uri=chunk.uri, id=chunk.external_id)
    asking = [
        case
        for case in cases
        if any(names(name, document) for group in case.citations for name in group)
    ]
    literals = [literal for case in asking for group in case.facts for literal in group]
    return DocumentCoverage(
        uri=chunk.uri,
        id=chunk.external_id,
        title=chunk.title,
        language=chunk.language,
        audience=chunk.audience,
        case_count=len(asking),
        sections=list(_measure_sections(read_chunks(chunks), literals)),
    )


def _measure_sections(
    statements: Sequence[Statement], literals: Sequence[str]
) -> Iterator[SectionCoverage]:
    sections: dict[tuple[str, ...], list[Statement]] = {}
    for each in statements:
        if each.is_factual:
            sections.setdefault(each.place, []).append(each)
    for place, part in sections.items():
        yield SectionCoverage(
            place=place,
            statement_count=len(part),
            unasked=[
                each
                for each in part
                if not any(count_facts([literal], each.text) for literal in literals)
            ],
        )
