"""What answers by a release: settings, endpoints and prompts as it says, the rest as it is here."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError

from kefu.errors import BadInput
from kefu.releases.records import EndpointPin, Release, SettingValue
from kefu.releases.store import find_live_release
from kefu.resources import Resources
from kefu.sections import Section
from kefu.settings import Settings
from kefu.viewer import highest_class

PROCESS_WIDE = frozenset({"ef_search"})
"""Settings of retrieval that hold for all answers of a process."""

WRITING = ("max_tokens", "context_tokens", "max_excerpts")
POLICY = ("conversation_class", "customer_class")

log = logging.getLogger(__name__)


def read_settings(settings: Settings) -> dict[str, SettingValue]:
    """Every setting that a release holds, as it is in these settings."""
    names = {
        "retrieval": list(type(settings.retrieval).model_fields),
        "answering": list(type(settings.answering).model_fields),
        "model": WRITING,
        "routing": POLICY,
    }
    return {
        f"{section}.{name}": getattr(settings, section).model_dump(mode="json")[name]
        for section, fields in names.items()
        for name in fields
        if name not in PROCESS_WIDE
    }


def change_settings(settings: Settings, changes: Mapping[str, SettingValue]) -> Settings:
    """The settings with some values changed.

    Raises:
        BadInput: no release holds such a key, or its value is none.
    """
    known = read_settings(settings)
    for key, value in changes.items():
        if key not in known:
            raise BadInput(
                "A release holds no %(key)s; it holds %(known)s.", key=key, known=", ".join(known)
            )
        name, _, field = key.partition(".")
        before: Section = getattr(settings, name)
        try:
            after = type(before).model_validate(before.model_dump() | {field: value})
        except ValidationError as error:
            problem = error.errors()[0]["msg"]
            raise BadInput(
                "%(key)s cannot be %(value)s: %(problem)s.", key=key, value=value, problem=problem
            ) from None
        settings = settings.model_copy(update={name: after})
    return settings


async def apply_release(resources: Resources, release: Release) -> Resources:
    """Resources that answer by a release.

    An endpoint that is gone or has another model than the one released is left out. Data counts
    as sensitive as the release or the settings here say, whichever is more.
    """
    content = release.content
    known = read_settings(resources.settings)
    held = {key: value for key, value in content.settings.items() if key in known}
    chosen = replace(
        resources,
        settings=_stricter(change_settings(resources.settings, held), resources.settings),
        prompt_numbers={key: pin.number for key, pin in content.prompts.items()},
        release_id=release.id,
    )
    if resources.endpoints is None:
        return chosen
    await resources.endpoints.refresh()
    here = {(each.name, each.model) for each in resources.endpoints.list_endpoints()}
    names = [pin.name for pin in content.endpoints if (pin.name, pin.model) in here]
    for pin in content.endpoints:
        if pin.name not in names:
            log.warning("Release %s: the endpoint %s is not here as released.", release.id, pin)
    writing = resources.endpoints.choose(names)
    return replace(chosen, endpoint=writing if names else None, endpoints=writing)


async def apply_live(resources: Resources) -> Resources:
    """Resources that answer as customers are answered; unchanged before the first release."""
    async with resources.database.connection() as conn:
        live = await find_live_release(conn)
    return resources if live is None else await apply_release(resources, live)


def list_endpoint_pins(resources: Resources) -> tuple[EndpointPin, ...]:
    """The endpoints that write here, in the order in which they are asked."""
    if resources.endpoints is None:
        return ()
    return tuple(
        EndpointPin(name=each.name, model=each.model)
        for each in resources.endpoints.list_endpoints()
        if each.purpose == "chat"
    )


def _stricter(settings: Settings, here: Settings) -> Settings:
    classes = {
        name: highest_class(getattr(settings.routing, name), getattr(here.routing, name))
        for name in POLICY
    }
    return settings.model_copy(update={"routing": settings.routing.model_copy(update=classes)})
