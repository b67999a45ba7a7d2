"""All model endpoints of this process: who is asked, in which order, and what became of it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from time import monotonic

from opentelemetry import trace

from kefu.errors import KefuError, ModelForbidden, ModelUnavailable
from kefu.llm import store
from kefu.llm.calls import CallOutcome, OnCall, ignore_call
from kefu.llm.endpoints import Endpoint, resolve, resolve_all
from kefu.llm.guarded import EndpointState, GuardedEndpoint
from kefu.llm.open_call import OpenCall
from kefu.llm.records import StoredEndpoint
from kefu.llm.routing import Decision, decide
from kefu.llm.secrets import Vault
from kefu.llm.store import Connect
from kefu.llm.tokens import estimate_tokens
from kefu.llm.wires import open_wire
from kefu.settings import EndpointSettings, Purpose, Settings
from kefu.viewer import DataClass

REFRESH_SECONDS = 5.0
LAST_RESORT_SECONDS = 4.0
"""What endpoints further down still have for their first token when the first used up its time."""

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
        self._fixed = resolve_all(settings)
        self._stored: list[Endpoint] = []
        self._connect = connect
        self._vault = vault
        self._open: dict[str, GuardedEndpoint] = {}
        self._abandoned: list[GuardedEndpoint] = []
        self._seen: object = None
        self._refreshed_at = float("-inf")
        self._refreshing = asyncio.Lock()
        for each in self._fixed:
            if each.is_local:
                self._open_endpoint(each)  # finds out now whether its extra is installed

    def list_endpoints(self) -> list[Endpoint]:
        """All, in the order in which they are asked."""
        return [*self._fixed, *self._stored]

    @property
    def name(self) -> str:
        """That of the endpoint which is asked first."""
        return next(
            (each.name for each in self.list_endpoints() if each.purpose == "chat"), "model"
        )

    @property
    def has_chat(self) -> bool:
        """Whether one of them writes."""
        return any(each.purpose == "chat" for each in self.list_endpoints())

    async def decide(self, purpose: Purpose, data_class: DataClass) -> Decision:
        """Who may see such data; recorded on the current span."""
        await self.refresh()
        decision = decide(self.list_endpoints(), purpose, data_class)
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
        problem, before = ModelUnavailable("Nobody was asked."), None
        for endpoint in decision.allowed:
            call = OpenCall(endpoint, data_class=data_class, fallback_from=before)
            call.describe(instructions=instructions, prompt=prompt, max_tokens=max_tokens)
            pieces = self._open_endpoint(endpoint).stream(
                instructions=instructions, prompt=prompt, max_tokens=max_tokens, call=call
            )
            seconds = deadline - monotonic()
            try:
                watched = _watch(pieces, call, first_within_seconds=seconds, on_call=on_call)
                async with aclosing(watched):
                    async for piece in watched:
                        yield piece
            except ModelUnavailable as error:
                if call.has_written:
                    raise
                log.info("Endpoint %s: %s", endpoint.name, error)
                problem, before = error, endpoint.name
            else:
                return
        raise problem

    def count_tokens(self, text: str) -> int:
        """As the endpoint counts that is asked first."""
        first = next((each for each in self.list_endpoints() if each.purpose == "chat"), None)
        return self._open_endpoint(first).count_tokens(text) if first else estimate_tokens(text)

    async def refresh(self) -> None:
        """Read the endpoints that were entered on the page, if some changed."""
        if self._connect is None or monotonic() - self._refreshed_at < REFRESH_SECONDS:
            return
        async with self._refreshing:
            if monotonic() - self._refreshed_at < REFRESH_SECONDS:
                return
            async with self._connect() as conn:
                seen = await store.last_change(conn)
                if seen != self._seen:
                    stored = await store.list_endpoints(conn)
                    self._stored = [each for each in map(self._resolve, stored) if each]
                    self._seen = seen
            self._refreshed_at = monotonic()
        await self._close_abandoned()

    def find_state(self, name: str) -> EndpointState | None:
        """What this process does with an endpoint; None when it was not asked yet."""
        guarded = self._open.get(name)
        return guarded.state if guarded else None

    def forget(self) -> None:
        """Read the stored endpoints again the next time."""
        self._refreshed_at = float("-inf")

    async def aclose(self) -> None:
        """Close every connection."""
        for guarded in self._open.values():
            await guarded.aclose()
        self._open.clear()

    def _resolve(self, stored: StoredEndpoint) -> Endpoint | None:
        """None for what cannot be used, which the log explains; the others still work."""
        if any(each.name == stored.name for each in self._fixed):
            return None
        try:
            return resolve_stored(stored, self._vault)
        except (KefuError, ValueError) as error:
            kind = type(error).__name__  # a validation error quotes what was given
            log.warning("Endpoint %s cannot be used: %s", stored.name, kind)
            return None

    def _open_endpoint(self, endpoint: Endpoint) -> GuardedEndpoint:
        guarded = self._open.get(endpoint.name)
        if guarded is None or guarded.endpoint is not endpoint:
            if guarded is not None:
                self._abandoned.append(guarded)
            guarded = GuardedEndpoint(endpoint, open_wire(endpoint), connect=self._connect)
            self._open[endpoint.name] = guarded
        return guarded

    async def _close_abandoned(self) -> None:
        """Close those that were changed or deleted and have no call in flight."""
        names = {each.name for each in self.list_endpoints()}
        for name in set(self._open) - names:
            self._abandoned.append(self._open.pop(name))
        idle = [each for each in self._abandoned if not each.slots.running_count]
        self._abandoned = [each for each in self._abandoned if each.slots.running_count]
        for guarded in idle:
            await guarded.aclose()


def resolve_stored(stored: StoredEndpoint, vault: Vault | None) -> Endpoint:
    """An endpoint that was entered on the page; without a vault, without its key.

    Raises:
        BadSettings: its key cannot be read, or it lacks something.
        ValueError: a field no longer has a value that is allowed.
    """
    key = vault.open(stored.encrypted_key) if vault else None
    given = EndpointSettings.model_validate(stored.settings | {"key": key})
    return resolve(given, origin="page")


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


async def _watch(
    pieces: AsyncGenerator[str, None],
    call: OpenCall,
    *,
    first_within_seconds: float,
    on_call: OnCall,
) -> AsyncGenerator[str, None]:
    """The pieces; tells how the call went, however it ends."""
    outcome, problem = CallOutcome.STOPPED, None
    try:
        async with aclosing(pieces):
            try:
                async with asyncio.timeout(first_within_seconds):
                    piece = await anext(pieces, None)
            except TimeoutError:
                raise ModelUnavailable(f"{call.subject} did not answer in time.") from None
            while piece is not None:
                yield piece
                piece = await anext(pieces, None)
        outcome = CallOutcome.DONE
    except ModelUnavailable as error:
        outcome, problem = CallOutcome.FAILED, str(error)
        raise
    finally:
        on_call(call.finish(outcome, problem=problem))
