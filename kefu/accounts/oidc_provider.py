"""Talk to an OpenID Connect provider: what it offers, its keys, and a code turned into claims."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc._keys import KeySetSerialization
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import Token, decode
from pydantic import BaseModel, ConfigDict, ValidationError

from kefu.accounts.oidc_records import SignInRequest
from kefu.errors import NotAllowed, Unavailable
from kefu.sections import OidcSettings
from kefu.settings import Settings

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"}
)  # signatures with a key pair only: a shared secret or no signature proves nothing
DEFAULT_ALGORITHM = "RS256"
TIMEOUT_SECONDS = 10.0
KEPT_SECONDS = 600.0
LEEWAY_SECONDS = 30  # the clocks of two servers differ a little
CALLBACK = "/sign-in/oidc/callback"
LOCAL = ("http://localhost", "http://127.0.0.1")

Claims = Mapping[str, Any]


class Discovery(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    id_token_signing_alg_values_supported: list[str] = [DEFAULT_ALGORITHM]
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]

    @property
    def algorithms(self) -> Sequence[str]:
        """Those of its signatures that prove something."""
        return sorted(ALGORITHMS.intersection(self.id_token_signing_alg_values_supported))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    discovery: Discovery
    keys: KeySet
    until: float


class OidcProvider:
    """The provider that the settings name; what it says of itself is kept for ten minutes."""

    def __init__(self, settings: OidcSettings, *, redirect_uri: str) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._known: _Known | None = None

    async def address(self, request: SignInRequest, *, state: str) -> str:
        """Where the browser goes to sign in.

        Raises:
            Unavailable: the provider does not answer, or answers nonsense.
        """
        async with self._client() as client:
            known = await self._discover(client)
        address, _ = client.create_authorization_url(
            known.discovery.authorization_endpoint,
            state=state,
            nonce=request.nonce,
            code_verifier=request.verifier,
        )
        return str(address)

    async def redeem(self, code: str, request: SignInRequest) -> Claims:
        """Turn the code that the browser brought back into verified claims.

        Raises:
            Unavailable: the provider does not answer, or answers nonsense.
            NotAllowed: the code or the ID token is not valid.
        """
        async with self._client() as client:
            known = await self._discover(client)
            client.token_endpoint_auth_method = self._method(known.discovery)
            token = await self._fetch_token(client, known.discovery, code, request)
            claims = await self._read(client, str(token.get("id_token", "")), token, request)
            if "email" not in claims and known.discovery.userinfo_endpoint is not None:
                more = await self._get(client, known.discovery.userinfo_endpoint, with_token=True)
                if more.get("sub") != claims["sub"]:
                    raise NotAllowed("The provider told of somebody else than it signed in.")
                claims = more | claims
        return claims

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AsyncOAuth2Client]:
        settings = self._settings
        secret = settings.client_secret.get_secret_value() if settings.client_secret else None
        async with AsyncOAuth2Client(
            client_id=settings.client_id,
            client_secret=secret,
            scope=settings.scopes,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
        ) as client:
            try:
                yield client
            except httpx2.HTTPError as error:
                raise Unavailable(
                    "The sign-in provider %(issuer)s does not answer.", issuer=settings.issuer
                ) from error

    def _method(self, discovery: Discovery) -> str:
        if self._settings.client_secret is None:
            return "none"
        supported = discovery.token_endpoint_auth_methods_supported
        return "client_secret_basic" if "client_secret_basic" in supported else "client_secret_post"

    async def _fetch_token(
        self, client: AsyncOAuth2Client, discovery: Discovery, code: str, request: SignInRequest
    ) -> dict[str, Any]:
        try:
            return dict(
                await client.fetch_token(
                    discovery.token_endpoint, code=code, code_verifier=request.verifier
                )
            )
        except OAuthError as error:
            raise NotAllowed(
                "The provider refused the sign-in: %(reason)s.", reason=f"{error.error!r:.60}"
            ) from error
        except (ValueError, TypeError) as error:
            raise self._nonsense() from error

    async def _read(
        self,
        client: AsyncOAuth2Client,
        text: str,
        token: Mapping[str, Any],
        request: SignInRequest,
    ) -> dict[str, Any]:
        known = await self._discover(client)
        try:
            try:
                signed = decode(text, known.keys, algorithms=list(known.discovery.algorithms))
            except InvalidKeyIdError:  # it has changed its keys
                known = await self._discover(client, is_stale=True)
                signed = decode(text, known.keys, algorithms=list(known.discovery.algorithms))
            self._validate(signed, token, request)
        except (JoseError, ValueError, TypeError) as error:
            raise NotAllowed("What the provider says of who signed in is not valid.") from error
        return dict(signed.claims)

    def _validate(self, signed: Token, token: Mapping[str, Any], request: SignInRequest) -> None:
        """As OpenID Connect Core 1.0, section 3.1.3.7, asks for."""
        client_id = self._settings.client_id
        CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": self._settings.issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": client_id},
                "nonce": {"essential": True, "value": request.nonce},
            },
            params={
                "nonce": request.nonce,
                "client_id": client_id,
                "access_token": token.get("access_token"),
            },
        ).validate(leeway=LEEWAY_SECONDS)

    async def _discover(self, client: AsyncOAuth2Client, *, is_stale: bool = False) -> _Known:
        if self._known is None or is_stale or self._known.until < time.monotonic():
            issuer = str(self._settings.issuer)
            found = await self._get(
                client, f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            )
            try:
                discovery = Discovery.model_validate(found)
                published = await self._get(client, discovery.jwks_uri)
                keys = KeySet.import_key_set(cast("KeySetSerialization", published))
            except (ValidationError, JoseError, ValueError, KeyError, TypeError) as error:
                raise self._nonsense() from error
            self._require_fit(discovery)
            self._known = _Known(
                discovery=discovery, keys=keys, until=time.monotonic() + KEPT_SECONDS
            )
        return self._known

    def _require_fit(self, discovery: Discovery) -> None:
        issuer = str(self._settings.issuer)
        addresses = (discovery.authorization_endpoint, discovery.token_endpoint, discovery.jwks_uri)
        is_local = issuer.startswith(LOCAL)
        is_safe = all(each.startswith("https://") or is_local for each in addresses)
        if discovery.issuer != issuer or not is_safe or not discovery.algorithms:
            raise self._nonsense()

    async def _get(
        self, client: AsyncOAuth2Client, address: str, *, with_token: bool = False
    ) -> dict[str, Any]:
        response = await client.request("GET", address, withhold_token=not with_token)
        response.raise_for_status()
        try:
            found = response.json()
        except ValueError as error:
            raise self._nonsense() from error
        if not isinstance(found, dict):
            raise self._nonsense()
        return found

    def _nonsense(self) -> Unavailable:
        return Unavailable(
            "The sign-in provider %(issuer)s answers nonsense.", issuer=self._settings.issuer
        )


def open_provider(settings: Settings) -> OidcProvider | None:
    """The provider that the settings name; nothing is asked of it yet."""
    if settings.oidc.issuer is None:
        return None
    return OidcProvider(settings.oidc, redirect_uri=settings.server.url + CALLBACK)
