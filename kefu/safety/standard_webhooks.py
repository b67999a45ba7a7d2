"""Signed messages between servers, as the Standard Webhooks specification has them.

HMAC-SHA256 of id, moment and body, so that a receiver can refuse what is forged or sent again:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

from kefu.errors import BadInput, NotSignedIn

PREFIX = "whsec_"
VERSION = "v1,"
SECRET_BYTES = 32
TOLERANCE_SECONDS = 300
LONGEST_ID = 255


def make_secret() -> str:
    """A secret for both sides."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, id: str, at: int, body: bytes) -> str:
    """One signature, as it stands in the header webhook-signature.

    Raises:
        BadInput: the secret is not base64.
    """
    digest = hmac.digest(_read_key(secret), f"{id}.{at}.".encode() + body, hashlib.sha256)
    return VERSION + base64.b64encode(digest).decode()


def sign_headers(given: Sequence[str], id: str, *, at: int, body: bytes) -> dict[str, str]:
    """The headers of a message; with several secrets whoever knows one of them can verify it."""
    headers = {"webhook-id": id, "webhook-timestamp": str(at)}
    if given:
        headers["webhook-signature"] = " ".join(sign(secret, id, at, body) for secret in given)
    return headers


def verify(given: Sequence[str], headers: Mapping[str, str], body: bytes, *, now: float) -> str:
    """The id of a message that was signed with one of the secrets, lately.

    Raises:
        NotSignedIn: headers are missing, the signature is wrong, or it is older or newer than five
            minutes.
    """
    id, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "").encode().split()
    if not (0 < len(id) <= LONGEST_ID and moment.isascii() and moment.isdecimal() and signatures):
        raise NotSignedIn("The headers webhook-id, -timestamp and -signature are needed.")
    if len(moment) > 12 or abs(now - int(moment)) > TOLERANCE_SECONDS:
        raise NotSignedIn("The message was signed too long ago, or a clock is wrong.")
    expected = [sign(secret, id, int(moment), body).encode() for secret in given]
    matches = [hmac.compare_digest(one, other) for one in expected for other in signatures]
    if not any(matches):
        raise NotSignedIn("The signature of the message is wrong.")
    return id


def _read_key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(
            "A secret of webhooks is whsec_ and base64, as openssl rand -base64 32 prints it."
        ) from None
