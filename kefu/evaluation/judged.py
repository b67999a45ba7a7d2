"""Cases with the documents that answer them, searched for under one setting after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kefu.answering import Asked, Turn, understand
from kefu.db import Connection
from kefu.errors import BadInput, ModelUnavailable, Unavailable
from kefu.evaluation.asking import list_documents
from kefu.evaluation.candidates import Setup
from kefu.evaluation.evaluators.retrieval import measure_ndcg, measure_recall
from kefu.evaluation.records import Case, DatasetVersion, Reply, Split
from kefu.evaluation.store.datasets import list_cases
from kefu.evaluation.store.proposals import list_proposals
from kefu.llm import Embedder, Vectors
from kefu.releases import SettingValue, change_settings
from kefu.resources import Resources
from kefu.retrieval import search_base
from kefu.viewer import DataClass

OPEN_SPLITS = (Split.TRAIN, Split.VALIDATION)
HITS = 12
"""As many as an answer is built on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A case that names documents, and what is searched for."""

    case: Case
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """How well one search ranks the documents of a case."""

    ndcg: float
    recall: float


async def list_judged_cases(
    conn: Connection, version: DatasetVersion, *, with_proposed: bool
) -> list[Case]:
    """Cases that name documents; test cases are not read.

    With `with_proposed` those too that nobody has reviewed yet, whose split their question decides.
    """
    cases = list(await list_cases(conn, version.id, splits=OPEN_SPLITS))
    if with_proposed:
        known = {each.asked_digest for each in cases}
        waiting = [each.case for each in await list_proposals(conn, version.dataset)]
        cases += [
            each for each in waiting if each.split in OPEN_SPLITS and each.asked_digest not in known
        ]
    return [each for each in cases if each.citations]


async def understand_case(setup: Setup, case: Case) -> Judged | None:
    """The case as it is searched for; None where it cannot be asked."""
    said = setup.resources.settings.routing.conversation_class
    history = [
        Turn(question=each.question, answer=each.answer, data_class=said) for each in case.history
    ]
    try:
        asked = await understand(
            setup.resources, case.question, history, viewer=case.viewer, base=setup.base
        )
    except BadInput:
        return None
    return Judged(case=case, asked=asked)


async def rank(setup: Setup, judged: Judged, changes: Mapping[str, SettingValue]) -> Ranked:
    """Search once, with some settings changed."""
    case, asked = judged.case, judged.asked
    hits = await search_base(
        _change(setup.resources, changes),
        setup.base,
        asked.query,
        viewer=case.viewer,
        top_k=HITS,
        carried=asked.carried,
    )
    found = list_documents(hits)
    reply = Reply(answer="", behaviour=None, language="", mode="", confidence=0.0, found=found)
    ndcg, recall = measure_ndcg(case, reply), measure_recall(case, reply)
    assert ndcg is not None
    assert recall is not None
    return Ranked(ndcg=ndcg.value, recall=recall.value)


def _change(resources: Resources, changes: Mapping[str, SettingValue]) -> Resources:
    return replace(resources, settings=change_settings(resources.settings, changes))


class RememberingEmbedder:
    """Embeds the same questions once, however often they are searched for."""

    def __init__(self, embedder: Embedder) -> None:
        """Remember for another embedder."""
        self._embedder = embedder
        self._known: dict[tuple[str, ...], Vectors] = {}
        self.name = embedder.name
        self.max_tokens = embedder.max_tokens
        self.data_class: DataClass = embedder.data_class

    @property
    def dimensions(self) -> int:
        """Of the other."""
        return self._embedder.dimensions

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """As the other."""
        return await self._embedder.embed_documents(texts)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """As the other did the first time.

        Raises:
            Unavailable: it does not answer; a search by words alone would be compared with others.
        """
        key = tuple(texts)
        if key not in self._known:
            try:
                self._known[key] = await self._embedder.embed_queries(texts)
            except ModelUnavailable as error:
                raise Unavailable(
                    "Searches cannot be compared without the embedder: %(problem)s", problem=error
                ) from error
        return self._known[key]

    def count_tokens(self, text: str) -> int:
        """As the other."""
        return self._embedder.count_tokens(text)

    async def aclose(self) -> None:
        """Nothing is open; the other stays as it is."""
