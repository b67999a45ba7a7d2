"""Customers whom the host site knows: it signs who they are, and Kefu believes the signature."""

import time
from typing import Annotated, Any

from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry, decode
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kefu.accounts.permissions import AUDIENCES, PERMISSIONS, STAFF_AUDIENCE
from kefu.errors import NotSignedIn
from kefu.settings import CustomerSettings
from kefu.viewer import Viewer

ALGORITHM = "HS256"
LONGEST_LIFE_SECONDS = 24 * 3600
LEEWAY_SECONDS = 30  # the clocks of two servers differ a little


Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Claims(BaseModel):
    """What the host site says of a customer."""

    model_config = ConfigDict(strict=True, frozen=True)

    sub: Word
    exp: int
    audiences: list[Word] = Field(default=[], max_length=50)
    name: Word | None = None
    email: Word | None = None


def view_as_customer(token: str, *, settings: CustomerSettings) -> Viewer:
    """Read a signed identity: a JSON Web Token with `sub`, `aud`, `exp` and maybe `audiences`.

    Raises:
        NotSignedIn: it is not signed with the key, has expired, lives too long, or is for others.
    """
    if settings.identity_key is None:
        raise NotSignedIn("Signed identities of customers are not set up here.")
    key = settings.identity_key.get_secret_value()
    return view_claims(read_identity(token, key=key, audience=settings.identity_audience))


def read_identity(token: str, *, key: str, audience: str | None = None) -> Claims:
    """What a host site that has the key says of a customer.

    Raises:
        NotSignedIn: it is not signed with the key, has expired, lives too long, or is for others.
    """
    claims = read_claims(token, key=key, audience=audience)
    if claims.exp > time.time() + LONGEST_LIFE_SECONDS:
        raise NotSignedIn("The signed identity lives longer than a day.")
    return claims


def view_claims(claims: Claims) -> Viewer:
    """What a customer may see and do of whom this was said."""
    return Viewer(
        name=f"customer {claims.sub}",
        audiences=AUDIENCES["customer"] | (frozenset(claims.audiences) - {STAFF_AUDIENCE}),
        permissions=frozenset(PERMISSIONS["customer"]),
        customer_id=claims.sub,
    )


def read_claims(token: str, *, key: str, audience: str | None) -> Claims:
    """Read claims that were signed with the key, for this audience if it is named.

    Raises:
        NotSignedIn: it is not signed with the key, has expired, or is for others.
    """
    wanted: dict[str, Any] = {"sub": {"essential": True}, "exp": {"essential": True}}
    if audience is not None:
        wanted["aud"] = {"essential": True, "value": audience}
    try:
        signed = decode(token, OctKey.import_key(key), algorithms=[ALGORITHM])
        JWTClaimsRegistry(leeway=LEEWAY_SECONDS, **wanted).validate(signed.claims)
        return Claims.model_validate(signed.claims)
    except (JoseError, ValidationError) as error:
        raise NotSignedIn("The signed identity is not valid or has expired.") from error
