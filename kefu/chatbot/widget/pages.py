"""The shop of the demo company, a page on which the widget can be tried."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from kefu.chatbot.widget.store import get_channel
from kefu.web import OpenResources, render_page

DEMO = "demo"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoShop:
    """The page with its channel."""

    channel: str


@router.get("/demo-shop")
async def show_demo_shop(request: Request, resources: OpenResources) -> Response:
    """A page of the demo company with the widget on it, where `kefu demo` has made its channel."""
    async with resources.database.connection() as conn:
        channel = await get_channel(conn, DEMO)
    return render_page(request, "chatbot/demo_shop.html", DemoShop(channel=channel.name))
