"""All model endpoints of this process: who is asked, in which order, and what became of it."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from copy import copy
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from opentelemetry import trace
from pydantic import BaseModel

from kefu.errors import BadSettings, ModelForbidden, ModelUnavailable, ModelUnreadable
from kefu.llm.asking import ask_in_turn, watch
from kefu.llm.calls import OnCall, Usage, ignore_call
from kefu.llm.directory import Directory
from kefu.llm.endpoints import Endpoint, names_of
from kefu.llm.guarded import (
    EndpointState,
    GuardedEmbedder,
    GuardedEndpoint,
    GuardedReranker,
    GuardedTranscriber,
)
from kefu.llm.hedging import Line
from kefu.llm.open_call import OpenCall
from kefu.llm.recording import Recording
from kefu.llm.routing import Decision, choose_writing, decide
from kefu.llm.secrets import Vault
from kefu.llm.store import Connect
from kefu.llm.structured import Unreadable, ask_again, instruct, read_object, wish_for
from kefu.llm.tokens import estimate_tokens
from kefu.llm.weighing import WISHES as WEIGHING
from kefu.llm.weighing import weigh
from kefu.settings import Purpose, Settings
from kefu.viewer import DataClass, highest_class

M = TypeVar("M", bound=BaseModel)

LAST_RESORT_SECONDS = 4.0
"""What endpoints further down still have for their first token when the first used up its time."""

WORD_TOKENS = 8
"""For an answer of one word; some models put a space, a line or a mark before it."""

log = logging.getLogger(__name__)


class Endpoints:
    """Endpoints of the settings, then those entered on the page, asked in this order."""

    def __init__(
        self, settings: Settings, *, connect: Connect | None = None, vault: Vault | None = None
    ) -> None:
        """With `connect` stored endpoints and budgets count too.

        Raises:
            BadSettings: an endpoint of the settings cannot be used.
        """
        self.directory = Directory(settings, connect=connect, vault=vault)
        self._chosen: Sequence[str] | None = None
        self._hedge_seconds = settings.routing.hedge_seconds

    def list_endpoints(self) -> list[Endpoint]:
        """All, in the order in which they are asked."""
        every = self.directory.list_endpoints()
        return every if self._chosen is None else choose_writing(every, self._chosen)

    @property
    def name(self) -> str:
        """That of the endpoint which is asked first."""
        first = self._find_writer()
        return first.name if first else "model"

    @property
    def has_chat(self) -> bool:
        """Whether one of them writes."""
        return self._find_writer() is not None

    def choose(self, names: Sequence[str]) -> "Endpoints":
        """The same with these alone that write, in this order; limits and connections are shared.

        A name that is not known is left out.
        """
        chosen = copy(self)
        chosen._chosen = tuple(names)
        return chosen

    async def decide(
        self, purpose: Purpose, data_class: DataClass, *, only: str | None = None
    ) -> Decision:
        """Who may see such data, or whether one of them may; recorded on the current span."""
        await self.refresh()
        fit = [each for each in self.list_endpoints() if only in (None, each.name)]
        decision = decide(fit, purpose, data_class)
        trace.get_current_span().add_event(
            "kefu.routing",
            {
                "kefu.purpose": purpose,
                "kefu.data_class": data_class,
                "kefu.allowed": [each.name for each in decision.allowed],
                "kefu.refused": [each.name for each in decision.refused],
            },
        )
        return decision

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
    ) -> AsyncGenerator[str, None]:
        """As `ChatEndpoint.stream`: the first endpoint that answers, of those that may see it."""
        decision = await self.decide("chat", data_class)
        if not decision.allowed:
            raise ModelForbidden(decision.reason)
        patience = max(each.settings.first_token_seconds for each in decision.allowed)
        deadline = monotonic() + patience + LAST_RESORT_SECONDS

        def ask(endpoint: Endpoint, call: OpenCall) -> AsyncGenerator[str, None]:
            call.describe(instructions=instructions, prompt=prompt, max_tokens=max_tokens)
            pieces = self.directory.open(endpoint, GuardedEndpoint).stream(
                instructions=instructions, prompt=prompt, max_tokens=max_tokens, call=call
            )
            seconds = deadline - monotonic()
            return watch(pieces, call, first_within_seconds=seconds, on_call=on_call)

        line = Line(decision, ask, is_free=self._is_free, hedge_seconds=self._hedge_seconds)
        problem, has_shown = ModelUnavailable("Nobody was asked."), False
        while (pieces := line.ask_next()) is not None:
            try:
                async with aclosing(pieces):
                    async for piece in pieces:
                        has_shown = True
                        yield piece
            except ModelUnavailable as error:
                if has_shown:
                    raise
                problem = error
            else:
                return
        raise problem

    async def complete(
        self,
        schema: type[M],
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
    ) -> M:
        """An answer as a record; one that does not fit the schema is mended once.

        Raises:
            ModelUnreadable: what was mended does not fit either.
            ModelUnavailable: as `stream`.
        """
        decision = await self.decide("chat", data_class)
        write = partial(
            self._write_whole,
            instructions=instruct(instructions, schema),
            max_tokens=max_tokens,
            wishes=wish_for(schema),
        )
        answer, _ = await ask_in_turn(decision, partial(write, prompt=prompt), on_call=on_call)
        try:
            return read_object(answer, schema)
        except Unreadable as problem:
            log.info("An answer is asked for again: %s", problem)
            mended = ask_again(prompt, answer=answer, problem=problem)
        answer, _ = await ask_in_turn(decision, partial(write, prompt=mended), on_call=on_call)
        try:
            return read_object(answer, schema)
        except Unreadable as problem:
            raise self._explain(problem) from problem

    async def weigh(
        self,
        words: Sequence[str],
        *,
        instructions: str,
        prompt: str,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
    ) -> float:
        """How much surer a model is of the first word than of the others, as log-odds.

        A server that does not tell probabilities counts as sure of what it writes
        (`weighing.MOST_SURE`).

        Raises:
            ModelUnreadable: it writes none of them.
            ModelUnavailable: as `stream`.
        """
        decision = await self.decide("chat", data_class)
        write = partial(
            self._write_whole,
            instructions=instructions,
            prompt=prompt,
            max_tokens=WORD_TOKENS,
            wishes=WEIGHING,
        )
        answer, usage = await ask_in_turn(decision, write, on_call=on_call)
        try:
            return weigh(answer, usage.alternatives, words)
        except ValueError as problem:
            raise self._explain(problem) from problem

    async def _write_whole(
        self,
        endpoint: Endpoint,
        call: OpenCall,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        wishes: Mapping[str, Any],
    ) -> tuple[str, Usage]:
        call.describe(instructions=instructions, prompt=prompt, max_tokens=max_tokens)
        pieces = self.directory.open(endpoint, GuardedEndpoint).stream(
            instructions=instructions,
            prompt=prompt,
            max_tokens=max_tokens,
            call=call,
            wishes=wishes,
        )
        async with aclosing(pieces):
            return "".join([piece async for piece in pieces]), call.usage

    def _explain(self, problem: Exception) -> ModelUnreadable:
        return ModelUnreadable(f"Endpoint {self.name} did not answer as it was asked: {problem}")

    async def rerank(
        self,
        query: str,
        texts: Sequence[str],
        *,
        data_class: DataClass = DataClass.RESTRICTED,
        within_seconds: float = 20.0,
        on_call: OnCall = ignore_call,
    ) -> list[float]:
        """How well each text answers the question; the scale is the model's, higher is better.

        Raises:
            ModelForbidden: no reranker may see this.
            ModelUnavailable: none of those that may answered in time.
        """
        if not texts:
            return []

        deadline = monotonic() + within_seconds

        async def score(endpoint: Endpoint, call: OpenCall) -> list[float]:
            call.describe_texts(query, count=len(texts))
            seconds = deadline - monotonic()
            if seconds <= 0:
                raise ModelUnavailable(f"{call.subject} was not asked: the time was up.")
            return await self.directory.open(endpoint, GuardedReranker).rerank(
                query, texts, within_seconds=seconds, call=call
            )

        decision = await self.decide("rerank", data_class)
        return await ask_in_turn(decision, score, on_call=on_call)

    async def transcribe(
        self,
        recording: Recording,
        *,
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,
    ) -> str:
        """What is said in a recording.

        Raises:
            ModelForbidden: no speech model may hear this.
            ModelUnavailable: none of those that may answered.
        """

        async def write(endpoint: Endpoint, call: OpenCall) -> str:
            return await self.directory.open(endpoint, GuardedTranscriber).transcribe(
                recording, call=call
            )

        decision = await self.decide("transcription", data_class)
        return await ask_in_turn(decision, write, on_call=on_call)

    async def get_embedding(self, name: str) -> Endpoint:
        """The endpoint of that name, which is to embed.

        Raises:
            BadSettings: it is not there or does something else.
        """
        await self.refresh()
        found = next((each for each in self.list_endpoints() if each.name == name), None)
        if found is not None and found.purpose == "embedding":
            return found
        fit = names_of([each for each in self.list_endpoints() if each.purpose == "embedding"])
        reason = "is not there" if found is None else f"has the purpose {found.purpose}"
        raise BadSettings(
            f"embedding.endpoint names {name}, which {reason}."
            f" Endpoints that embed: {fit or 'none'}."
        )

    async def open_embedding(self, name: str, *, data_class: DataClass) -> GuardedEmbedder:
        """The endpoint of that name as it is at this moment, behind its limits.

        Raises:
            ModelForbidden: it may not see such data, or is there no more.
        """
        decision = await self.decide("embedding", data_class, only=name)
        if not decision.allowed:
            raise ModelForbidden(f"The embedder is endpoint {name}. {decision.reason}")
        return self.directory.open(decision.allowed[0], GuardedEmbedder)

    async def find_ceiling(self, purpose: Purpose) -> DataClass | None:
        """The highest class that an endpoint of the purpose may see; None: there is none."""
        await self.refresh()
        fit = [each.data_class for each in self.list_endpoints() if each.purpose == purpose]
        return highest_class(*fit) if fit else None

    def count_tokens(self, text: str) -> int:
        """As the endpoint counts that is asked first."""
        first = self._find_writer()
        if first is None:
            return estimate_tokens(text)
        return self.directory.open(first, GuardedEndpoint).count_tokens(text)

    @property
    def context_tokens(self) -> int:
        """Of the endpoint that is asked first; 0 where there is none."""
        first = self._find_writer()
        return first.settings.context_tokens if first else 0

    async def refresh(self) -> None:
        """Read the endpoints that were entered on the page, if some changed."""
        await self.directory.refresh()

    def find_state(self, name: str) -> EndpointState | None:
        """What this process does with an endpoint; None when it was not asked yet."""
        return self.directory.find_state(name)

    def forget(self) -> None:
        """Read the stored endpoints again the next time."""
        self.directory.forget()

    async def aclose(self) -> None:
        """Close every connection."""
        await self.directory.aclose()

    def _find_writer(self) -> Endpoint | None:
        return next((each for each in self.list_endpoints() if each.purpose == "chat"), None)

    def _is_free(self, endpoint: Endpoint) -> bool:
        return self.directory.open(endpoint, GuardedEndpoint).is_free


@asynccontextmanager
async def open_endpoints(
    settings: Settings, *, connect: Connect | None = None
) -> AsyncIterator[Endpoints]:
    """Every endpoint; with `connect` those entered on the page and budgets count too.

    Raises:
        BadSettings: an endpoint of the settings cannot be used.
    """
    endpoints = Endpoints(settings, connect=connect, vault=Vault(settings.data_dir))
    try:
        yield endpoints
    finally:
        await endpoints.aclose()
