"""Pages on which webhooks are added, tried, given other secrets, and what failed is sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import find_staff, require
from kefu.chatbot.webhooks.delivering import send_test
from kefu.chatbot.webhooks.records import Delivery, NewWebhook, State, Unanswered, Webhook
from kefu.chatbot.webhooks.registering import (
    KINDS,
    add_webhook,
    disable_webhook,
    enable_webhook,
    move_webhook,
    remove_webhook,
    rotate_secret,
)
from kefu.chatbot.webhooks.store import deliveries, messages
from kefu.chatbot.webhooks.store.webhooks import get_webhook, list_webhooks
from kefu.errors import BadInput, KefuError, NotAllowed, NotFound, Unavailable
from kefu.knowledge import list_bases
from kefu.resources import Resources
from kefu.viewer import Viewer
from kefu.web import OpenResources, read_form, render_page

HOME = "/admin/webhooks"
SHOWN = 100
KEEP_HOURS = 24
PRIVATE = "endpoints.write"
"""What it takes to let Kefu speak with addresses of the own network."""

router = APIRouter(include_in_schema=False)
Manager = Annotated[Viewer, Depends(require("desk.manage"))]
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhooksPage:
    """All webhooks."""

    webhooks: Sequence[Webhook]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhookPage:
    """The form of another webhook.

    Attributes:
        given: what stands in the fields.
        may_reach_private: whether the viewer may let it lead into the own network.
    """

    given: Mapping[str, str]
    bases: Sequence[str]
    may_reach_private: bool
    kinds: Sequence[str] = KINDS
    problem: KefuError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPage:
    """One webhook with what was sent to it lately.

    Attributes:
        state: of the deliveries that are shown; None: all.
        unanswered: what came in by it and the chatbot gave up on.
        secret: shown this once, right after it was made.
        status: that a test was just answered with.
        url: what stands in the field of the address.
        problem: why the test was not taken, or the address not changed.
    """

    webhook: Webhook
    deliveries: Sequence[Delivery]
    unanswered: Sequence[Unanswered]
    state: State | None = None
    secret: str = field(default="", repr=False)
    status: int | None = None
    url: str = ""
    problem: KefuError | None = None
    keep_hours: int = KEEP_HOURS


@router.get(HOME)
async def show_webhooks(request: Request, _: Manager, resources: OpenResources) -> Response:
    """All webhooks."""
    async with resources.database.connection() as conn:
        page = WebhooksPage(webhooks=await list_webhooks(conn))
    return render_page(request, "chatbot/webhooks.html", page)


@router.get(f"{HOME}/_add")
async def show_form(request: Request, viewer: Manager, resources: OpenResources) -> Response:
    """An empty form."""
    return await _show_form(request, resources, viewer, {})


@router.post(HOME)
async def add(request: Request, viewer: Manager, resources: OpenResources) -> Response:
    """Add a webhook and show its secret, or the form again with what is wrong."""
    form = await read_form(request)
    try:
        wanted = _read(form)
        if wanted.allows_private and PRIVATE not in viewer.permissions:
            raise NotAllowed("Only administrators let a webhook lead into the own network.")
        async with resources.database.transaction() as conn:
            added = await add_webhook(conn, wanted, settings=resources.settings, actor=viewer.name)
    except KefuError as problem:
        return await _show_form(request, resources, viewer, form, problem)
    return await _show(request, resources, wanted.name, secret=added.secret)


@router.get(f"{HOME}/{{webhook_name}}")
async def show_webhook(
    request: Request,
    webhook_name: Name,
    _: Manager,
    resources: OpenResources,
    state: Annotated[State | None, Query()] = None,
) -> Response:
    """A webhook with its last deliveries; its secret is not shown."""
    return await _show(request, resources, webhook_name, state=state)


@router.post(f"{HOME}/{{webhook_name}}/address")
async def move(
    request: Request, webhook_name: Name, viewer: Manager, resources: OpenResources
) -> Response:
    """Have it lead elsewhere, or say why it may not."""
    form = await read_form(request)
    url = form.get("url", "").strip()
    try:
        async with resources.database.transaction() as conn:
            _require_may_move(await get_webhook(conn, webhook_name), viewer)
            await move_webhook(conn, webhook_name, url, actor=viewer.name)
    except (BadInput, NotAllowed) as problem:
        return await _show(request, resources, webhook_name, url=url, problem=problem)
    return _back(webhook_name)


@router.post(f"{HOME}/{{webhook_name}}/secret")
async def rotate(
    request: Request, webhook_name: Name, viewer: Manager, resources: OpenResources
) -> Response:
    """Make another secret and show it this once; the one before holds on for a day."""
    async with resources.database.transaction() as conn:
        secret = await rotate_secret(
            conn,
            webhook_name,
            keep_hours=KEEP_HOURS,
            settings=resources.settings,
            actor=viewer.name,
        )
    return await _show(request, resources, webhook_name, secret=secret)


@router.post(f"{HOME}/{{webhook_name}}/state")
async def switch(
    request: Request, webhook_name: Name, viewer: Manager, resources: OpenResources
) -> Response:
    """Use a webhook, or leave it out."""
    form = await read_form(request)
    async with resources.database.transaction() as conn:
        if form.get("state") == "on":
            await enable_webhook(conn, webhook_name, actor=viewer.name)
        else:
            staff = await find_staff(conn, viewer.name)
            reason = f"Switched off by {staff.name if staff else viewer.name}."
            await disable_webhook(conn, webhook_name, reason=reason, actor=viewer.name)
    return _back(webhook_name)


@router.post(f"{HOME}/{{webhook_name}}/tests")
async def try_out(
    request: Request, webhook_name: Name, _: Manager, resources: OpenResources
) -> Response:
    """Send a test and say what is answered."""
    try:
        status = await send_test(resources, webhook_name)
    except Unavailable as problem:
        return await _show(request, resources, webhook_name, problem=problem)
    return await _show(request, resources, webhook_name, status=status)


@router.post(f"{HOME}/{{webhook_name}}/deliveries/{{delivery_id}}/retry")
async def send_again(
    webhook_name: Name, delivery_id: UUID, _: Manager, resources: OpenResources
) -> Response:
    """Have a delivery sent again, from the first attempt on."""
    async with resources.database.transaction() as conn:
        if (await deliveries.get_delivery(conn, delivery_id)).webhook != webhook_name:
            raise NotFound("There is no delivery %(id)s.", id=delivery_id)
        await deliveries.restart(conn, delivery_id)
    return _back(webhook_name)


@router.post(f"{HOME}/{{webhook_name}}/messages/{{message_id}}/retry")
async def answer_again(
    webhook_name: Name, message_id: UUID, _: Manager, resources: OpenResources
) -> Response:
    """Have the chatbot answer what came in and it gave up on."""
    async with resources.database.transaction() as conn:
        await messages.restart_taken_in(conn, webhook_name, message_id)
    return _back(webhook_name)


@router.post(f"{HOME}/{{webhook_name}}/delete")
async def delete(webhook_name: Name, viewer: Manager, resources: OpenResources) -> Response:
    """Take a webhook away with its deliveries; conversations stay."""
    async with resources.database.transaction() as conn:
        await remove_webhook(conn, webhook_name, actor=viewer.name)
    return RedirectResponse(HOME, status_code=303)


def _require_may_move(webhook: Webhook, viewer: Viewer) -> None:
    if webhook.allows_private and PRIVATE not in viewer.permissions:
        raise NotAllowed("Only administrators move a webhook that may lead into the own network.")


def _back(name: str) -> Response:
    return RedirectResponse(f"{HOME}/{name}", status_code=303)


async def _show(  # noqa: PLR0913 - what may stand on the page
    request: Request,
    resources: Resources,
    name: str,
    *,
    state: State | None = None,
    secret: str = "",
    status: int | None = None,
    url: str | None = None,
    problem: KefuError | None = None,
) -> Response:
    async with resources.database.connection() as conn:
        webhook = await get_webhook(conn, name)
        page = WebhookPage(
            webhook=webhook,
            deliveries=await deliveries.list_deliveries(conn, name, state=state, limit=SHOWN),
            unanswered=await messages.list_given_up(conn, name, limit=SHOWN),
            state=state,
            secret=secret,
            status=status,
            url=webhook.url if url is None else url,
            problem=problem,
        )
    code = problem.status if url is not None and problem is not None else 200
    return render_page(request, "chatbot/webhook.html", page, status=code)


async def _show_form(
    request: Request,
    resources: Resources,
    viewer: Viewer,
    given: Mapping[str, str],
    problem: KefuError | None = None,
) -> Response:
    async with resources.database.connection() as conn:
        bases = [base.name for base in await list_bases(conn)]
    page = NewWebhookPage(
        given=given,
        bases=bases,
        may_reach_private=PRIVATE in viewer.permissions,
        problem=problem,
    )
    return render_page(
        request, "chatbot/webhook_form.html", page, status=problem.status if problem else 200
    )


def _read(form: Mapping[str, str]) -> NewWebhook:
    return NewWebhook(
        name=form.get("name", "").strip(),
        url=form.get("url", "").strip(),
        kinds=[each for each in KINDS if form.get(f"kind.{each}")],
        is_full=bool(form.get("full")),
        channel_base=form.get("channel_base") or None,
        allows_private=bool(form.get("private")),
    )
