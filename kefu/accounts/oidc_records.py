"""The vocabulary of signing in at an OpenID Connect provider."""

from dataclasses import dataclass

from kefu.accounts.permissions import StaffRole


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """A sign-in that has gone to the provider and may come back once.

    Attributes:
        nonce: the ID token must repeat it.
        verifier: of PKCE; whoever has stolen the code does not have it.
        back: the page to open afterwards.
    """

    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the provider says somebody is.

    Attributes:
        subject: never changes and is never given to somebody else.
        email: in lower case; the provider has seen that it is theirs.
        role: what their groups stand for here; None: the provider does not decide roles.
    """

    issuer: str
    subject: str
    email: str
    name: str
    role: StaffRole | None
