"""What a change of the knowledge does that no case of the datasets asks about.

Cases prove what they ask. A statement that goes or changes beside them may be wrong without any
case becoming worse, as a line of code that no test runs: it is unproven until a case asks it, or
somebody who looked at it says so.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from kefu.answering import (
    Fact,
    Lost,
    Rewriting,
    Statement,
    count_facts,
    fact_value,
    find_lost,
    find_rewriting,
    list_current,
    states_fact,
)
from kefu.db import Connection
from kefu.evaluation.evaluators.evaluator import names
from kefu.evaluation.lapsed import Lapsed, find_lapsed
from kefu.evaluation.records import Case, Found
from kefu.evaluation.standing import Contradiction, Stated, find_contradictions, read_stated
from kefu.evaluation.unfit import find_unfit
from kefu.knowledge import (
    Base,
    ChangeKind,
    DocumentChange,
    SampledChunk,
    UnreadFile,
    list_chunks,
    list_holding,
    list_unread,
    sample_chunks,
)
from kefu.text import count_scripts, find_garbled, index_terms, is_foreign, term_id
from kefu.viewer import OPERATOR, DataClass, highest_class

MOST_LOOKED_UP = 200
"""Statements of one change that are looked for in other documents; the rest counts as gone."""

RAREST = 4  # terms of a statement that another document has to hold
MOST_HOLDING = 20
MOST_GARBLED = 3  # lines of one document that are shown
SAMPLED = 200  # chunks by whose letters a base is known


class Doubt(StrEnum):
    """Why a change is unproven."""

    GONE = "gone"
    CHANGED = "changed"
    CONTRADICTED = "contradicted"
    GARBLED = "garbled"
    UNREADABLE = "unreadable"
    LAPSED = "lapsed"
    INTERNAL = "internal"
    TRY_OUT = "try_out"
    EXCEPTION = "exception"
    TEMPORARY = "temporary"
    PERSONAL = "personal"
    SECRET = "secret"  # noqa: S105 - a kind of doubt
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """One statement that no case asks.

    Attributes:
        place: title and headings.
        before: what the document says; empty for text that is garbled or only added. The title of
            what holds no longer, the titles of what a file held that cannot be read any more.
        after: what it would say in its place, empty where it says nothing; or why it is not read,
            or holds no longer.
        elsewhere: where the old statement stands still, or another than the new one, and as what;
            empty but for contradictions.
        language: of the document.
        audience: of the document.
    """

    doubt: Doubt
    uri: str
    id: str | None
    place: tuple[str, ...]
    before: str
    after: str
    elsewhere: str = ""
    language: str
    audience: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """A statement that differs, before anybody knows which cases hold.

    Attributes:
        lost: None for what no case proves: what is garbled or unreadable, what is added and
            contradicted.
        kept_facts: what statements of the document that stay as they were hold. A case that asks
            one of these may be about them.
        rewriting: the text around it before and after; None where nothing took its place.
        data_class: the highest of the document before and after.
    """

    unproven: Unproven
    lost: Lost | None = None
    kept_facts: frozenset[tuple[str, ...]] = frozenset()
    rewriting: Rewriting | None = None
    data_class: DataClass = DataClass.RESTRICTED

    def is_proven(self, right: Sequence[Case], worse: Sequence[Case]) -> bool:
        """Whether cases about the document decide on it.

        A case that is wrong now as before proves nothing, and one that became worse is told
        anyway. One that is right proves the facts it asks: those that the document states now; or
        those that it does not state any more, where nothing else stands in their place.
        """
        if self.lost is None:
            return False
        old, new = self.lost.statement, self.lost.successor
        gone, gained = self.lost.lost_facts, self.lost.gained_facts
        told = [each for each in worse if _is_about(each, self.unproven)]
        if _ask_all(told, gone, old):
            return True
        proving = [each for each in right if _is_about(each, self.unproven)]
        if new is not None and gained:
            is_told_apart = all(fact_value(each) not in self.kept_facts for each in gained)
            return is_told_apart and _ask_all(proving, gained, new)
        if gone:
            return _ask_all(proving, gone, old)
        literals = _list_literals([*told, *proving])
        if new is not None:
            return any(self.lost.is_told_by(each) for each in literals)
        return any(count_facts([literal], old.text) for literal in literals)


async def find_doubtful(
    live: Connection, candidate: Connection, base: Base, documents: Sequence[DocumentChange]
) -> list[Doubtful]:
    """What is garbled, lost or contradicted in the documents, and files that cannot be read now."""
    known = [each.document_id for each in documents if each.kind is not ChangeKind.ADDED]
    left = [each.document_id for each in documents if each.kind is not ChangeKind.WITHDRAWN]
    before = by_document(await list_chunks(live, base, known))
    after = by_document(await list_chunks(candidate, base, left))
    sample = await sample_chunks(live, base, count=SAMPLED, seed=0)
    usual = count_scripts(each.text for chunks in (*before.values(), sample) for each in chunks)
    garbled = [
        Doubtful(unproven=each)
        for id, chunks in after.items()
        for each in _list_garbled(chunks, before.get(id, ()), usual)
    ]
    lost = [each async for each in _find_lost(candidate, base, before, after)]
    told = {(each.unproven.uri, each.unproven.after) for each in lost}
    today = datetime.now(UTC).date()
    held = await list_current(live, base, sorted(before), viewer=OPERATOR, today=today)
    lapsed = await find_lapsed(candidate, base, before, after, held=held, today=today)
    stated = {id: chunks for id, chunks in before.items() if id in held}
    contradictions = await find_contradictions(candidate, base, stated, after, today=today)
    contradicted = map(_contradict, contradictions)
    known_unread = {each.path for each in await list_unread(live, base)}
    unread = [each for each in await list_unread(candidate, base) if each.path not in known_unread]
    return [
        *(Doubtful(unproven=_describe_unread(each)) for each in unread),
        *garbled,
        *(Doubtful(unproven=_describe_unfit(*each)) for each in find_unfit(before, after)),
        *(Doubtful(unproven=_describe_lapsed(each)) for each in lapsed),
        *lost,
        *(Doubtful(unproven=each) for each in contradicted if (each.uri, each.after) not in told),
    ]


async def _find_lost(
    candidate: Connection,
    base: Base,
    before: Mapping[int, Sequence[SampledChunk]],
    after: Mapping[int, Sequence[SampledChunk]],
) -> AsyncIterator[Doubtful]:
    lookups = 0
    arrived = _list_arrived(before, after)
    for id, chunks in before.items():
        now = after.get(id) or _find_renamed(chunks, before, after)
        old, new = read_chunks(chunks), read_chunks(now)
        left = {each.key for each in new}
        kept = frozenset(
            fact_value(fact) for each in old if each.key in left for fact in each.facts
        )
        for lost in find_lost(old, new):
            key = (chunks[0].audience, lost.statement.key)
            if any(each.repeats(lost) for each in arrived.get(key, ())):
                continue
            lookups += 1
            holder = ""
            if lookups <= MOST_LOOKED_UP:
                holder = await _find_elsewhere(candidate, base, lost, id)
            if lost.successor is not None or not holder:
                yield Doubtful(
                    unproven=_describe(lost, chunks[0], holder),
                    lost=lost,
                    kept_facts=kept,
                    rewriting=find_rewriting(lost, old, new),
                    data_class=highest_class(
                        *(each.data_class for each in (*chunks[:1], *now[:1]))
                    ),
                )


def _find_renamed(
    chunks: Sequence[SampledChunk],
    before: Mapping[int, Sequence[SampledChunk]],
    after: Mapping[int, Sequence[SampledChunk]],
) -> Sequence[SampledChunk]:
    """What a page that went holds under another name now: a new one for the same readers.

    It has the same title, or states most of what the page did.
    """
    title, stated = index_terms(chunks[0].title), {each.key for each in read_chunks(chunks)}
    for id, each in after.items():
        if id in before or each[0].audience != chunks[0].audience:
            continue
        left = stated & {statement.key for statement in read_chunks(each)}
        if index_terms(each[0].title) == title or 2 * len(left) > len(stated):
            return each
    return ()


def _list_arrived(
    before: Mapping[int, Sequence[SampledChunk]], after: Mapping[int, Sequence[SampledChunk]]
) -> dict[tuple[str, str], list[Statement]]:
    """By audience and key, what documents state that did not; where a page is split it moves."""
    arrived: dict[tuple[str, str], list[Statement]] = {}
    for id, chunks in after.items():
        known = {each.key for each in read_chunks(before.get(id, ()))}
        for each in read_chunks(chunks):
            if each.key not in known:
                arrived.setdefault((chunks[0].audience, each.key), []).append(each)
    return arrived


def _ask_all(cases: Sequence[Case], facts: Sequence[Fact], statement: Statement) -> bool:
    literals = _list_literals(cases)
    return bool(facts) and all(_asks(literals, each, statement) for each in facts)


def _list_literals(cases: Sequence[Case]) -> list[str]:
    """What answers to them have to say, and must not say."""
    stated = [literal for case in cases for group in case.facts for literal in group]
    return [*stated, *(literal for case in cases for literal in case.forbidden)]


def _asks(literals: Iterable[str], fact: Fact, statement: Statement) -> bool:
    return any(
        count_facts([literal], statement.text) and states_fact(literal, fact)
        for literal in literals
    )


def _is_about(case: Case, unproven: Unproven) -> bool:
    """Whether it names the document, or forbids what no answer may say."""
    found = Found(uri=unproven.uri, id=unproven.id)
    return bool(case.forbidden) or any(
        names(name, found) for group in case.citations for name in group
    )


def by_document(chunks: Iterable[SampledChunk]) -> dict[int, list[SampledChunk]]:
    """The chunks of each, by its id."""
    grouped: dict[int, list[SampledChunk]] = {}
    for each in chunks:
        grouped.setdefault(each.document_id, []).append(each)
    return grouped


def read_chunks(chunks: Sequence[SampledChunk]) -> list[Statement]:
    """What they state, each under its title and headings."""
    return [each.statement for each in read_stated(chunks)]


def _list_garbled(
    chunks: Sequence[SampledChunk], before: Sequence[SampledChunk], usual: Counter[str]
) -> list[Unproven]:
    """Lines that cannot be read and could be, and documents in letters that the base has not."""
    texts = ["\n".join(each.text for each in part) for part in (chunks, before)]
    known = set(find_garbled(texts[1]))
    lines = [line for line in find_garbled(texts[0]) if line not in known]
    if not lines and usual and is_foreign(texts[0], usual) and not is_foreign(texts[1], usual):
        lines = [texts[0].strip().partition("\n")[0]]
    return [
        Unproven(
            doubt=Doubt.GARBLED,
            uri=chunks[0].uri,
            id=chunks[0].external_id,
            place=(chunks[0].title,),
            before="",
            after=line,
            language=chunks[0].language,
            audience=chunks[0].audience,
        )
        for line in lines[:MOST_GARBLED]
    ]


async def _find_elsewhere(conn: Connection, base: Base, lost: Lost, document_id: int) -> str:
    """Another document that still says what was lost, with the sentence; empty: none does."""
    wanted = [term_id(base.id, term) for term in index_terms(lost.statement.text)]
    holding = await list_holding(conn, base, wanted, rarest=RAREST, limit=MOST_HOLDING)
    for chunk in holding:
        if chunk.document_id == document_id:
            continue
        for statement in read_chunks([chunk]):
            if statement.repeats(lost):
                return f"{chunk.uri}: {statement.text}"
    return ""


def _describe(lost: Lost, chunk: SampledChunk, holder: str) -> Unproven:
    doubt = Doubt.CHANGED if lost.successor else Doubt.GONE
    return Unproven(
        doubt=Doubt.CONTRADICTED if holder else doubt,
        uri=chunk.uri,
        id=chunk.external_id,
        place=lost.statement.place,
        before=lost.statement.text,
        after=lost.successor.text if lost.successor else "",
        elsewhere=holder,
        language=chunk.language,
        audience=chunk.audience,
    )


def _describe_unread(file: UnreadFile) -> Unproven:
    return Unproven(
        doubt=Doubt.UNREADABLE,
        uri=file.path,
        id=None,
        place=(file.titles[0],),
        before="; ".join(file.titles),
        after=file.reason,
        language=file.language,
        audience=file.audience,
    )


def _describe_lapsed(lapsed: Lapsed) -> Unproven:
    chunk = lapsed.chunk
    return Unproven(
        doubt=Doubt.LAPSED,
        uri=chunk.uri,
        id=chunk.external_id,
        place=(chunk.title,),
        before=chunk.title,
        after=lapsed.reason,
        language=chunk.language,
        audience=chunk.audience,
    )


def _describe_unfit(kind: str, stated: Stated) -> Unproven:
    return Unproven(
        doubt=Doubt(kind),
        uri=stated.chunk.uri,
        id=stated.chunk.external_id,
        place=stated.statement.place,
        before="",
        after=stated.statement.text,
        language=stated.chunk.language,
        audience=stated.chunk.audience,
    )


def _contradict(contradiction: Contradiction) -> Unproven:
    added, standing = contradiction.added, contradiction.standing
    place = " > ".join(standing.statement.place[1:])
    where = f"{standing.chunk.uri}, {place}" if place else standing.chunk.uri
    return Unproven(
        doubt=Doubt.CONTRADICTED,
        uri=added.chunk.uri,
        id=added.chunk.external_id,
        place=added.statement.place,
        before="",
        after=added.statement.text,
        elsewhere=f"{where}: {standing.statement.text}",
        language=added.chunk.language,
        audience=added.chunk.audience,
    )
