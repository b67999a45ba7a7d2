"""Questions that lead on from an answer, each of which the knowledge answers too.

They come from the knowledge alone, never from what others asked: questions and headings near what
the answer cites. Each is looked up as if it had been asked, and offered only where its own section
leads and the answer would be given.
"""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from opentelemetry import trace

from kefu.answering.asking_back import find_choices
from kefu.answering.follow_up import Asked
from kefu.answering.gather import gather
from kefu.answering.likeness import letters
from kefu.answering.phrases import fragment
from kefu.answering.records import Answer, Citation, Intent, Outcome
from kefu.answering.sameness import read_sense
from kefu.errors import KefuError
from kefu.knowledge import OUTDATED, Base, get_base, read_version
from kefu.resources import Resources
from kefu.retrieval import Neighbour, read_neighbours
from kefu.text import content_digest, query_terms
from kefu.viewer import Viewer

MOST_CITED = 3  # chunks whose neighbours are read
MOST_SPARE = 2  # looked up besides as many as are wanted
MOST_REMEMBERED = 20_000  # of what was looked up, in a process
FEWEST_TERMS = 2  # of a heading that says by itself what it asks
MOST_AT_ONCE = 4  # answers of a process that this is done for; what answers comes first
LONGEST = 100
LONGEST_SECONDS = 2.0

_ORDINAL = re.compile(
    r"^(?:第[一二三四五六七八九十\d]+[章节条部分]+|[(（]?[一二三四五六七八九十\d]+[、.．)）]|\d+(?:\.\d+)+)[、.．:：\s]*"
)
_ASKS = re.compile(
    r"[?？]$|怎么|怎样|如何|为什么|为何|是什么|什么是|多少|多久|哪[些个种里]|是否|能否|吗$|呢$"
)

