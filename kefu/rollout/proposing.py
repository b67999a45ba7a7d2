"""A change of prompts, endpoints or settings becomes a release that could go live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import kefu
from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.knowledge import digest_base, list_bases
from kefu.prompts import (
    Label,
    list_shipped,
    parse_reference,
    read_reference,
    read_version,
    refuse_errors,
)
from kefu.releases import (
    Content,
    EndpointPin,
    PromptPin,
    Release,
    SettingValue,
    change_settings,
    get_live,
    keep_release,
    list_endpoint_pins,
    read_settings,
)
from kefu.resources import Resources
from kefu.settings import Settings

PROMPTS = frozenset(
    {"answer", "rewrite", "decompose", "name-described", "search-again", "entailment"}
)
"""Uses of models that decide an answer."""

NO_ENDPOINT = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to differ from the live release.

    Attributes:
        prompts: versions, as answer.en@3.
        endpoints: in the order in which they are asked; "none" has answers extracted; empty: as
            live.
        settings: key -> value, as retrieval.top_k.
    """

    prompts: Sequence[str] = ()
    endpoints: Sequence[str] = ()
    settings: Mapping[str, SettingValue] = field(default_factory=dict)


async def propose(
    conn: Connection, resources: Resources, changes: Changes, *, author: str, note: str = ""
) -> Release:
    """Make a release that is the live one but for these changes.

    A version with the text of the one that is live changes nothing.

    Raises:
        BadInput: nothing would change, or something cannot be changed so.
        NotFound: there is no such prompt or endpoint, or nothing is live yet.
    """
    live = await get_live(conn)
    content = live.content
    prompts = dict(content.prompts)
    for named in changes.prompts:
        key, pin = await _pin_prompt(conn, named)
        if key not in prompts:
            raise BadInput(
                "Releases hold %(known)s, not %(prompt)s.", known=", ".join(prompts), prompt=key
            )
        if pin.digest != prompts[key].digest:
            prompts[key] = pin
    changed = replace(
        content,
        prompts=prompts,
        endpoints=await choose_endpoints(resources, changes.endpoints) or content.endpoints,
        settings=_change(content.settings, changes.settings, resources.settings),
    )
    if NO_ENDPOINT in changes.endpoints:
        changed = replace(changed, endpoints=())
    if changed == content:
        raise BadInput("Nothing would change: what is live holds all of this already.")
    return await keep_content(conn, changed, author=author, note=note)


async def keep_content(conn: Connection, content: Content, *, author: str, note: str) -> Release:
    """A release of this content, beside the knowledge as it is."""
    knowledge = {base.name: await digest_base(conn, base) for base in await list_bases(conn)}
    return await keep_release(conn, content, knowledge=knowledge, author=author, note=note)


async def capture(conn: Connection, resources: Resources) -> Content:
    """What answers here as long as nothing is released: labels, endpoints, settings."""
    if resources.endpoints is not None:
        await resources.endpoints.refresh()
    return Content(
        kefu=kefu.__version__,
        prompts=await _pin_labelled(conn),
        endpoints=list_endpoint_pins(resources),
        settings=read_settings(resources.settings),
    )


async def renew_pins(conn: Connection, pins: Mapping[str, PromptPin]) -> dict[str, PromptPin]:
    """The same versions with the digests of their texts now: what is shipped comes with Kefu."""
    renewed = {}
    for key, pin in pins.items():
        version = await read_version(conn, parse_reference(key).key, pin.number)
        renewed[key] = PromptPin(number=pin.number, digest=version.digest)
    return renewed


async def choose_endpoints(resources: Resources, names: Sequence[str]) -> tuple[EndpointPin, ...]:
    """The endpoints of these names; none for "none".

    Raises:
        BadInput: "none" stands beside others.
        NotFound: none that writes has such a name.
    """
    if NO_ENDPOINT in names:
        if len(names) > 1:
            raise BadInput("Name either none or endpoints.")
        return ()
    if resources.endpoints is not None:
        await resources.endpoints.refresh()
    known = {each.name: each for each in list_endpoint_pins(resources)}
    for name in names:
        if name not in known:
            raise NotFound(
                "No endpoint that writes is called %(name)s. There are: %(known)s.",
                name=name,
                known=", ".join(known) or NO_ENDPOINT,
            )
    return tuple(known[name] for name in dict.fromkeys(names))


async def _pin_prompt(conn: Connection, named: str) -> tuple[str, PromptPin]:
    version = await read_reference(conn, parse_reference(named))
    refuse_errors(version)
    return str(version.key), PromptPin(number=version.number, digest=version.digest)


async def _pin_labelled(conn: Connection) -> dict[str, PromptPin]:
    pins = {}
    for shipped in list_shipped():
        if shipped.key.name in PROMPTS:
            named = replace(parse_reference(str(shipped.key)), version=Label.LIVE)
            version = await read_reference(conn, named)
            pins[str(shipped.key)] = PromptPin(number=version.number, digest=version.digest)
    return pins


def _change(
    held: Mapping[str, SettingValue], changes: Mapping[str, SettingValue], here: Settings
) -> dict[str, SettingValue]:
    """The settings of a release with some of them changed, as they are read."""
    changed = read_settings(change_settings(here, changes))
    return dict(held) | {key: changed[key] for key in changes}
