"""Traces arrive at a receiver that speaks OTLP over HTTP."""

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import SecretStr
from traced_answers import QUESTION

from kefu.answering import answer
from kefu.resources import Resources
from kefu.tracing import TraceFilter, list_traces, record_traces
from kefu.viewer import ANONYMOUS


class Receiver(ThreadingHTTPServer):
    """Keeps the requests it could decode.

    Attributes:
        status: what it answers with.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if self.server.status == 200:
            self.server.requests.append(ExportTraceServiceRequest.FromString(body))
            self.server.headers.append({key.lower(): value for key, value in self.headers.items()})
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(self.server.status)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        await asyncio.to_thread(server.shutdown)
        thread.join()


def sending_to(resources: Resources, url: str) -> Resources:
    tracing = resources.settings.tracing.model_copy(
        update={"collector_url": url, "collector_authorization": SecretStr("Basic a2VmdQ==")}
    )
    return replace(resources, settings=resources.settings.model_copy(update={"tracing": tracing}))


def attributes(span: Span) -> dict[str, object]:
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes
    }


async def test_an_answer_arrives_with_the_genai_attributes(
    resources: Resources, receiver: Receiver
) -> None:
    sending = sending_to(resources, receiver.url)
    async with record_traces(sending) as recorder:
        await answer(sending, f"{QUESTION} 电话13812345678", viewer=ANONYMOUS)
        assert await asyncio.to_thread(recorder.flush)
    spans = {span.name: span for span in receiver.spans()}
    call = attributes(spans["chat scripted"])
    assert call["gen_ai.operation.name"] == "chat"
    assert call["gen_ai.request.model"] == "scripted"
    assert (call["gen_ai.usage.input_tokens"], call["gen_ai.usage.output_tokens"]) == (120, 14)
    assert spans["chat scripted"].parent_span_id == spans["write"].span_id
    assert len({span.trace_id for span in spans.values()}) == 1
    whole = attributes(spans["invoke_workflow answer"])
    assert whole["kefu.input"] == f"{QUESTION} 电话[phone]"


async def test_the_receiver_learns_who_sends_and_may_ask_for_a_key(
    resources: Resources, receiver: Receiver
) -> None:
    sending = sending_to(resources, receiver.url)
    async with record_traces(sending):
        await answer(sending, QUESTION, viewer=ANONYMOUS)
    assert receiver.headers[0]["authorization"] == "Basic a2VmdQ=="
    assert receiver.headers[0]["content-type"] == "application/x-protobuf"
    resource = receiver.requests[0].resource_spans[0].resource
    assert {each.key: each.value.string_value for each in resource.attributes}[
        "service.name"
    ] == "kefu"


async def test_a_receiver_that_refuses_keeps_nothing_from_the_database(
    resources: Resources, receiver: Receiver
) -> None:
    receiver.status = 401
    sending = sending_to(resources, receiver.url)
    async with record_traces(sending) as recorder:
        await answer(sending, QUESTION, viewer=ANONYMOUS)
        database, collector = recorder.buffers
        assert await asyncio.to_thread(database.flush)
        async with resources.database.connection() as conn:
            assert len(await list_traces(conn, TraceFilter())) == 1
    assert collector.counts.written == 0
    assert collector.counts.lost == database.counts.written > 0
