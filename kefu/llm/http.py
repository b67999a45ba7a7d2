"""The client of an OpenAI-compatible endpoint, and what its errors mean."""

from typing import NoReturn

from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI, OpenAIError
from pydantic import SecretStr

from kefu.errors import ModelUnavailable
from kefu.llm.connections import open_connections
from kefu.llm.failures import (
    Place,
    explain_break,
    explain_nonsense,
    explain_silence,
    explain_status,
    fail_with_status,
)

NO_KEY = "none"
"""Sent where no key is set: local servers want none, and the client insists on one."""


def open_client(
    url: str, key: SecretStr | None, *, timeout_seconds: float, tries: int
) -> AsyncOpenAI:
    """Nothing is sent yet."""
    connections = open_connections(url, timeout_seconds=timeout_seconds)
    return AsyncOpenAI(
        base_url=url,
        api_key=key.get_secret_value() if key else NO_KEY,
        timeout=connections.timeout,
        max_retries=tries - 1,
        http_client=connections,
    )


def explain(error: BaseException, place: Place) -> str:
    """What happened and what to do about it."""
    if isinstance(error, TimeoutError | APITimeoutError):
        return explain_silence(place)
    if isinstance(error, APIConnectionError):
        return explain_break(place)
    if isinstance(error, APIStatusError):
        return explain_status(error.status_code, place)
    return explain_nonsense(place)


def raise_for(error: OpenAIError, place: Place) -> NoReturn:
    """Raise what an error of the client means.

    Raises:
        ModelRejected: it does not take this request.
        ModelUnavailable: anything else.
    """
    if isinstance(error, APIStatusError):
        raise fail_with_status(error.status_code, place) from error
    is_transient = isinstance(error, APIConnectionError) and not isinstance(error, APITimeoutError)
    raise ModelUnavailable(explain(error, place), is_transient=is_transient) from error
