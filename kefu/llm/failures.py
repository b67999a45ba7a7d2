"""Why an endpoint failed, in a sentence that says how to mend it and never holds a key."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

from kefu.errors import ModelRejected, ModelUnavailable
from kefu.llm.endpoints import Endpoint, Origin
from kefu.settings import Purpose

KINDS: dict[Purpose, str] = {
    "chat": "language model",
    "embedding": "embedder",
    "rerank": "reranker",
    "transcription": "speech model",
}
KEYS: dict[Origin, tuple[str, ...]] = {
    "model": ("model.url", "model.name", "model.key"),
    "embedding": ("embedding.url", "embedding.model", "embedding.key"),
}
"""Where address, model and key of an endpoint are set that has no table of its own."""

MALFORMED = (ValueError, TypeError, AttributeError, LookupError)
"""What reading an answer raises that is not what the protocol says: nothing validates it first, so
nonsense shows where a field is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request goes, as the person who set it up would name it.

    Attributes:
        kind: of model, as a sentence names it.
        url_key, model_key, key_key: where address, model and key are set.
    """

    kind: str
    url: str
    model: str
    url_key: str
    model_key: str
    key_key: str

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        """The place of an endpoint."""
        url_key, model_key, key_key = KEYS.get(
            endpoint.origin,
            tuple(f"{key} of endpoint {endpoint.name}" for key in ("url", "model", "key")),
        )
        return cls(
            kind=KINDS[endpoint.purpose],
            url=without_secrets(endpoint.url),
            model=endpoint.model,
            url_key=url_key,
            model_key=model_key,
            key_key=key_key,
        )

    @property
    def subject(self) -> str:
        """How a sentence about it begins."""
        return f'The {self.kind} "{self.model}" at {self.url}'


def without_secrets(url: str) -> str:
    """The address with user, password and query cut off."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def explain_silence(place: Place) -> str:
    """It took too long, and what to do about it."""
    return f"{place.subject} did not answer in time. Is it overloaded or still loading?"


def explain_break(place: Place) -> str:
    """There is no connection, and what to do about it."""
    return (
        f"{place.subject} cannot be reached or broke the connection."
        f" Is it running, and is {place.url_key} right?"
    )


def explain_nonsense(place: Place) -> str:
    """It speaks another language, and what to do about it."""
    return (
        f"{place.subject} answered something that is not an OpenAI-compatible answer."
        f" Check {place.url_key}; it usually ends with /v1."
    )


def explain_status(status: int, place: Place) -> str:
    """What an HTTP status means for the person who set the endpoint up."""
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return f"{place.subject} refuses the key. Set {place.key_key}."
        case HTTPStatus.NOT_FOUND:
            return (
                f"{place.subject} is not there. Check {place.url_key}, which usually ends"
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


def fail_with_status(status: int, place: Place) -> ModelUnavailable:
    """The error that an HTTP status means."""
    sentence = explain_status(status, place)
    if status in REJECTING:
        return ModelRejected(sentence)
    is_transient = status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500
    return ModelUnavailable(sentence, is_transient=is_transient)


REJECTING = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
