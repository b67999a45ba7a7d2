"""What happens in conversations, as it happens, to everybody who listens, from any process.

Events are numbered in the order in which their transactions ended, so whoever has read up to a
number has missed nothing below it. One connection of a process hears that there is more; the
process reads it once and gives it to all that listen. Who comes, or falls behind, reads what is
before from the database.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from uuid import UUID
from weakref import WeakSet

from kefu.conversations.presence import read_signal
from kefu.conversations.records import PUBLIC_KINDS, Event, Message, Signal
from kefu.conversations.store.events import CHANNEL, find_last_number, list_events
from kefu.db import Database, listen
from kefu.errors import KefuError, Unavailable

PAGE = 200
MOST_WAITING = 1000  # for one listener; beyond it reads from the database
FAILED_SECONDS = 1.0

log = logging.getLogger(__name__)


class Listener:
    """Somebody who listens: to one conversation as its customer or as staff, or to all as staff."""

    def __init__(self, *, conversation_id: UUID | None, is_staff: bool) -> None:
        self.conversation_id = conversation_id
        self.is_staff = is_staff
        self.waiting: deque[Event | Signal] = deque()
        self.has_missed = True
        self.is_called = asyncio.Event()

    def tell(self, told: Event | Signal) -> None:
        """Keep something for the listener until it is asked for."""
        if len(self.waiting) >= MOST_WAITING:
            self.waiting.clear()
            self.has_missed = True
        elif not self.has_missed or isinstance(told, Signal):
            self.waiting.append(told)
        self.is_called.set()

    async def wait(self, *, until: float) -> bool:
        """Until there is something, or until a time of the loop's clock: then False."""
        if not (self.has_missed or self.waiting):
            self.is_called.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self.is_called.wait()
        return asyncio.get_running_loop().time() < until

    def show(self, told: Event | Signal) -> Event | Signal | None:
        """What the listener may know of it, None: nothing."""
        if self.conversation_id not in {None, told.conversation_id}:
            return None
        if self.is_staff:
            return told
        if isinstance(told, Signal):
            is_shown = told.role != "customer" and told.kind != "here"
            return replace(told, staff_id=None) if is_shown else None
        return show_to_customer(told)


def show_to_customer(event: Event) -> Event | None:
    """What customers may know of something that happened in their own conversation."""
    if event.kind not in PUBLIC_KINDS:
        return None
    if event.message is None:
        return replace(event, staff_id=None, data={})
    message = redact(event.message)
    if message is None:
        return None
    return replace(event, staff_id=None, data={}, message=message)


def redact(message: Message) -> Message | None:
    """A message as customers read it, None: a note."""
    if message.is_internal:
        return None
    return replace(message, staff_id=None, mentions=(), trace_id=None, release_id=None)


class Feed:
    """All that happens in conversations, for those who listen in this process."""

    def __init__(self, database: Database, *, most_listeners: int) -> None:
        self._database = database
        self._most_listeners = most_listeners
        self._listeners: WeakSet[Listener] = WeakSet()
        self._is_behind = asyncio.Event()
        self._is_closed = False
        self._last = 0

    async def run(self) -> None:
        """Hear what is told and pass it on, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear())
            tasks.create_task(self._read())

    def close(self) -> None:
        """End all streams."""
        self._is_closed = True
        for listener in list(self._listeners):
            listener.is_called.set()

    def join(self, *, conversation_id: UUID | None, is_staff: bool) -> Listener:
        """Take a place among those who listen; it is free again when nobody holds it.

        Raises:
            Unavailable: all places are taken, or the server stops.
        """
        if self._is_closed or len(self._listeners) >= self._most_listeners:
            raise Unavailable("Too many streams are open right now. Please try again in a moment.")
        listener = Listener(conversation_id=conversation_id, is_staff=is_staff)
        self._listeners.add(listener)
        return listener

    async def follow(
        self, listener: Listener, *, after: int | None, seconds: float
    ) -> AsyncGenerator[Event | Signal, None]:
        """What happened after an event, in order and once, then what happens, for so long.

        `after` None: from now on.
        """
        end_at = asyncio.get_running_loop().time() + seconds
        try:
            last = await self._find_last() if after is None else after
            while not self._is_closed:
                async with aclosing(self._give(listener, last)) as given:
                    async for told in given:
                        if isinstance(told, Event):
                            last = told.number
                        yield told
                if not await listener.wait(until=end_at):
                    return
        finally:
            self._listeners.discard(listener)

    async def _give(self, listener: Listener, last: int) -> AsyncGenerator[Event | Signal, None]:
        """What waits for a listener, what it missed first."""
        if listener.has_missed:
            listener.has_missed = False
            async with aclosing(self._catch_up(listener, last)) as missed:
                async for event in missed:
                    last = event.number
                    yield event
        while listener.waiting:
            told = listener.waiting.popleft()
            if isinstance(told, Signal) or told.number > last:
                yield told

    async def _catch_up(self, listener: Listener, last: int) -> AsyncGenerator[Event, None]:
        while True:
            async with self._database.connection() as conn:
                events = await list_events(
                    conn, after=last, limit=PAGE, conversation_id=listener.conversation_id
                )
            for event in events:
                last = event.number
                shown = listener.show(event)
                if isinstance(shown, Event):
                    yield shown
            if len(events) < PAGE:
                return

    async def _hear(self) -> None:
        async with aclosing(listen(self._database.url, CHANNEL)) as heard:
            async for payload in heard:
                if payload:
                    self._pass_on(read_signal(json.loads(payload)))
                else:
                    self._is_behind.set()

    async def _read(self) -> None:
        is_begun = False
        while True:
            await self._is_behind.wait()
            self._is_behind.clear()
            try:
                if is_begun and self._listeners:
                    await self._read_on()
                else:
                    await self._skip()
                is_begun = True
            except KefuError as error:
                log.warning("Events were not read: %s", error)
                await asyncio.sleep(FAILED_SECONDS)
                self._is_behind.set()

    async def _read_on(self) -> None:
        while True:
            async with self._database.connection() as conn:
                events = await list_events(conn, after=self._last, limit=PAGE)
            for event in events:
                self._last = event.number
                self._pass_on(event)
            if len(events) < PAGE:
                return

    async def _skip(self) -> None:
        """Leave out what nobody listened to; who came meanwhile looks for it in the database."""
        self._last = await self._find_last()
        for listener in list(self._listeners):
            listener.has_missed = True
            listener.is_called.set()

    def _pass_on(self, told: Event | Signal) -> None:
        for listener in list(self._listeners):
            shown = listener.show(told)
            if shown is not None:
                listener.tell(shown)

    async def _find_last(self) -> int:
        async with self._database.connection() as conn:
            return await find_last_number(conn)
