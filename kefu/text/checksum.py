"""Digests that are the same on every machine."""

from hashlib import blake2b, sha256

TERM_IDS = 1_000_000_000
"""The largest index of a pgvector `sparsevec`; smaller than 2**30, so an id also fits an int4."""


def content_digest(content: str | bytes) -> str:
    """SHA-256 in hex; text is taken as UTF-8."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return sha256(data).hexdigest()


def term_id(base_id: int, term: str) -> int:
    """Number a term within a knowledge base, from 1 to TERM_IDS.

    Two terms of one base share a number about once in a billion pairs. The base is part of the
    hash so that one index over all bases keeps their terms apart.
    """
    name = f"{base_id}\0{term}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big") % TERM_IDS + 1
