"""Finds what may answer a message, question by question."""

from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry import trace

from kefu.answering.follow_up import Asked
from kefu.answering.gather import HITS_SEARCHED, Evidence, gather
from kefu.answering.parts import names_both, split_comparison, split_parts
from kefu.answering.records import Turn
from kefu.answering.rewrite import understand
from kefu.resources import Resources
from kefu.retrieval import Hit, search
from kefu.viewer import Viewer

tracer = trace.get_tracer("kefu.answering")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part of a message as it was searched for, and what may answer it.

    Attributes:
        is_known: whether the knowledge holds the answer, as far as it is told.
    """

    part: str
    asked: Asked
    evidence: Evidence
    is_known: bool


class Finder:
    """Looks for answers in a base, as the viewer may, knowing what was said before."""

    def __init__(
        self, resources: Resources, history: Sequence[Turn], *, viewer: Viewer, base: str
    ) -> None:
        self._resources = resources
        self._history = history
        self._viewer = viewer
        self._base = base

    async def find_parts(self, message: str) -> list[Found]:
        """What may answer each part.

        The message is one question where no part of it is known, or all are by one document, which
        the whole message finds with everything that it says. Where that leads elsewhere, it is
        answered beside the parts, so that taking apart loses nothing.
        """
        whole = await self._find(message)
        parts = split_parts(message)
        if len(parts) > 1:
            found = [await self._find(part, parts[:n]) for n, part in enumerate(parts)]
            known = _best_documents(found)
            if not known or (len(known) == 1 and all(each.is_known for each in found)):
                return [whole]
            if _best_documents([whole]) <= known:
                return found
            return [*(each for each in found if each.is_known), whole]
        sides = split_comparison(message)
        if not sides or any(names_both(sides, unit.hit) for unit in whole.evidence.units[:1]):
            return [whole]
        found = [await self._gather(side, Asked(query=side, text=side)) for side in sides]
        known_count = sum(each.is_known for each in found)
        is_better = known_count == len(found) or (known_count and not whole.is_known)
        return found if is_better else [whole]

    async def _find(self, part: str, before: Sequence[str] = ()) -> Found:
        said = self._resources.settings.routing.conversation_class
        earlier = [Turn(question=each, answer="", data_class=said) for each in before]
        with tracer.start_as_current_span("understand") as span:
            asked = await understand(
                self._resources,
                part,
                [*self._history, *earlier],
                viewer=self._viewer,
                base=self._base,
            )
            span.set_attribute("kefu.asked", asked.text)
        return await self._gather(part, asked)

    async def _gather(self, part: str, asked: Asked) -> Found:
        evidence = await gather(self._resources, asked, viewer=self._viewer, base=self._base)
        least = self._resources.settings.answering.min_confidence
        is_known = bool(evidence.units) and evidence.confidence >= least
        return Found(part=part, asked=asked, evidence=evidence, is_known=is_known)


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
    if not history and len(split_parts(message)) == 1 and not split_comparison(message):
        return await search(resources, message, viewer=viewer, base_name=base, top_k=HITS_SEARCHED)
    finder = Finder(resources, history, viewer=viewer, base=base)
    return [hit for each in await finder.find_parts(message) for hit in each.evidence.hits]


def _best_documents(found: Sequence[Found]) -> set[int]:
    """The documents that lead, of what is known."""
    return {each.evidence.units[0].hit.document_id for each in found if each.is_known}
