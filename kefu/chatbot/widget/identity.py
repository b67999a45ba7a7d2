"""Who is before the widget: the host site signs it, or nobody says so.

A widget shows what the host site signed, or nothing, and is given a token for its further requests.
No cookie is needed, and the token of one channel is worth nothing in another.
"""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OctKey

from kefu.accounts import Claims, read_claims, read_identity, view_claims
from kefu.chatbot.widget.records import Visit, Visitor
from kefu.conversations import VISITOR_MARK
from kefu.errors import NotSignedIn

ANONYMOUS_DAYS = 30


def begin_visit(
    channel: str, *, secret: str, identity: str | None = None, token: str | None = None
) -> Visit:
    """Give a visitor a token: for the identity that the host site signed, or for anybody.

    An anonymous visitor with a token from before stays the same one, and keeps the conversations.

    Raises:
        NotSignedIn: the identity is not valid.
    """
    now = datetime.now(UTC)
    if identity is not None:
        claims = read_identity(identity, key=secret)
        if claims.sub.startswith(VISITOR_MARK):
            raise NotSignedIn("The signed identity is not valid or has expired.")
        return _visit(channel, claims, secret=secret)
    expires_at = now + timedelta(days=ANONYMOUS_DAYS)
    known = find_anonymous(channel, token, secret=secret)
    sub = known or f"{VISITOR_MARK}{uuid4().hex}"
    return _visit(channel, Claims(sub=sub, exp=int(expires_at.timestamp())), secret=secret)


def read_visitor(token: str, *, channel: str, secret: str) -> Visitor:
    """Whom a token was given to.

    Raises:
        NotSignedIn: it is not one of this channel, or has expired.
    """
    claims = read_claims(token, key=_derive(secret), audience=_audience(channel))
    return Visitor(
        viewer=view_claims(claims),
        is_identified=not claims.sub.startswith(VISITOR_MARK),
        name=claims.name,
        email=claims.email,
    )


def find_anonymous(channel: str, token: str | None, *, secret: str) -> str | None:
    """The anonymous visitor of the channel to whom a token was given that still counts."""
    if token is None:
        return None
    try:
        visitor = read_visitor(token, channel=channel, secret=secret)
    except NotSignedIn:
        return None
    return None if visitor.is_identified else visitor.viewer.customer_id


def _visit(channel: str, claims: Claims, *, secret: str) -> Visit:
    key = _derive(secret)
    told: dict[str, Any] = claims.model_dump(exclude_none=True) | {"aud": _audience(channel)}
    return Visit(
        token=jwt.encode({"alg": "HS256"}, told, OctKey.import_key(key)),
        visitor=hmac.digest(key.encode(), claims.sub.encode(), sha256).hex()[:16],
        is_identified=not claims.sub.startswith(VISITOR_MARK),
        name=claims.name,
        expires_at=datetime.fromtimestamp(claims.exp, UTC),
    )


def _derive(secret: str) -> str:
    """A key of Kefu's own, so that an identity is no token and a token is no identity."""
    return hmac.digest(secret.encode(), b"kefu widget token", sha256).hex()


def _audience(channel: str) -> str:
    return f"kefu-widget:{channel}"
