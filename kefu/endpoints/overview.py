"""Every endpoint with what is known of it: where it comes from, what it spends, how it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from kefu.db import Connection
from kefu.errors import BadSettings, KefuError
from kefu.llm import (
    MILLION,
    Endpoint,
    Endpoints,
    EndpointState,
    StoredCheck,
    StoredEndpoint,
    Vault,
    list_endpoints,
    list_last_checks,
    list_spending,
    resolve_all,
    resolve_stored,
)
from kefu.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """An endpoint as it is shown.

    Attributes:
        endpoint: None when what was entered cannot be used, which `problem` explains.
        stored: as it was entered on the page; None: it is in the settings.
        state: of this process; None: not asked yet.
        spent: today (UTC), with what calls in flight may cost; None without a budget.
    """

    name: str
    endpoint: Endpoint | None
    stored: StoredEndpoint | None
    has_key: bool
    problem: KefuError | None = None
    state: EndpointState | None = None
    spent: Decimal | None = None
    check: StoredCheck | None = None


async def list_views(
    conn: Connection, *, settings: Settings, endpoints: Endpoints | None
) -> Sequence[EndpointView]:
    """All, in the order in which they are asked."""
    fixed = resolve_all(settings)
    names = {each.name for each in fixed}
    spending = {
        each.endpoint: Decimal(each.spent_micros + each.reserved_micros) / MILLION
        for each in await list_spending(conn, datetime.now(UTC).date())
    }
    checks = {each.endpoint: each for each in await list_last_checks(conn)}
    read: list[tuple[str, Endpoint | None, StoredEndpoint | None, KefuError | None]] = [
        (each.name, each, None, None) for each in fixed
    ]
    for stored in await list_endpoints(conn):
        read.append((stored.name, *_read(stored, settings, is_hidden=stored.name in names)))
    return [
        EndpointView(
            name=name,
            endpoint=endpoint,
            stored=stored,
            has_key=_has_key(endpoint, stored),
            problem=problem,
            state=endpoints.find_state(name) if endpoints and endpoint else None,
            spent=_spent(endpoint, spending),
            check=checks.get(name) if endpoint else None,
        )
        for name, endpoint, stored, problem in read
    ]


def _read(
    stored: StoredEndpoint, settings: Settings, *, is_hidden: bool
) -> tuple[Endpoint | None, StoredEndpoint, KefuError | None]:
    if is_hidden:
        problem: KefuError = BadSettings(
            "The settings have an endpoint of this name, which is used instead."
        )
        return None, stored, problem
    try:
        return resolve_stored(stored, Vault(settings.data_dir)), stored, None
    except KefuError as error:
        return None, stored, error
    except ValueError:
        problem = BadSettings("A field has a value that is no longer allowed. Open it and save it.")
        return None, stored, problem


def _has_key(endpoint: Endpoint | None, stored: StoredEndpoint | None) -> bool:
    if stored is not None:
        return stored.encrypted_key is not None
    return endpoint is not None and endpoint.settings.key is not None


def _spent(endpoint: Endpoint | None, spending: dict[str, Decimal]) -> Decimal | None:
    if endpoint is None or endpoint.settings.budget_per_day is None:
        return None
    return spending.get(endpoint.name, Decimal(0))
