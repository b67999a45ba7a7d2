"""What leaves the process in a span: personal data masked, long texts cut, content on request."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Status
from opentelemetry.util.types import AnyValue

from kefu.safety import mask_personal_data

LONGEST_TEXT = 20_000
SHORT_TEXT = 200
CUT = " […]"

CONTENT = frozenset(
    {
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.retrieval.query.text",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "kefu.input",
        "kefu.output",
        "kefu.asked",
    }
)
"""Attributes that hold what people wrote and were told."""

IDENTIFIERS = frozenset(
    {
        "gen_ai.conversation.id",
        "gen_ai.request.model",
        "gen_ai.response.id",
        "gen_ai.response.model",
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "kefu.endpoint",
        "kefu.message_id",
        "kefu.product",
        "kefu.prompt_version",
        "server.address",
    }
)
"""Attributes that name things and never people; they are left as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """How spans are made fit to be kept.

    Attributes:
        keeps_content: whether what people wrote and were told stays in, masked.
    """

    keeps_content: bool = True

    def apply(self, span: ReadableSpan) -> ReadableSpan:
        """A copy that may be stored and sent."""
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=self._attributes(span.attributes or {}),
            events=[
                Event(each.name, self._attributes(each.attributes or {}), each.timestamp)
                for each in span.events
            ],
            links=span.links,
            kind=span.kind,
            status=Status(span.status.status_code, _text(span.status.description)),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _attributes(self, attributes: Mapping[str, AnyValue]) -> dict[str, AnyValue]:
        return {
            name: value if name in IDENTIFIERS else _mask(value)
            for name, value in attributes.items()
            if self.keeps_content or name not in CONTENT
        }


def _text(text: str | None) -> str | None:
    return None if text is None else _mask_text(text)


def _mask(value: AnyValue) -> AnyValue:
    if isinstance(value, str):
        return _mask_json(value) if value[:1] in {"[", "{"} else _mask_text(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_mask(each) for each in value]
    return value


def _mask_json(text: str) -> str:
    """Mask the texts inside JSON, where a line break is two characters."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return _mask_text(text)
    return json.dumps(_mask_inside(parsed), ensure_ascii=False)


def _mask_inside(value: object) -> object:
    match value:
        case str():
            return _mask_text(value)
        case list():
            return [_mask_inside(each) for each in value]
        case dict():
            return {key: _mask_inside(each) for key, each in value.items()}
        case _:
            return value


def _mask_text(text: str) -> str:
    return _mask_again(text) if len(text) <= SHORT_TEXT else _mask_new(text)


@lru_cache(maxsize=2048)
def _mask_again(text: str) -> str:
    """Titles, addresses and places of what is found come in span after span."""
    return _mask_new(text)


def _mask_new(text: str) -> str:
    """Cut and mask; PostgreSQL takes no NUL."""
    cut = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + CUT
    return mask_personal_data(cut.replace("\0", ""))
