"""What a change of the knowledge adds, held against what other documents state and still will.

A second price list, a draft beside the policy, two announcements: no case becomes worse and nothing
is lost, but the base says two things of one, and customers are told either. Versions of a document
that the base tells apart by their days are no contradiction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kefu.answering import Passage, Statement, contradicts, list_current, read_statements
from kefu.db import Connection
from kefu.knowledge import Base, SampledChunk, list_nearest
from kefu.viewer import OPERATOR

NEAREST = 8  # chunks of other documents in which a chunk may be contradicted
MOST_COMPARED = 400  # chunks of one change that are held against others
LEAST_COMMON = 0.4  # of the content words of the shorter statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A statement and where it stands."""

    chunk: SampledChunk
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two statements that cannot both be right, the first of them new."""

    added: Stated
    standing: Stated


def read_stated(chunks: Sequence[SampledChunk]) -> Iterator[Stated]:
    """All that some chunks state, each under its title and headings."""
    for chunk in chunks:
        passage = Passage((chunk.title, *chunk.heading_path), chunk.text)
        for statement in read_statements([passage]):
            yield Stated(chunk=chunk, statement=statement)


async def find_contradictions(
    conn: Connection,
    base: Base,
    before: Mapping[int, Sequence[SampledChunk]],
    after: Mapping[int, Sequence[SampledChunk]],
    *,
    today: date,
) -> list[Contradiction]:
    """What was added to documents and contradicts another one; one a statement and document."""
    added = [each for id, chunks in after.items() for each in _list_added(chunks, before.get(id))]
    wanted = list(dict.fromkeys(each.chunk.chunk_id for each in added))[:MOST_COMPARED]
    if not wanted:
        return []
    near = list(read_stated(await list_nearest(conn, base, wanted, limit=NEAREST)))
    found = list(_compare([each for each in added if each.chunk.chunk_id in wanted], near))
    documents = {each.chunk.document_id for pair in found for each in (pair.added, pair.standing)}
    current = await list_current(conn, base, sorted(documents), viewer=OPERATOR, today=today)
    return [
        each
        for each in found
        if {each.added.chunk.document_id, each.standing.chunk.document_id} <= current
    ]


def _list_added(
    chunks: Sequence[SampledChunk], before: Sequence[SampledChunk] | None
) -> Iterator[Stated]:
    known = {each.statement.key for each in read_stated(before or ())}
    for each in read_stated(chunks):
        if each.statement.is_factual and each.statement.key not in known:
            yield each


def _compare(added: Sequence[Stated], near: Sequence[Stated]) -> Iterator[Contradiction]:
    """Only what shares words is looked at; what a document states elsewhere too, it states."""
    by_word: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(near):
        for word in each.statement.asserted.telling_terms:
            by_word[word].append(number)
    for new in added:
        words = new.statement.asserted.telling_terms
        shared = Counter(number for word in words for number in by_word.get(word, ()))
        like = [
            near[number] for number, count in shared.items() if _is_like(new, near[number], count)
        ]
        agreeing = {
            each.chunk.document_id for each in like if each.statement.restates(new.statement)
        }
        rivals = {
            each.chunk.document_id: each
            for each in like
            if each.chunk.document_id not in agreeing and contradicts(new.statement, each.statement)
        }
        for other in rivals.values():
            yield Contradiction(added=new, standing=other)


def _is_like(new: Stated, other: Stated, shared_count: int) -> bool:
    """Whether it stands in another document of the language and has many of its words."""
    shorter = min(len(each.statement.asserted.telling_terms) for each in (new, other))
    return (
        new.chunk.document_id != other.chunk.document_id
        and new.chunk.language == other.chunk.language
        and shared_count >= LEAST_COMMON * shorter
    )
