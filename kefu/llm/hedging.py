"""A second endpoint is asked when one is slow to begin; whoever speaks first writes the answer.

The hedged requests of J. Dean and L. A. Barroso, "The Tail at Scale" (2013).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from opentelemetry import trace

from kefu.errors import DatabaseUnavailable, ModelUnavailable, Unavailable
from kefu.llm.endpoints import Endpoint
from kefu.llm.open_call import OpenCall
from kefu.llm.routing import Decision

Pieces = AsyncGenerator[str, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """An endpoint that is asked for an answer; nothing is sent before its pieces are read."""

    endpoint: Endpoint
    call: OpenCall
    pieces: Pieces


class Line:
    """The endpoints that may be asked for one answer and were not yet."""

    def __init__(
        self,
        decision: Decision,
        ask: Callable[[Endpoint, OpenCall], Pieces],
        *,
        is_free: Callable[[Endpoint], bool],
        hedge_seconds: float | None,
    ) -> None:
        """Without `hedge_seconds` they are asked one after another."""
        self._data_class = decision.data_class
        self._waiting = list(decision.allowed)
        self._before: str | None = None
        self._ask = ask
        self._is_free = is_free
        self._hedge_seconds = hedge_seconds

    def ask_next(self) -> Pieces | None:
        """What the next one writes, or another that was faster; None when nobody is left."""
        if not self._waiting:
            return None
        writer = self._engage(self._waiting.pop(0), fallback_from=self._before)
        self._before = writer.endpoint.name
        if self._hedge_seconds is None or not self._waiting:
            return writer.pieces
        return self._hedge(writer, after_seconds=self._hedge_seconds)

    async def _hedge(self, first: Writer, *, after_seconds: float) -> Pieces:
        race = Race()
        try:
            race.enter(first)
            if await race.is_silent(for_seconds=after_seconds):
                self._send_another(race, first, after_seconds)
            speaker, piece = await race.find_speaker()
            while piece is not None:
                yield piece
                piece = await anext(speaker.pieces, None)
        finally:
            await race.aclose()
            self._strike_out(race.writers[1:])

    def _send_another(self, race: "Race", first: Writer, after_seconds: float) -> None:
        """The next one that has a place, if one has; once for an answer."""
        free = next((each for each in self._waiting if self._is_free(each)), None)
        trace.get_current_span().add_event(
            "kefu.hedge",
            {
                "kefu.after_seconds": after_seconds,
                "kefu.hedge_of": first.endpoint.name,
                "kefu.endpoint": free.name if free else "",
            },
        )
        if free is not None:
            self._hedge_seconds = None
            race.enter(self._engage(free, hedge_of=first.endpoint.name))

    def _engage(
        self, endpoint: Endpoint, *, fallback_from: str | None = None, hedge_of: str | None = None
    ) -> Writer:
        call = OpenCall(
            endpoint,
            data_class=self._data_class,
            fallback_from=fallback_from,
            hedge_of=hedge_of,
        )
        return Writer(endpoint=endpoint, call=call, pieces=self._ask(endpoint, call))

    def _strike_out(self, writers: Sequence[Writer]) -> None:
        """Who was not let in as a hedge may still be asked in turn."""
        for writer in writers:
            if writer.call.has_begun:
                self._waiting.remove(writer.endpoint)
                self._before = writer.endpoint.name


class Race:
    """Writers of the same answer; who speaks first goes on alone.

    Attributes:
        writers: in the order in which they entered.
    """

    def __init__(self) -> None:
        self.writers: list[Writer] = []
        self._listening: dict[asyncio.Task[str | None], Writer] = {}
        self._leaving: list[asyncio.Task[None]] = []

    def enter(self, writer: Writer) -> None:
        """Begin to listen to it."""
        self.writers.append(writer)
        self._listening[asyncio.create_task(_listen(writer))] = writer

    async def is_silent(self, *, for_seconds: float) -> bool:
        """Whether nobody speaks or fails for so long."""
        ended, _ = await asyncio.wait(self._listening, timeout=for_seconds)
        return not ended

    async def find_speaker(self) -> tuple[Writer, str | None]:
        """Who speaks first and what it says, None for nothing at all; the others are given up.

        Raises:
            ModelUnavailable, DatabaseUnavailable: all failed, the last one so.
        """
        problem: Unavailable = ModelUnavailable("Nobody was asked.")
        waiting = set(self._listening)
        while waiting:
            ended, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for listening in [each for each in self._listening if each in ended]:
                try:
                    piece = listening.result()
                except (ModelUnavailable, DatabaseUnavailable) as error:
                    problem = error
                else:
                    return self._keep(listening), piece
        raise problem

    async def aclose(self) -> None:
        """Give up whoever is still there, and wait until all are gone."""
        staying = (_give_up(*each) for each in self._listening.items())
        await asyncio.gather(*self._leaving, *staying)

    def _keep(self, speaking: asyncio.Task[str | None]) -> Writer:
        """Nobody waits for the others: what the speaker said is for the customer now."""
        speaker = self._listening.pop(speaking)
        for each in self._listening.items():
            self._leaving.append(asyncio.create_task(_give_up(*each)))
        self._listening = {speaking: speaker}
        return speaker


async def _listen(writer: Writer) -> str | None:
    return await anext(writer.pieces, None)


async def _give_up(listening: asyncio.Task[str | None], writer: Writer) -> None:
    """Close its connection, whether it has spoken in this very moment or not."""
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await writer.pieces.aclose()
