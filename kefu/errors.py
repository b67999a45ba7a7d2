"""The errors Kefu raises on purpose, each a sentence for the person who caused it.

KefuError
    BadInput        400  what was given cannot be used
        BadSettings      a key or value in the environment or kefu.toml
    NotSignedIn     401  nobody knows who asks
    NotAllowed      403  the one who asks is known and may not
    NotFound        404  no such thing, or not for this viewer
    Conflict        409  somebody else is doing it, or did
    GateClosed      409  a release or change of knowledge is not good enough
    TooLarge        413  over a stated limit
    TooManyRequests 429  too often, or too many at once
    Unavailable     503  something Kefu needs does not answer
        DatabaseUnavailable
        ModelUnavailable
            ModelRejected     it does not take this request; others it does
            ModelBusy    429  its limits are reached; says when to come again
            ModelForbidden    no endpoint may see data of this class
            BudgetSpent       the money for today is spent
"""

from math import ceil
from typing import ClassVar


class KefuError(Exception):
    """Something went wrong that a sentence can explain.

    The sentence is in English and the key of its translations; `%(name)s` in it stands for the
    value of that name.
    """

    status: ClassVar[int] = 500
    retry_after_seconds: int | None = None

    def __init__(self, sentence: str, /, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


class BadInput(KefuError):
    """What was given cannot be used."""

    status = 400


class BadSettings(BadInput):
    """A setting is unknown or has a value that cannot be used."""


class NotSignedIn(KefuError):
    """Nobody knows who asks, and this is not for everybody."""

    status = 401


class NotAllowed(KefuError):
    """The one who asks is known and may not do this."""

    status = 403


class NotFound(KefuError):
    """There is no such thing, or it is not for this viewer."""

    status = 404


class Conflict(KefuError):
    """The thing is being changed by somebody else."""

    status = 409


class GateClosed(KefuError):
    """A release, or a change of the knowledge, has not shown that it is good enough."""

    status = 409


class TooLarge(KefuError):
    """Over a stated limit."""

    status = 413


class TooManyRequests(KefuError):
    """Too often, or too many at once."""

    status = 429

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(KefuError):
    """Something Kefu needs does not answer."""

    status = 503
    retry_after_seconds = 10


class DatabaseUnavailable(Unavailable):
    """The database does not answer or lacks what Kefu needs."""


class ModelUnavailable(Unavailable):
    """A model endpoint does not answer, is too slow, or answers nonsense."""

    def __init__(self, message: str, *, is_transient: bool = False) -> None:
        """Take whether the same request may well succeed a moment later."""
        super().__init__(message)
        self.is_transient = is_transient


class ModelRejected(ModelUnavailable):
    """An endpoint does not take this request; others it does."""


class ModelUnreadable(ModelUnavailable):
    """A model answers, but in another form than it was asked for."""


class ModelBusy(ModelUnavailable):
    """An endpoint's limits are reached."""

    status = 429

    def __init__(self, message: str, *, retry_after_seconds: float = 5.0) -> None:
        """Take when it makes sense to come again."""
        super().__init__(message)
        self.retry_after_seconds = max(1, ceil(retry_after_seconds))


class ModelForbidden(ModelUnavailable):
    """No endpoint may see what would have to be sent."""


class BudgetSpent(ModelUnavailable):
    """An endpoint's money for the day is spent."""
