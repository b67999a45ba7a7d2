"""The errors Kefu raises on purpose, each a sentence for the person who caused it.

KefuError
    BadInput        400  what was given cannot be used
        BadSettings      a key or value in the environment or kefu.toml
    NotFound        404  no such thing, or not for this viewer
    Conflict        409  somebody else is doing it, or did
    TooLarge        413  over a stated limit
    Unavailable     503  something Kefu needs does not answer
        DatabaseUnavailable
        ModelUnavailable
"""

from typing import ClassVar


class KefuError(Exception):
    """Something went wrong that a sentence can explain."""

    status: ClassVar[int] = 500


class BadInput(KefuError):
    """What was given cannot be used."""

    status = 400


class BadSettings(BadInput):
    """A setting is unknown or has a value that cannot be used."""


class NotFound(KefuError):
    """There is no such thing, or it is not for this viewer."""

    status = 404


class Conflict(KefuError):
    """The thing is being changed by somebody else."""

    status = 409


class TooLarge(KefuError):
    """Over a stated limit."""

    status = 413


class Unavailable(KefuError):
    """Something Kefu needs does not answer."""

    status = 503


class DatabaseUnavailable(Unavailable):
    """The database does not answer or lacks what Kefu needs."""


class ModelUnavailable(Unavailable):
    """A model endpoint does not answer, is too slow, or answers nonsense."""
