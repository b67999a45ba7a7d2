"""Random secrets, and the hashes by which they are known again.

The secrets have 256 random bits, so that one round of SHA-256 hides them as well as a slow hash.
"""

import hashlib
import hmac
import secrets

SECRET_BYTES = 32


def make_secret() -> str:
    """A secret that fits into a URL, a cookie and a header."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_secret(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def derive_csrf_token(session_secret: str) -> str:
    """What the forms of a session carry: nobody can tell it who cannot read the cookie."""
    return hmac.digest(session_secret.encode(), b"csrf", "sha256").hex()


def is_same(given: str, expected: str) -> bool:
    """Compare without telling by the time how much was right."""
    return hmac.compare_digest(given.encode(), expected.encode())
