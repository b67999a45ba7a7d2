"""Pages on which channels are added, changed and removed, and a shop to try the widget in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.chatbot.widget.channels import (
    add_channel,
    build_snippet,
    change_channel,
    remove_channel,
    rotate_secret,
)
from kefu.chatbot.widget.records import ACCENT, Channel, ChannelLook, ProactiveRule
from kefu.chatbot.widget.store import get_channel, list_channels
from kefu.errors import BadInput, Conflict, KefuError
from kefu.knowledge import DEFAULT_BASE, list_bases
from kefu.resources import Resources
from kefu.viewer import Viewer
from kefu.web import OpenResources, read_form, render_page

DEMO = "demo"
HOME = "/admin/channels"
RULE_WORDS = 3

router = APIRouter(include_in_schema=False)
Manager = Annotated[Viewer, Depends(require("desk.manage"))]
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoShop:
    """The page with its channel."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsPage:
    """All channels."""

    channels: Sequence[Channel]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPage:
    """The form of one channel.

    Attributes:
        name: of the one that is changed; None: another one is added.
        given: what stands in the fields.
        secret: shown this once, right after it was made.
    """

    name: str | None
    given: Mapping[str, str]
    bases: Sequence[str]
    snippet: str = ""
    secret: str = field(default="", repr=False)
    problem: KefuError | None = None


@router.get("/demo-shop")
async def show_demo_shop(request: Request, resources: OpenResources) -> Response:
    """A page of the demo company with the widget on it, where `kefu demo` has made its channel."""
    async with resources.database.connection() as conn:
        channel = await get_channel(conn, DEMO)
    return render_page(request, "chatbot/demo_shop.html", DemoShop(channel=channel.name))


@router.get(HOME)
async def show_channels(request: Request, _: Manager, resources: OpenResources) -> Response:
    """All channels with the web sites that may embed them."""
    async with resources.database.connection() as conn:
        page = ChannelsPage(channels=await list_channels(conn))
    return render_page(request, "chatbot/channels.html", page)


@router.get(f"{HOME}/_add")
async def show_form(request: Request, _: Manager, resources: OpenResources) -> Response:
    """An empty form."""
    given = {"base": DEFAULT_BASE, "accent": ACCENT}
    return await _show(request, resources, name=None, given=given)


@router.post(HOME)
async def add(request: Request, viewer: Manager, resources: OpenResources) -> Response:
    """Add a channel and show its secret, or the form again with what is wrong."""
    form = await read_form(request)
    name = form.get("name", "").strip()
    try:
        async with resources.database.transaction() as conn:
            added = await add_channel(
                conn, name, _read(form), settings=resources.settings, actor=viewer.name
            )
    except (BadInput, Conflict) as problem:
        return await _show(request, resources, name=None, given=form, problem=problem)
    given = _write(added.channel.look)
    return await _show(request, resources, name=name, given=given, secret=added.secret)


@router.get(f"{HOME}/{{channel_name}}")
async def show_channel(
    request: Request, channel_name: Name, _: Manager, resources: OpenResources
) -> Response:
    """The form of a channel; its secret is not shown."""
    async with resources.database.connection() as conn:
        look = (await get_channel(conn, channel_name)).look
    return await _show(request, resources, name=channel_name, given=_write(look))


@router.post(f"{HOME}/{{channel_name}}")
async def change(
    request: Request, channel_name: Name, viewer: Manager, resources: OpenResources
) -> Response:
    """Change a channel, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        async with resources.database.transaction() as conn:
            await change_channel(conn, channel_name, _read(form), actor=viewer.name)
    except BadInput as problem:
        return await _show(request, resources, name=channel_name, given=form, problem=problem)
    return RedirectResponse(HOME, status_code=303)


@router.post(f"{HOME}/{{channel_name}}/secret")
async def rotate(
    request: Request, channel_name: Name, viewer: Manager, resources: OpenResources
) -> Response:
    """Make another secret and show it this once."""
    async with resources.database.transaction() as conn:
        secret = await rotate_secret(
            conn, channel_name, settings=resources.settings, actor=viewer.name
        )
        look = (await get_channel(conn, channel_name)).look
    given = _write(look)
    return await _show(request, resources, name=channel_name, given=given, secret=secret)


@router.post(f"{HOME}/{{channel_name}}/delete")
async def delete(channel_name: Name, viewer: Manager, resources: OpenResources) -> Response:
    """Take a channel away; its conversations stay."""
    async with resources.database.transaction() as conn:
        await remove_channel(conn, channel_name, actor=viewer.name)
    return RedirectResponse(HOME, status_code=303)


async def _show(
    request: Request,
    resources: Resources,
    *,
    name: str | None,
    given: Mapping[str, str],
    secret: str = "",
    problem: KefuError | None = None,
) -> Response:
    async with resources.database.connection() as conn:
        bases = [base.name for base in await list_bases(conn)]
    page = ChannelPage(
        name=name,
        given=given,
        bases=bases,
        snippet="" if name is None else build_snippet(name, settings=resources.settings),
        secret=secret,
        problem=problem,
    )
    return render_page(
        request, "chatbot/channel.html", page, status=400 if problem is not None else 200
    )


def _read(form: Mapping[str, str]) -> ChannelLook:
    return ChannelLook(
        base=form.get("base", ""),
        title=form.get("title", ""),
        allowed_origins=form.get("origins", "").split(),
        accent=form.get("accent", ""),
        greetings={"zh": form.get("greeting_zh", ""), "en": form.get("greeting_en", "")},
        starters=form.get("starters", "").splitlines(),
        proactive_rules=[
            _read_rule(line) for line in form.get("rules", "").splitlines() if line.strip()
        ],
    )


def _read_rule(line: str) -> ProactiveRule:
    words = line.split(maxsplit=RULE_WORDS - 1)
    if len(words) < RULE_WORDS or not (words[1].isascii() and words[1].isdigit()):
        raise BadInput(
            "%(line)r: write a page, seconds and a text, as in: /prices* 8 Can I help you?",
            line=line[:60],
        )
    return ProactiveRule(pattern=words[0], seconds=int(words[1][:6]), text=words[2])


def _write(look: ChannelLook) -> dict[str, str]:
    """A channel as it stands in the fields of the form."""
    rules = [f"{rule.pattern} {rule.seconds} {rule.text}" for rule in look.proactive_rules]
    return {
        "base": look.base,
        "title": look.title,
        "origins": "\n".join(look.allowed_origins),
        "accent": look.accent,
        "greeting_zh": look.greetings.get("zh", ""),
        "greeting_en": look.greetings.get("en", ""),
        "starters": "\n".join(look.starters),
        "rules": "\n".join(rules),
    }
