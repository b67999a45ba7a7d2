"""A model is asked whether two texts say the same, and tried before it is believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pydantic import BaseModel, Field

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
MOST_TOKENS = 160
MOST_AT_ONCE = 4


NO_DIFFERENCE = frozenset(
    {"", "-", "n/a", "none", "nothing", "no difference", "无", "没有", "没有差别", "无差别"}
)
"""How models say that nothing differs."""


class ReaderAnswer(BaseModel):
    """What the prompt asks for: first what differs, so that it is looked for."""

    difference: str = Field(max_length=200)
    same: Literal["yes", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An endpoint that is believed, by its last trial."""

    endpoint: Endpoint
    trial: ReaderTrial

    @property
    def at_once(self) -> int:
        """How many texts it is given at a time."""
        return min(MOST_AT_ONCE, self.endpoint.settings.concurrency)

    def __str__(self) -> str:
        model = self.trial.model
        return f"{self.trial.endpoint} ({model})" if model else self.trial.endpoint


async def find_readers(resources: Resources) -> tuple[list[Reader], list[str]]:
    """The endpoints that are believed, in their order, and why the others are not.

    A trial that was lost is not made good by another one of the same model with the same prompts.
    """
    readers, reasons = [], []
    for endpoint in await _list_writing(resources.endpoints):
        async with resources.database.connection() as conn:
            fingerprint = await describe_reader(conn, resources, endpoint)
            trials = await list_trials(conn, fingerprint)
        lost = next((each for each in trials if not each.is_trusted), None)
        if lost is not None:
            reasons.append(f"{endpoint.name}: {'; '.join(lost.problems)}")
        elif trials:
            readers.append(Reader(endpoint=endpoint, trial=trials[0]))
        else:
            reasons.append(f"{endpoint.name}: not tried (kefu evaluation try-reader)")
    return readers, reasons


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


async def reads_as_same(
    resources: Resources,
    name: str,
    texts: Sequence[str],
    *,
    language: Language,
    data_class: DataClass,
) -> bool:
    """Whether an endpoint finds all of each text in the other one, and names no difference.

    Raises:
        ModelForbidden: it may not see this.
        ModelUnreadable: it answers in another form.
        ModelUnavailable: it does not answer.
    """
    if resources.endpoints is None:
        return False
    async with resources.database.connection() as conn:
        live = await load_live(conn, PROMPT, language=language, numbers=resources.prompt_numbers)
    for first, second in (texts, texts[::-1]):
        sent = render(live.specification, {"first": first, "second": second})
        answer = await resources.endpoints.choose([name]).complete(
            ReaderAnswer,
            instructions=sent.instructions,
            prompt=sent.message,
            max_tokens=MOST_TOKENS,
            data_class=data_class,
        )
        if answer.same == "no" or _is_named(answer.difference):
            return False
    return True


def _is_named(difference: str) -> bool:
    return difference.casefold().strip(" .。") not in NO_DIFFERENCE


async def _try(resources: Resources, name: str, sentences: Sentences) -> Outcome:
    said: list[bool | None] = []
    for after in (sentences.same, sentences.other):
        try:
            is_same = await reads_as_same(
                resources,
                name,
                (sentences.before, after),
                language=sentences.language,
                data_class=DataClass.PUBLIC,
            )
            said.append(is_same)
        except ModelUnreadable:
            said.append(None)
    return Outcome(
        id=sentences.id,
        kind=sentences.kind,
        is_same=said[0] is True,
        is_other=said[1] is True,
        unread_count=said.count(None),
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
