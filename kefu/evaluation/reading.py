"""A model is asked whether two texts say the same, and tried before it is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

from kefu.db import Connection
from kefu.errors import ModelUnreadable, NotFound
from kefu.evaluation.candidates import LANGUAGES
from kefu.evaluation.experiments import OnProgress
from kefu.evaluation.readers import Outcome, ReaderTrial, Sentences, load_sentences, read_sentences
from kefu.evaluation.records import digest_json
from kefu.evaluation.store.readers import insert_trial, list_trials
from kefu.evaluation.working import work_through
from kefu.llm import Endpoint, Endpoints
from kefu.prompts import load_live, render
from kefu.resources import Resources
from kefu.text import Language, content_digest
from kefu.viewer import DataClass

PROMPT = "same-statement"
WORDS = ("yes", "no")
"""What the prompt asks for."""

MOST_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An endpoint that is believed, by its trials.

    Attributes:
        trial: the last one.
        thresholds: log-odds above which it is, by language, the highest of all trials.
    """

    endpoint: Endpoint
    trial: ReaderTrial
    thresholds: Mapping[Language, float]

    @property
    def at_once(self) -> int:
        """How many texts it is given at a time."""
        return min(MOST_AT_ONCE, self.endpoint.settings.concurrency)

    def __str__(self) -> str:
        model = self.trial.model
        return f"{self.trial.endpoint} ({model})" if model else self.trial.endpoint


async def find_readers(resources: Resources) -> tuple[list[Reader], list[str]]:
    """The endpoints that are believed, in their order, and why the others are not.

    What a trial showed is not made good by another one of the same model with the same prompts.
    """
    readers, reasons = [], []
    for endpoint in await _list_writing(resources.endpoints):
        async with resources.database.connection() as conn:
            fingerprint = await describe_reader(conn, resources, endpoint)
            trials = await list_trials(conn, fingerprint)
        if not trials:
            reasons.append(f"{endpoint.name}: not tried (kefu evaluation try-reader)")
            continue
        problems = dict.fromkeys(problem for each in trials for problem in each.problems)
        reasons += [f"{endpoint.name}, {problem}" for problem in problems]
        if thresholds := _join_thresholds(trials):
            readers.append(Reader(endpoint=endpoint, trial=trials[0], thresholds=thresholds))
    return readers, reasons


def _join_thresholds(trials: Sequence[ReaderTrial]) -> dict[Language, float]:
    found = [each.thresholds for each in trials]
    return {
        language: max(each[language] for each in found)
        for language in LANGUAGES
        if all(language in each for each in found)
    }


async def try_reader(
    resources: Resources, name: str, *, author: str, on_progress: OnProgress
) -> ReaderTrial:
    """Ask an endpoint about sentences of which it is known whether they say the same.

    Raises:
        NotFound: no endpoint that writes has this name.
        ModelUnavailable: it does not answer; nothing is kept.
    """
    known = {each.name: each for each in await _list_writing(resources.endpoints)}
    if name not in known:
        raise NotFound(
            "No endpoint that writes is called %(name)s; there are: %(known)s.",
            name=repr(name),
            known=", ".join(known) or "–",
        )
    endpoint, given = known[name], load_sentences()
    async with resources.database.connection() as conn:
        fingerprint = await describe_reader(conn, resources, endpoint)
    outcomes = await work_through(
        given,
        partial(_try, resources, name),
        at_once=min(MOST_AT_ONCE, endpoint.settings.concurrency),
        on_done=lambda count: on_progress(count, len(given)),
    )
    described = {"endpoint": name, "model": endpoint.model, "fingerprint": fingerprint}
    async with resources.database.transaction() as conn:
        return await insert_trial(conn, described, outcomes, author=author)


async def weigh_sameness(
    resources: Resources,
    name: str,
    texts: Sequence[str],
    *,
    language: Language,
    data_class: DataClass,
    least: float = -inf,
) -> float:
    """How sure an endpoint is that two texts say the same: log-odds, of both orders the lower.

    The second order is not asked for when the first does not exceed `least`.

    Raises:
        ModelForbidden: it may not see this.
        ModelUnreadable: it answers neither yes nor no.
        ModelUnavailable: it does not answer.
    """
    assert resources.endpoints is not None
    async with resources.database.connection() as conn:
        live = await load_live(conn, PROMPT, language=language, numbers=resources.prompt_numbers)
    lowest = inf
    for first, second in (texts, texts[::-1]):
        sent = render(live.specification, {"first": first, "second": second})
        sure = await resources.endpoints.choose([name]).weigh(
            WORDS, instructions=sent.instructions, prompt=sent.message, data_class=data_class
        )
        lowest = min(lowest, sure)
        if lowest <= least:
            break
    return lowest


async def _try(resources: Resources, name: str, sentences: Sentences) -> Outcome:
    sure: list[float | None] = []
    for after in (sentences.same, sentences.other):
        try:
            sure.append(
                await weigh_sameness(
                    resources,
                    name,
                    (sentences.before, after),
                    language=sentences.language,
                    data_class=DataClass.PUBLIC,
                )
            )
        except ModelUnreadable:
            sure.append(None)
    return Outcome(
        id=sentences.id,
        kind=sentences.kind,
        language=sentences.language,
        same=sure[0],
        other=sure[1],
    )


async def describe_reader(conn: Connection, resources: Resources, endpoint: Endpoint) -> str:
    """The fingerprint of what is tried: the same for the same endpoint, model and prompts."""
    prompts = {}
    for language in LANGUAGES:
        live = await load_live(conn, PROMPT, language=language, numbers=resources.prompt_numbers)
        prompts[language] = content_digest(live.specification.text)
    return digest_json(
        {
            "endpoint": endpoint.name,
            "url": endpoint.url,
            "model": endpoint.model,
            "prompts": prompts,
            "sentences": content_digest(read_sentences()),
        }
    )


async def _list_writing(endpoints: Endpoints | None) -> list[Endpoint]:
    if endpoints is None:
        return []
    await endpoints.refresh()
    return [each for each in endpoints.list_endpoints() if each.purpose == "chat"]
