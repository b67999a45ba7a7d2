"""The pages on which endpoints are looked at, added, changed, ordered and deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.endpoints.changes import (
    Entry,
    drop_endpoint,
    get_endpoint,
    keep_endpoint,
    move_endpoint,
)
from kefu.endpoints.overview import EndpointView, list_views
from kefu.errors import KefuError
from kefu.llm import load_presets, read_fields
from kefu.resources import Resources
from kefu.settings import EndpointSettings, Location, Preset, Purpose
from kefu.viewer import DataClass, Viewer
from kefu.web import OpenResources, read_form, render_page

HOME = "/admin/endpoints"
PRESETS: Sequence[Preset] = [each for each in get_args(Preset) if each != "local"]

DEFAULTS: Mapping[str, str] = {
    name: f"{each.default:g}"
    for name, each in EndpointSettings.model_fields.items()
    if isinstance(each.default, int | float)
}
"""What holds where a field is left empty."""

router = APIRouter(
    prefix=HOME, include_in_schema=False, dependencies=[Depends(require("endpoints.read"))]
)

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Writer = Annotated[Viewer, Depends(require("endpoints.write"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointsPage:
    """All endpoints.

    Attributes:
        stored_names: of those entered on the page, in their order.
    """

    views: Sequence[EndpointView]
    stored_names: Sequence[str]
    may_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPage:
    """The form of one endpoint.

    Attributes:
        name: of the one that is changed; None: another one is added.
        given: what stands in the fields.
        problems: what is wrong, by field; of the whole under the empty name.
    """

    name: str | None
    given: Mapping[str, str]
    has_key: bool = False
    problems: Mapping[str, KefuError] = field(default_factory=dict)
    presets: Sequence[str] = tuple(PRESETS)
    purposes: Sequence[str] = get_args(Purpose)
    locations: Sequence[str] = get_args(Location)
    data_classes: Sequence[str] = tuple(DataClass)
    currencies: Sequence[str] = get_args(EndpointSettings.model_fields["currency"].annotation)
    defaults: Mapping[str, str] = field(default_factory=lambda: DEFAULTS)


@router.get("")
async def show_endpoints(
    request: Request,
    resources: OpenResources,
    viewer: Annotated[Viewer, Depends(require("endpoints.read"))],
) -> Response:
    """All endpoints, in the order in which they are asked."""
    async with resources.database.connection() as conn:
        views = await list_views(conn, settings=resources.settings, endpoints=resources.endpoints)
    page = EndpointsPage(
        views=views,
        stored_names=[each.name for each in views if each.stored],
        may_write="endpoints.write" in viewer.permissions,
    )
    return render_page(request, "endpoints/endpoints.html", page)


@router.get("/_add")
async def show_form(
    request: Request, _: Writer, preset: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """An empty form, or one with what is known of a service."""
    known = load_presets().get(preset, {}) if preset in PRESETS else {}
    given = {"preset": preset} if known else {}
    given |= {name: str(known[name]) for name in ("url", "location") if name in known}
    page = EndpointPage(name=None, given=given)
    return render_page(request, "endpoints/endpoint.html", page)


@router.post("")
async def add(request: Request, writer: Writer, resources: OpenResources) -> Response:
    """Add an endpoint, or show the form again with what is wrong."""
    return await _keep(request, resources, writer, name=None)


@router.get("/{endpoint_name}")
async def show_endpoint(
    request: Request, endpoint_name: Name, _: Writer, resources: OpenResources
) -> Response:
    """The form of an endpoint that was entered here; the key is never shown."""
    async with resources.database.connection() as conn:
        stored = await get_endpoint(conn, endpoint_name)
    page = EndpointPage(
        name=endpoint_name, given=_shown(stored.settings), has_key=stored.encrypted_key is not None
    )
    return render_page(request, "endpoints/endpoint.html", page)


@router.post("/{endpoint_name}")
async def change(
    request: Request, endpoint_name: Name, writer: Writer, resources: OpenResources
) -> Response:
    """Change an endpoint, or show the form again with what is wrong."""
    return await _keep(request, resources, writer, name=endpoint_name)


@router.post("/{endpoint_name}/delete")
async def delete(endpoint_name: Name, writer: Writer, resources: OpenResources) -> Response:
    """Delete an endpoint with its key."""
    async with resources.database.transaction() as conn:
        await drop_endpoint(conn, endpoint_name, settings=resources.settings, actor=writer.name)
    return _done(resources)


@router.post("/{endpoint_name}/up")
async def move_up(endpoint_name: Name, writer: Writer, resources: OpenResources) -> Response:
    """Have it asked earlier."""
    async with resources.database.transaction() as conn:
        await move_endpoint(conn, endpoint_name, "up", actor=writer.name)
    return _done(resources)


@router.post("/{endpoint_name}/down")
async def move_down(endpoint_name: Name, writer: Writer, resources: OpenResources) -> Response:
    """Have it asked later."""
    async with resources.database.transaction() as conn:
        await move_endpoint(conn, endpoint_name, "down", actor=writer.name)
    return _done(resources)


async def _keep(
    request: Request, resources: Resources, writer: Viewer, *, name: str | None
) -> Response:
    form = await read_form(request)
    fields = read_fields(form) | ({"name": name} if name is not None else {})
    entry = Entry(
        fields=fields, key=form.get("key", "").strip(), drops_key=form.get("drops_key") == "yes"
    )
    has_key = False
    async with resources.database.transaction() as conn:
        problems = await keep_endpoint(
            conn, entry, name=name, settings=resources.settings, actor=writer.name
        )
        if name is not None:
            has_key = (await get_endpoint(conn, name)).encrypted_key is not None
    if not problems:
        return _done(resources)
    page = EndpointPage(name=name, given=fields, has_key=has_key, problems=problems)
    return render_page(request, "endpoints/endpoint.html", page, status=400)


def _done(resources: Resources) -> Response:
    """This process asks by the change at once, others within seconds."""
    if resources.endpoints is not None:
        resources.endpoints.forget()
    return RedirectResponse(HOME, status_code=303)


def _shown(settings: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in settings.items() if value is not None}
