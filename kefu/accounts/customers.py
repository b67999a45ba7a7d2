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

    model_config = ConfigDict(strict=True)

    sub: Word
    exp: int
    audiences: list[Word] = Field(default=[], max_length=50)


def view_as_customer(token: str, *, settings: CustomerSettings) -> Viewer:
    """Read a signed identity: a JSON Web Token with `sub`, `aud`, `exp` and maybe `audiences`.

    Raises:
        NotSignedIn: it is not signed with the key, has expired, lives too long, or is for others.
    """
    if settings.identity_key is None:
        raise NotSignedIn("Signed identities of customers are not set up here.")
    claims = _read(token, settings.identity_key.get_secret_value(), settings.identity_audience)
    if claims.exp > time.time() + LONGEST_LIFE_SECONDS:
        raise NotSignedIn("The signed identity lives longer than a day.")
    return Viewer(
        name=f"customer {claims.sub}",
        audiences=AUDIENCES["customer"] | (frozenset(claims.audiences) - {STAFF_AUDIENCE}),
        permissions=frozenset(PERMISSIONS["customer"]),
        customer_id=claims.sub,
    )


def _read(token: str, key: str, audience: str) -> Claims:
    wanted: dict[str, Any] = {
        "sub": {"essential": True},
        "aud": {"essential": True, "value": audience},
        "exp": {"essential": True},
    }
    try:
        signed = decode(token, OctKey.import_key(key), algorithms=[ALGORITHM])
        JWTClaimsRegistry(leeway=LEEWAY_SECONDS, **wanted).validate(signed.claims)
        return Claims.model_validate(signed.claims)
    except (JoseError, ValidationError) as error:
        raise NotSignedIn("The signed identity is not valid or has expired.") from error
