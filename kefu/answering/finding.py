"""Finds what may answer a message, question by question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Self

from opentelemetry import trace

from kefu.answering.asking_back import find_priced
from kefu.answering.comparisons import names_both
from kefu.answering.decompose import Plan, Planner, plan_by_rules
from kefu.answering.evidence import Unit, distinct_hits
from kefu.answering.follow_up import Asked
from kefu.answering.gather import HITS_SEARCHED, Evidence, gather
from kefu.answering.hops import MOST_NAMES, Hop, find_naming, is_about, name_described
from kefu.answering.phrases import fragment
from kefu.answering.records import Turn
from kefu.answering.rewrite import understand
from kefu.answering.understand import asks_prices_alone
from kefu.knowledge import Base, get_base
from kefu.resources import Resources
from kefu.retrieval import Corrected, Hit, ask_corrected, correct, search_base
from kefu.text import detect_language, simplify_text
from kefu.viewer import Viewer

tracer = trace.get_tracer("kefu.answering")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part of a message as it was searched for, and what may answer it.

    Attributes:
        corrected: how it was read; None: as it stands.
        is_known: whether the knowledge holds the answer, as far as it is told.
        choices: what it may be about, where it names nothing.
    """

    part: str
    asked: Asked
    evidence: Evidence
    is_known: bool
    corrected: Corrected | None = None
    choices: tuple[str, ...] = ()

    @property
    def read(self) -> str:
        """The part without its typing errors."""
        return self.part if self.corrected is None else self.corrected.text


class Finder:
    """Looks for answers in a base, as the viewer may, knowing what was said before."""

    def __init__(
        self, resources: Resources, history: Sequence[Turn], *, viewer: Viewer, base: Base
    ) -> None:
        self._resources = resources
        self._history = history
        self._viewer = viewer
        self._base = base
        self._planner = Planner(resources, history)

    @classmethod
    async def open(
        cls, resources: Resources, history: Sequence[Turn], *, viewer: Viewer, base: str
    ) -> Self:
        """In the base of a name, as it is now.

        Raises:
            NotFound: there is no such base.
        """
        async with resources.database.connection() as conn:
            found = await get_base(conn, base)
        return cls(resources, history, viewer=viewer, base=found)

    async def find_parts(self, message: str) -> list[Found]:
        """What may answer each part.

        The message is one question where no part of it is known, or all are by one document, which
        the whole message finds with everything that it says. Where that leads elsewhere, it is
        answered beside the parts, so that taking apart loses nothing.
        """
        if not self._history and asks_prices_alone(message):
            priced = await self._find_priced(message)
            if priced.is_known:
                return [priced]
        whole = await self._find(message)
        if whole.evidence.worked:
            return [whole]
        plan = await self._planner.plan(message)
        if len(plan.parts) > 1:
            return await self._find_each(plan, whole)
        if plan.hop is not None:
            return [await self._find_second(message, plan.hop) or whole]
        if plan.sides:
            return await self._find_sides(plan.sides, whole)
        return [whole]

    async def search(self, message: str) -> list[Hit]:
        """The hits of the message as it stands, without its typing errors."""
        corrected = await correct(self._resources, message, viewer=self._viewer, base=self._base)
        query, carried = ask_corrected(message, corrected)
        return await search_base(
            self._resources,
            self._base,
            query,
            viewer=self._viewer,
            top_k=HITS_SEARCHED,
            carried=carried,
        )

    async def find_again(self, found: Found) -> Found | None:
        """What other words of a model find for a part, and its own did not; None: nothing."""
        with tracer.start_as_current_span("search again") as span:
            queries = await self._planner.reword(found.asked.text)
            span.set_attribute("kefu.queries", queries)
            others = [await self._gather_hits(each) for each in queries]
        known = {hit.chunk_id for hit in found.evidence.hits}
        by_turns = [hit for rank in zip_longest(*(each.hits for each in others)) for hit in rank]
        hits = distinct_hits([hit for hit in by_turns if hit and hit.chunk_id not in known])
        if not hits:
            return None
        standings = {key: value for each in others for key, value in each.standings.items()}
        evidence = Evidence(
            hits=hits[:HITS_SEARCHED], units=[], confidence=0.0, standings=standings
        )
        return replace(found, evidence=evidence, is_known=False)

    async def _gather_hits(self, query: str) -> Evidence:
        asked = Asked(query=query, text=query)
        return await gather(
            self._resources, asked, viewer=self._viewer, base=self._base, is_whole=False
        )

    async def _find_priced(self, message: str) -> Found:
        """Everything that has a price, for who asks for prices and names nothing.

        Where that is one thing alone, it is what was asked about.
        """
        language = detect_language(message)
        asked = Asked(query=fragment("prices", language), text=message)
        found = await self._gather(message, asked)
        choices = find_priced(found.evidence.hits, language=language)
        if len(choices) == 1:
            whole = f"{message} {choices[0]}"
            return await self._gather(message, Asked(query=whole, text=whole))
        return replace(found, is_known=bool(choices), choices=choices)

    async def _find_each(self, plan: Plan, whole: Found) -> list[Found]:
        if plan.stands_alone:
            found = [await self._gather(each, Asked(query=each, text=each)) for each in plan.parts]
        else:
            found = [await self._find(each, plan.parts[:n]) for n, each in enumerate(plan.parts)]
        if any(each.evidence.worked for each in found):
            return found
        known = _best_documents(found)
        if not known or (len(known) == 1 and all(each.is_known for each in found)):
            return [whole]
        if _best_documents([whole]) <= known:
            return found
        return [*(each for each in found if each.is_known), whole]

    async def _find_sides(self, sides: Sequence[str], whole: Found) -> list[Found]:
        """Each side by itself, unless one text tells of both."""
        if any(names_both(sides, unit.hit) for unit in whole.evidence.units[:1]):
            return [whole]
        found = [await self._gather(side, Asked(query=side, text=side)) for side in sides]
        known_count = sum(each.is_known for each in found)
        is_better = known_count == len(found) or (known_count and not whole.is_known)
        return found if is_better else [whole]

    async def _find_second(self, message: str, hop: Hop) -> Found | None:
        """What is asked of the thing that is described, when what is found gives it a name.

        A name becomes part of a query, so it comes only from what is of no higher class than that.
        """
        most = self._resources.settings.routing.conversation_class.rank
        with tracer.start_as_current_span("hop") as span:
            first = (await self._gather(hop.what, Asked(query=hop.what, text=hop.what))).evidence
            named = name_described(hop.what, first.units, message)
            chosen = await self._planner.name(hop.what, first.hits, message)
            if chosen and first.units:
                named = [(chosen, find_naming(chosen, first.units)), *named]
            usable = [(name, unit) for name, unit in named if unit.hit.data_class.rank <= most]
            for name, unit in usable[:MOST_NAMES]:
                asked = hop.ask(name)
                second = await self._gather(message, Asked(query=asked, text=asked))
                if second.is_known and is_about(name, second.evidence.units[0]):
                    span.set_attribute("kefu.asked", asked)
                    return _with_lead(second, name, unit)
        return None

    async def _find(self, part: str, before: Sequence[str] = ()) -> Found:
        said = self._resources.settings.routing.conversation_class
        earlier = [Turn(question=each, answer="", data_class=said) for each in before]
        with tracer.start_as_current_span("understand") as span:
            corrected = await correct(self._resources, part, viewer=self._viewer, base=self._base)
            asked = await understand(
                self._resources,
                part if corrected is None else corrected.text,
                [*self._history, *earlier],
                viewer=self._viewer,
                base=self._base,
            )
            span.set_attribute("kefu.asked", asked.text)
        return await self._gather(part, asked, corrected)

    async def _gather(self, part: str, asked: Asked, corrected: Corrected | None = None) -> Found:
        if corrected is not None:
            _, carried = ask_corrected(part, corrected, asked.carried)
            asked = replace(asked, carried=carried)
        evidence = await gather(self._resources, asked, viewer=self._viewer, base=self._base)
        least = self._resources.settings.answering.min_confidence
        is_known = bool(evidence.units) and evidence.confidence >= least
        return Found(
            part=part, asked=asked, evidence=evidence, is_known=is_known, corrected=corrected
        )


