"""Why an endpoint failed, in a sentence that says how to mend it and never holds a key."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

from openai import APIConnectionError, APIStatusError, APITimeoutError

MALFORMED = (ValueError, TypeError, AttributeError, LookupError)
"""What reading an answer raises that is not what the protocol says: the client's records are built
without validation, so nonsense shows where a field is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request goes, as the person who set it up would name it.

    Attributes:
        section: of the settings, "embedding" or "model".
        model_key: the setting that holds the name of the model.
    """

    section: str
    model_key: str
    url: str
    model: str

    @classmethod
    def of(cls, section: str, url: str, model: str) -> Self:
        """The place, with user, password and query cut off the address."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        model_key = f"{section}.name" if section == "model" else f"{section}.model"
        shown = f"{parts.scheme}://{host}{parts.path}"
        return cls(section=section, model_key=model_key, url=shown, model=model)

    @property
    def subject(self) -> str:
        """How a sentence about it begins."""
        kind = "language model" if self.section == "model" else "embedder"
        return f'The {kind} "{self.model}" at {self.url}'


def explain(error: BaseException, place: Place) -> str:
    """What happened and what to do about it."""
    if isinstance(error, TimeoutError | APITimeoutError):
        return f"{place.subject} did not answer in time. Is it overloaded or still loading?"
    if isinstance(error, APIConnectionError):
        return (
            f"{place.subject} cannot be reached or broke the connection."
            f" Is it running, and is {place.section}.url right?"
        )
    if isinstance(error, APIStatusError):
        return explain_status(error.status_code, place)
    return (
        f"{place.subject} answered something that is not an OpenAI-compatible answer."
        f" Check {place.section}.url; it usually ends with /v1."
    )


def explain_status(status: int, place: Place) -> str:
    """What an HTTP status means for the person who set the endpoint up."""
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return f"{place.subject} refuses the key. Set {place.section}.key."
        case HTTPStatus.NOT_FOUND:
            return (
                f"{place.subject} is not there. Check {place.section}.url, which usually ends"
                f" with /v1, and {place.model_key}."
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return f"{place.subject} takes no more requests (429). Wait, or raise its limit."
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY:
            return (
                f"{place.subject} does not accept the request ({status})."
                f" Check {place.model_key} and how much text the model takes."
            )
        case _:
            return f"{place.subject} failed with status {status}. Look into its log."
