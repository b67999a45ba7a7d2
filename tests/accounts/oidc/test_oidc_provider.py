"""A provider that fails, and none."""

from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from oidc_site import SITE, Provider
from signing_in_there import go, is_signed_in

from kefu.accounts.oidc import read_identity
from kefu.db import Database
from kefu.errors import NotAllowed
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.sections import OidcSettings
from kefu.server import attach, create_app
from kefu.settings import Settings

EMAIL = "ann@example.com"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"answers": {"/.well-known/openid-configuration": (500, "")}}, "does not answer"),
        ({"answers": {"/.well-known/openid-configuration": (200, "<html>")}}, "nonsense"),
        ({"answers": {"/.well-known/openid-configuration": (200, "[]")}}, "nonsense"),
        ({"answers": {"/keys": (404, "")}}, "does not answer"),
        ({"answers": {"/keys": (200, '{"keys": [{"kty": "?"}]}')}}, "nonsense"),
        ({"discovery": {"issuer": "https://evil.example"}}, "nonsense"),
        ({"discovery": {"token_endpoint": None}}, "nonsense"),
        ({"discovery": {"id_token_signing_alg_values_supported": ["none"]}}, "nonsense"),
    ],
)
async def test_a_provider_that_fails_is_one_sentence(
    client: AsyncClient, provider: Provider, fault: dict[str, Any], sentence: str
) -> None:
    for what, value in fault.items():
        setattr(provider.faults, what, value)
    response = await client.get("/sign-in/oidc")
    assert response.status_code == 503
    assert sentence in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((500, ""), 503),
        ((200, "garbage"), 503),
        ((200, "[]"), 503),
        ((200, "{}"), 403),
        ((200, '{"id_token": 7}'), 403),
        ((200, '{"id_token": "a.b.c", "access_token": "x"}'), 403),
        ((400, '{"error": "invalid_grant"}'), 403),
    ],
)
async def test_a_provider_that_fails_to_redeem_the_code_signs_nobody_in(
    client: AsyncClient, provider: Provider, answer: tuple[int, str], status: int
) -> None:
    back = await go(client)
    provider.faults.answers["/token"] = answer
    assert (await client.get(back)).status_code == status
    assert not await is_signed_in(client)


async def test_the_sign_in_page_offers_the_provider(client: AsyncClient) -> None:
    page = (await client.get("/sign-in?next=/admin/audit%3Factor=x")).text
    assert 'href="/sign-in/oidc?next=/admin/audit%3Factor%3Dx"' in page
    assert "Sign in with Example Login" in page


async def test_without_a_provider_there_is_nothing_to_go_to(database: Database) -> None:
    settings = Settings()
    app = create_app(settings)
    attach(app, Resources(settings=settings, database=database, embedder=FakeEmbedder()))
    async with AsyncClient(transport=ASGITransport(app), base_url=SITE) as client:
        assert (await client.get("/sign-in/oidc")).status_code == 404
        assert (await client.get("/sign-in/oidc/callback?state=a&code=b")).status_code == 404
        assert "/sign-in/oidc" not in (await client.get("/sign-in")).text


def test_unverified_addresses_are_taken_where_the_settings_say_so() -> None:
    claims = {"sub": "1", "email": EMAIL}
    with pytest.raises(NotAllowed, match="not verified"):
        read_identity(claims, settings=OidcSettings(issuer="https://login.example.com"))
    trusting = OidcSettings(issuer="https://login.example.com", trusts_unverified=True)
    assert read_identity(claims, settings=trusting).email == EMAIL


@pytest.mark.parametrize("issuer", ["http://login.example.com", "ftp://x", "https://a/?b", "x"])
def test_an_issuer_that_could_be_overheard_is_refused(issuer: str) -> None:
    with pytest.raises(ValueError, match="issuer"):
        OidcSettings(issuer=issuer)
