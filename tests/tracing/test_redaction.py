"""What leaves the process names nobody."""

import json

import pytest
from opentelemetry.sdk.trace import Event
from opentelemetry.trace import Status, StatusCode
from spans import a_span

from kefu.tracing.conversion import as_record
from kefu.tracing.redaction import LONGEST_TEXT, Redaction

PHONE = "13812345678"


def test_texts_events_and_errors_are_masked() -> None:
    span = a_span(
        attributes={"kefu.input": f"call {PHONE}", "kefu.names": [f"a {PHONE}", "b"]},
        status=Status(StatusCode.ERROR, f"no such customer {PHONE}"),
        events=(Event("exception", {"exception.message": f"{PHONE}?"}),),
    )
    record = as_record(Redaction().apply(span))
    assert record.attributes == {"kefu.input": "call [phone]", "kefu.names": ["a [phone]", "b"]}
    assert record.error == "no such customer [phone]"
    assert record.events[0]["attributes"] == {"exception.message": "[phone]?"}


def test_texts_inside_json_are_masked_and_it_stays_json() -> None:
    messages = [{"role": "user", "parts": [{"type": "text", "content": f"hello\n{PHONE}"}]}]
    span = a_span(attributes={"gen_ai.input.messages": json.dumps(messages)})
    masked = as_record(Redaction().apply(span)).attributes["gen_ai.input.messages"]
    assert json.loads(str(masked))[0]["parts"][0]["content"] == "hello\n[phone]"


@pytest.mark.parametrize("text", ["[see above", "{not json", "[1] as cited"])
def test_what_only_looks_like_json_is_text(text: str) -> None:
    span = a_span(attributes={"kefu.output": f"{text} {PHONE}"})
    assert as_record(Redaction().apply(span)).attributes["kefu.output"] == f"{text} [phone]"


def test_identifiers_and_numbers_are_left_alone() -> None:
    given = {
        "gen_ai.conversation.id": "13812345678",
        "kefu.prompt_version": "13812345678",
        "gen_ai.usage.input_tokens": 13812345678,
        "kefu.is_supported": True,
    }
    assert as_record(Redaction().apply(a_span(attributes=given))).attributes == given


def test_long_texts_are_cut_and_nothing_is_there_that_postgresql_refuses() -> None:
    span = a_span(attributes={"kefu.output": "a\0b" * LONGEST_TEXT})
    text = str(as_record(Redaction().apply(span)).attributes["kefu.output"])
    assert "\0" not in text
    assert len(text) < LONGEST_TEXT
    assert text.endswith("[…]")


def test_content_stays_out_on_request() -> None:
    given = {"kefu.input": "why", "gen_ai.input.messages": "[]", "kefu.confidence": 0.5}
    record = as_record(Redaction(keeps_content=False).apply(a_span(attributes=given)))
    assert record.attributes == {"kefu.confidence": 0.5}
