"""Which endpoints there are, and those of them that are open in this process."""

import asyncio
import logging
from time import monotonic
from typing import TypeVar

from kefu.errors import KefuError
from kefu.llm import store
from kefu.llm.endpoints import Endpoint, resolve, resolve_all
from kefu.llm.guarded import (
    EndpointState,
    GuardedEmbedder,
    GuardedEndpoint,
    GuardedReranker,
    GuardedTranscriber,
)
from kefu.llm.records import StoredEndpoint
from kefu.llm.secrets import Vault
from kefu.llm.store import Connect
from kefu.settings import EndpointSettings, Settings

Guarded = GuardedEmbedder | GuardedEndpoint | GuardedReranker | GuardedTranscriber
G = TypeVar("G", GuardedEmbedder, GuardedEndpoint, GuardedReranker, GuardedTranscriber)

REFRESH_SECONDS = 5.0

log = logging.getLogger(__name__)


class Directory:
    """Endpoints of the settings, then those entered on the page, in this order."""

    def __init__(self, settings: Settings, *, connect: Connect | None, vault: Vault | None) -> None:
        """With `connect` stored endpoints and budgets count too.

        Raises:
            BadSettings: an endpoint of the settings cannot be used.
        """
        self._fixed = resolve_all(settings)
        self._stored: list[Endpoint] = []
        self._connect = connect
        self._vault = vault
        self._open: dict[str, Guarded] = {}
        self._abandoned: list[Guarded] = []
        self._seen: object = None
        self._refreshed_at = float("-inf")
        self._refreshing = asyncio.Lock()
        for each in self._fixed:
            if each.is_local:
                self.open(each, GuardedEndpoint)  # finds out now whether its extra is installed

    def list_endpoints(self) -> list[Endpoint]:
        """All, in the order in which they are asked."""
        return [*self._fixed, *self._stored]

    def open(self, endpoint: Endpoint, kind: type[G]) -> G:
        """An endpoint behind its limits, the same for every caller until it is changed."""
        guarded = self._open.get(endpoint.name)
        if isinstance(guarded, kind) and guarded.endpoint is endpoint:
            return guarded
        if guarded is not None:
            self._abandoned.append(guarded)
        opened = kind.open(endpoint, connect=self._connect)
        self._open[endpoint.name] = opened
        return opened

    def find_state(self, name: str) -> EndpointState | None:
        """What this process does with an endpoint; None when it was not asked yet."""
        guarded = self._open.get(name)
        return guarded.state if guarded else None

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