_WITHIN_QUOTES = str.maketrans("“”", "‘’")

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.answering")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    """A question that may be offered, and the section that should answer it."""

    question: str
    document_id: int
    heading_path: tuple[str, ...]


_places = asyncio.Semaphore(MOST_AT_ONCE)
_remembered: OrderedDict[str, bool] = OrderedDict()
"""Whether leads are answered, by the digest of all that decides it; the same ones come again."""


async def find_related(
    resources: Resources,
    answer: Answer,
    *,
    asked: Sequence[str],
    viewer: Viewer,
    base: str,
    most: int,
) -> tuple[str, ...]:
    """At most so many questions that lead on from an answer, the nearest first.

    `asked` is the question, then what was asked before; none of it is offered. The customer has
    been answered by then: where it takes too long, fails, or many are at it there are none.
    """
    is_content = answer.intent is Intent.QUESTION  # who complains is not sent to read on
    if not (is_content and answer.outcome is Outcome.ANSWERED and answer.citations and most):
        return ()
    if _places.locked():
        log.info("No related questions: %s are being looked for.", MOST_AT_ONCE)
        return ()
    with tracer.start_as_current_span("relate") as span:
        try:
            async with _places, asyncio.timeout(LONGEST_SECONDS):
                async with resources.database.connection() as conn:
                    found = await get_base(conn, base)
                leads = await _find_leads(resources, answer, asked, viewer=viewer, base=found)
                related = await _look_up(resources, leads, viewer=viewer, base=found, most=most)
        except (KefuError, TimeoutError) as error:
            log.info("No related questions: %s", str(error) or "it took too long")
            return ()
        span.set_attributes({"kefu.lead_count": len(leads), "kefu.related_count": len(related)})
    return tuple(related)


async def _look_up(
    resources: Resources, leads: Sequence[_Lead], *, viewer: Viewer, base: Base, most: int
) -> list[str]:
    """Those that are answered: as many as are wanted at the same time, then the spare ones."""
    async with resources.database.connection() as conn:
        version = await read_version(conn, base.name)
    look = partial(_remember, resources, version=version, viewer=viewer, base=base)
    first, spare = leads[:most], leads[most : most + MOST_SPARE]
    found = await asyncio.gather(*map(look, first))
    related = [lead.question for lead, is_known in zip(first, found, strict=True) if is_known]
    for lead in spare:
        if len(related) == most:
            break
        if await look(lead):
            related.append(lead.question)
    return related


async def _find_leads(
    resources: Resources, answer: Answer, asked: Sequence[str], *, viewer: Viewer, base: Base
) -> list[_Lead]:
    cited = list(dict.fromkeys(each.chunk_id for each in answer.citations))
    neighbours = await read_neighbours(
        resources,
        cited[:MOST_CITED],
        viewer=viewer,
        base=base,
        language="zh" if answer.language == "zh" else "en",
    )
    most = resources.settings.routing.conversation_class.rank
    usable = [
        each for each in neighbours if each.status not in OUTDATED and each.data_class.rank <= most
    ]
    nearest = _sort(usable, answer.citations[0], asked[0])
    read = {(each.document_id, each.heading_path) for each in answer.citations}
    said = [*asked, answer.read_as or ""]
    return list(_choose(nearest, said, read, language=answer.language))


def _sort(neighbours: Sequence[Neighbour], cited: Citation, question: str) -> list[Neighbour]:
    """First those in the document cited first, then others that share a word with the question."""
    own = [each for each in neighbours if each.document_id == cited.document_id]
    terms = set(query_terms(" ".join([question, cited.title, *cited.heading_path])))
    others = [
        each
        for each in neighbours
        if each.document_id != cited.document_id
        and not terms.isdisjoint(query_terms(" ".join([each.title, *each.heading_path[-1:]])))
    ]
    return [*own, *others]


def _choose(
    neighbours: Sequence[Neighbour],
    asked: Sequence[str],
    read: set[tuple[int, tuple[str, ...]]],
    *,
    language: str,
) -> Iterator[_Lead]:
    """One question a section, none that was asked and none of a section that was read."""
    said = {key for each in asked for key in _keys(each)}
    for each in neighbours:
        place = each.document_id, each.heading_path
        question = _put(each, language=language)
        if place in read or not question or said.intersection(keys := _keys(question)):
            continue
        read.add(place)
        said.update(keys)
        yield _Lead(question=question, document_id=each.document_id, heading_path=each.heading_path)


def _keys(question: str) -> list[str]:
    """What two questions share that are the same."""
    return [letters(question), *filter(None, [read_sense(question)])]


def _put(neighbour: Neighbour, *, language: str) -> str:
    """A section as a question; empty where nothing names it."""
    if not neighbour.heading_path:
        return neighbour.title if _is_question(neighbour.title) else ""
    heading = _ORDINAL.sub("", neighbour.heading_path[-1]).strip()
    if _is_question(heading) and len(query_terms(heading)) >= FEWEST_TERMS:
        return heading
    quoted = heading.translate(_WITHIN_QUOTES)
    question = fragment("related", language, title=neighbour.title, heading=quoted)
    return question if heading and len(question) <= LONGEST else ""


def _is_question(text: str) -> bool:
    return len(text) <= LONGEST and bool(_ASKS.search(text.strip()))


async def _remember(
    resources: Resources, lead: _Lead, *, version: str, viewer: Viewer, base: Base
) -> bool:
    """What was found out before, while knowledge, rights, settings and day are the same."""
    settings = resources.settings
    deciding = (
        *(lead, base.name, version, viewer.sees_everything, sorted(viewer.audiences)),
        resources.embedder.name,
        *(settings.retrieval, settings.answering, settings.routing, datetime.now(UTC).date()),
    )
    key = content_digest(repr(deciding))
    if key in _remembered:
        _remembered.move_to_end(key)
        return _remembered[key]
    is_answered = await _is_answered(resources, lead, viewer=viewer, base=base)
    _remembered[key] = is_answered
    if len(_remembered) > MOST_REMEMBERED:
        _remembered.popitem(last=False)
    return is_answered


async def _is_answered(resources: Resources, lead: _Lead, *, viewer: Viewer, base: Base) -> bool:
    """Whether the question would be answered at once, and by its own section."""
    question = lead.question
    asked = Asked(query=question, text=question)
    evidence = await gather(resources, asked, viewer=viewer, base=base, is_whole=False)
    if evidence.confidence < resources.settings.answering.min_confidence or not evidence.units:
        return False
    best = evidence.units[0].hit
    return (
        not evidence.conflict
        and (best.document_id, tuple(best.heading_path)) == (lead.document_id, lead.heading_path)
        and not find_choices(question, evidence.units, (), language=best.language)
    )
