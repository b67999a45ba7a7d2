"""A web site of a company with the widget on its pages, under a policy as strict as they get."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import time
from typing import Any

from browsing import collect_failures
from joserfc import jwt
from joserfc.jwk import OctKey
from playwright.async_api import Browser, BrowserContext, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

SHOP = "https://shop.example.com"
POLICY = (
    "default-src 'none'; base-uri 'none'; style-src 'none'; script-src 'nonce-r4nd0m';"
    " connect-src {kefu}; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""As strict as a policy gets: no inline styles, no eval, no HTML from strings."""


def sign(secret: str, **changes: Any) -> str:
    """An identity as a host site signs it."""
    claims = {"sub": "4711", "name": "Mei", "exp": int(time()) + 600} | changes
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "HS256"}, given, OctKey.import_key(secret))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A web site of the company on another origin, with the widget on every page.

    Attributes:
        attributes: of the script tag; may be changed between pages.
    """

    address: str
    kefu: str
    secret: str
    attributes: dict[str, str]
    language: dict[str, str]


def build_shop(kefu: str, attributes: dict[str, str], language: dict[str, str]) -> Starlette:
    """Pages of a shop, whatever the path."""

    async def show(request: Request) -> HTMLResponse:
        given = " ".join(f'{name}="{value}"' for name, value in attributes.items())
        html = " ".join(f'{name}="{value}"' for name, value in language.items())
        return HTMLResponse(
            f"<!doctype html><html {html}><head><title>Shop</title>"
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<script nonce="r4nd0m" src="{kefu}/widget.js" {given} async></script></head>'
            "<body><main><h1>Shop</h1><p>Plans and prices.</p>"
            '<a href="/next">Next page</a></main></body></html>',
            headers={"Content-Security-Policy": POLICY.format(kefu=kefu)},
        )

    return Starlette(routes=[Route("/{path:path}", show)])


@asynccontextmanager
async def visit(browser: Browser, shop: Shop, **options: Any) -> AsyncIterator[Page]:
    """A page of the shop in a browser profile of its own; no script may fail on it."""
    context = await browser.new_context(base_url=shop.address, **options)
    page = await context.new_page()
    page.set_default_timeout(30_000)
    failures = collect_failures(page)
    yield page
    await expect_no_cookies(context)
    await context.close()
    assert failures == []


async def expect_no_cookies(context: BrowserContext) -> None:
    """So nothing is lost where a browser blocks those of third parties."""
    assert await context.cookies() == []
