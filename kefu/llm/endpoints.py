"""The model endpoints a company has: where each runs, what it may see, what it costs."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from kefu.errors import BadSettings
from kefu.llm.prices import Prices, find_prices
from kefu.settings import (
    EmbeddingSettings,
    EndpointSettings,
    Location,
    ModelSettings,
    Purpose,
    Settings,
)
from kefu.viewer import DataClass

Origin = Literal["model", "embedding", "endpoints", "page"]

HIGHEST_BY_LOCATION: dict[Location, DataClass] = {
    "own_premises": DataClass.RESTRICTED,
    "private_cloud": DataClass.CONFIDENTIAL,
    "public_cloud": DataClass.INTERNAL,
}
"""What an endpoint may see where nothing is said about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A model endpoint with everything that was left open filled in.

    Attributes:
        data_class: the highest it may see.
        settings: what was given, with its limits and time-outs.
        origin: the settings `model.*`, `embedding.*`, `endpoints`, or the admin page.
    """

    name: str
    purpose: Purpose
    url: str
    model: str
    location: Location
    data_class: DataClass
    prices: Prices
    settings: EndpointSettings = field(repr=False)
    origin: Origin = "endpoints"

    @property
    def is_local(self) -> bool:
        """Whether Kefu runs the model itself."""
        return self.settings.preset == "local"


def resolve(given: EndpointSettings, *, origin: Origin = "endpoints") -> Endpoint:
    """Fill in what a preset, the address and the location say.

    Raises:
        BadSettings: it has no address, no model, or a budget without prices.
    """
    preset = load_presets().get(given.preset or "", {})
    listed = preset.get(f"{given.purpose}_url", preset.get("url", ""))
    url = (given.url or listed).rstrip("/")
    if given.preset == "local" and given.purpose != "chat":
        raise BadSettings(
            "Endpoint %(name)s: a model in this process can only chat.", name=given.name
        )
    if given.preset != "local":
        _require_address(given.name, url, given.model)
    location = given.location or _locate(url, preset, is_own_address=given.url is not None)
    prices = find_prices(given, url=url, provider=preset.get("provider"), location=location)
    if given.budget_per_day is not None and given.purpose == "transcription":
        raise BadSettings(
            "Endpoint %(name)s: speech is not paid by tokens, so it can have no budget_per_day."
            " Set requests_per_minute instead.",
            name=given.name,
        )
    if given.budget_per_day is not None and not prices.is_known:
        raise BadSettings(
            "Endpoint %(name)s: budget_per_day needs input_price and output_price,"
            " because no list price is known.",
            name=given.name,
        )
    return Endpoint(
        name=given.name,
        purpose=given.purpose,
        url=url,
        model=given.model,
        location=location,
        data_class=given.data_class or HIGHEST_BY_LOCATION[location],
        prices=prices,
        settings=given,
        origin=origin,
    )


def resolve_all(settings: Settings) -> list[Endpoint]:
    """Every endpoint of the settings, in their order, that of `model.*` first.

    Raises:
        BadSettings: one cannot be used, or two have the same name.
    """
    resolved = [resolve(each, origin="model") for each in _from_model_settings(settings.model)]
    resolved += [resolve(each) for each in settings.endpoints]
    names = [each.name for each in resolved]
    for name in names:
        if names.count(name) > 1:
            raise BadSettings(
                "Two endpoints are called %(name)s. Give each a name of its own.", name=name
            )
    return resolved


def _from_model_settings(settings: ModelSettings) -> list[EndpointSettings]:
    """The one endpoint that the settings `model.*` describe, if they do.

    Raises:
        BadSettings: they contradict each other.
    """
    if settings.local and settings.url:
        raise BadSettings("Set model.url or model.local, not both.")
    if not (settings.local or settings.url):
        return []
    if settings.url and not settings.name:
        raise BadSettings("model.url is set; set model.name to the model it should run as well.")
    called = Path(settings.name).stem if settings.local else settings.name
    given = EndpointSettings(
        name=re.sub(r"[^a-z0-9._-]+", "-", called.lower())[-63:].strip("-._") or "local",
        preset="local" if settings.local else None,
        url=settings.url,
        model=settings.name,
        key=settings.key,
        context_tokens=settings.context_tokens + settings.max_tokens + PROMPT_TOKENS,
        concurrency=1 if settings.local else 32,
        first_token_seconds=settings.first_token_seconds,
        between_tokens_seconds=settings.between_tokens_seconds,
    )
    return [given]


def resolve_embedder(settings: EmbeddingSettings) -> Endpoint:
    """The endpoint that the settings `embedding.*` describe.

    Raises:
        BadSettings: its address is none.
    """
    given = EndpointSettings(
        name="embedding",
        purpose="embedding",
        url=settings.url,
        model=settings.model,
        key=settings.key,
        data_class=settings.data_class,
        concurrency=32,
        queue=1000,
        first_token_seconds=settings.timeout_seconds,
    )
    return resolve(given, origin="embedding")


PROMPT_TOKENS = 2000
"""Room for instructions, question and conversation beside the retrieved text."""


def locate_url(url: str) -> Location:
    """Own premises for a loopback or private address, or a name without a dot; else a cloud."""
    host = urlsplit(url).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        is_near = host == "localhost" or host.endswith((".local", ".internal", ".lan"))
        return "own_premises" if is_near else "public_cloud"
    return "own_premises" if address.is_loopback or address.is_private else "public_cloud"


@cache
def load_presets() -> dict[str, dict[str, Any]]:
    """By name: address, location and the provider in the price list."""
    return tomllib.loads((files("kefu.llm") / "presets.toml").read_text(encoding="utf-8"))


def names_of(endpoints: Sequence[Endpoint]) -> str:
    """As a sentence lists them."""
    return ", ".join(each.name for each in endpoints)


def _locate(url: str, preset: dict[str, Any], *, is_own_address: bool) -> Location:
    if is_own_address or not preset:
        return locate_url(url)
    location: Location = preset["location"]
    return location


def _require_address(name: str, url: str, model: str) -> None:
    if not _is_address(url):
        raise BadSettings(
            "Endpoint %(name)s: url is no http address. Set url or preset.", name=name
        )
    if not model:
        raise BadSettings(
            "Endpoint %(name)s: set model to the name of the model it should run.", name=name
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