async def find_candidates(
    resources: Resources,
    message: str,
    *,
    viewer: Viewer,
    base: str,
    history: Sequence[Turn] = (),
) -> list[Hit]:
    """The hits that an answer chooses from, at the cost of one search.

    A follow-up or several questions in one are found as they are answered. Raises as
    `kefu.retrieval.search`.
    """
    finder = await Finder.open(resources, history, viewer=viewer, base=base)
    if not history and plan_by_rules(message).is_one_search:
        return await finder.search(message)
    return [hit for each in await finder.find_parts(message) for hit in each.evidence.hits]


def _with_lead(second: Found, name: str, unit: Unit) -> Found:
    """What was found in the second step about a thing, with the text that gave it its name."""
    hits = distinct_hits([unit.hit, *second.evidence.hits])
    units = [each for each in second.evidence.units if is_about(name, each)]
    evidence = replace(second.evidence, hits=hits, units=units, leads=(unit,))
    return replace(second, evidence=evidence)


def find_reading(found: Sequence[Found]) -> str | None:
    """The parts as they were read, where typing errors were found; None: as they stand.

    Two words without their space between them need no telling.
    """
    if not any(each.corrected and each.corrected.typed for each in found):
        return None
    if all(_letters(each.read) == _letters(each.part) for each in found):
        return None
    return " ".join(each.read for each in found)


def _letters(text: str) -> str:
    return "".join(each for each in simplify_text(text).casefold() if each.isalnum())


def _best_documents(found: Sequence[Found]) -> set[int]:
    """The documents that lead, of what is known."""
    return {each.evidence.units[0].hit.document_id for each in found if each.is_known}
