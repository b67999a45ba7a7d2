"""The application beside a provider that runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from oidc_site import CLIENT_ID, CLIENT_SECRET, SITE, Provider, run_provider

from kefu.settings import Settings


@pytest.fixture(scope="package")
def running() -> Iterator[Provider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.forget()
    running.redirect_uri = f"{SITE}/sign-in/oidc/callback"
    return running


@pytest.fixture
def oidc() -> dict[str, Any]:
    """Settings of a test beyond those that every sign-in needs."""
    return {"domains": ("example.com",)}


@pytest.fixture
def settings(provider: Provider, oidc: dict[str, Any]) -> Settings:
    given = {
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "name": "Example Login",
    }
    return Settings(server={"public_url": SITE}, oidc=given | oidc)
