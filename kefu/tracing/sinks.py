"""Where spans go: PostgreSQL, and a collector that speaks OTLP over HTTP."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from kefu.settings import TracingSettings
from kefu.tracing.buffer import Sink
from kefu.tracing.conversion import as_record
from kefu.tracing.store.spans import SpanWriter

COLLECTOR_SECONDS = 10.0


class DatabaseSink:
    """Stores spans for Kefu's own pages."""

    name = "database"
    attempts = None

    def __init__(self, url: str) -> None:
        self._writer = SpanWriter(url)

    def write(self, spans: Sequence[ReadableSpan]) -> None:
        """Store a batch."""
        self._writer.write([as_record(span) for span in spans])

    def close(self) -> None:
        """Give the connection up."""
        self._writer.close()


class CollectorSink:
    """Sends spans to a collector."""

    name = "collector"
    attempts = 8

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def write(self, spans: Sequence[ReadableSpan]) -> None:
        """Send a batch.

        Raises:
            ConnectionError: the collector does not take it; the exporter logs why.
        """
        if self._exporter.export(spans) is not SpanExportResult.SUCCESS:
            raise ConnectionError("it does not take them.")

    def close(self) -> None:
        """Close the connection."""
        self._exporter.shutdown()


def open_sinks(settings: TracingSettings, database_url: str) -> list[Sink]:
    """The database, and the collector when the settings name one."""
    sinks: list[Sink] = [DatabaseSink(database_url)]
    if settings.collector_url:
        sinks.append(CollectorSink(_open_exporter(settings, settings.collector_url)))
    return sinks


def _open_exporter(settings: TracingSettings, url: str) -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - 0.2 s
        OTLPSpanExporter,
    )

    secret = settings.collector_authorization
    return OTLPSpanExporter(
        endpoint=url,
        headers={"Authorization": secret.get_secret_value()} if secret else {},
        timeout=COLLECTOR_SECONDS,
    )
