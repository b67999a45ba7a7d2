"""A small OpenID Connect provider that serves on a port, and does wrong when it is told to.

It keeps to OpenID Connect Core 1.0 and RFC 7636: codes work once and only with their verifier,
redirect addresses are checked, ID tokens are signed and their keys published.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc.jwk import KeySet, RSAKey
from joserfc.jwt import encode

SITE = "http://kefu"
CLIENT_ID = "kefu"
CLIENT_SECRET = "the secret of the client"
PERSON = {
    "sub": "248289761001",
    "email": "Ann@Example.com",
    "email_verified": True,
    "name": "Ann Li",
}


def make_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class Faults:
    """What the provider does wrong.

    Attributes:
        claims: put over those of the ID token; None leaves one out.
        algorithm: of the signature; "none" for none, "HS256" under the published key.
        stranger: sign with a key that is not published.
        discovery: put over what the provider says of itself.
        answers: what an address answers instead: status and body.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    stranger: bool = False
    discovery: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)


class Provider:
    """The provider's memory; `person` is who is signed in there.

    Attributes:
        asked: the query of every visit to /authorize.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.first_key = make_key("first")
        self.stranger_key = make_key("first")
        self.forget()

    def forget(self) -> None:
        """Be as at the beginning."""
        self.key = self.first_key
        self.person: dict[str, Any] = dict(PERSON)
        self.userinfo: dict[str, Any] = {}
        self.faults = Faults()
        self.asked: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.redirect_uri = ""

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= {**self.person, "nonce": nonce} | self.faults.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.stranger_key if self.faults.stranger else self.key
        header = {"alg": self.faults.algorithm, "kid": self.key.kid}
        if self.faults.algorithm == "RS256":
            return encode(header, claims, key)
        signing_input = f"{encode_part(header)}.{encode_part(claims)}"
        if self.faults.algorithm == "none":
            return f"{signing_input}."
        published = self.key.as_pem(private=False)
        signature = hmac.digest(published, signing_input.encode(), "sha256")
        return f"{signing_input}.{encode_bytes(signature)}"


def encode_part(part: dict[str, Any]) -> str:
    return encode_bytes(json.dumps(part).encode())


def encode_bytes(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def create_provider_app(provider: Provider) -> FastAPI:  # noqa: C901 - a function an address
    app = FastAPI()

    @app.middleware("http")
    async def misbehave(request: Request, call_next: Any) -> Response:
        answer = provider.faults.answers.get(request.url.path)
        if answer is not None:
            return Response(answer[1], status_code=answer[0], media_type="application/json")
        response: Response = await call_next(request)
        return response

    @app.get("/.well-known/openid-configuration")
    async def discover() -> dict[str, Any]:
        return {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
            "userinfo_endpoint": f"{provider.issuer}/userinfo",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        } | provider.faults.discovery

    @app.get("/keys")
    async def publish() -> dict[str, Any]:
        return dict(KeySet([provider.key]).as_dict(private=False))

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        query = dict(request.query_params)
        provider.asked.append(query)
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT_ID)
        assert query["redirect_uri"] == provider.redirect_uri
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe()
        provider.codes[code] = query
        back = urlencode({"code": code, "state": query["state"], "iss": provider.issuer})
        return RedirectResponse(f"{query['redirect_uri']}?{back}")

    @app.post("/token")
    async def token(request: Request) -> Response:
        form = {name: value[0] for name, value in parse_qs((await request.body()).decode()).items()}
        asked = provider.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = encode_bytes(digest)
        credentials = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {credentials}":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        if asked is None or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse(
            {
                "access_token": "access",
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": provider.id_token(asked["nonce"]),
            }
        )

    @app.get("/userinfo")
    async def tell(request: Request) -> dict[str, Any]:
        assert request.headers["authorization"] == "Bearer access"
        return provider.userinfo

    return app


@contextmanager
def run_provider() -> Iterator[Provider]:
    """Serve on a free port, in a thread with an event loop of its own."""
    provider = Provider()
    config = uvicorn.Config(create_provider_app(provider), port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    provider.issuer = f"http://127.0.0.1:{port}"
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
