"""Record traces for as long as a context is open."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from kefu.resources import Resources
from kefu.tracing.buffer import Counts, SpanBuffer
from kefu.tracing.provider import Listener, install
from kefu.tracing.redaction import Redaction
from kefu.tracing.sinks import open_sinks


class Recorder:
    """What records now.

    Attributes:
        buffers: one for each place that spans go to.
    """

    def __init__(self, buffers: Sequence[SpanBuffer]) -> None:
        self.buffers = buffers

    def flush(self) -> bool:
        """Wait until all is written that was recorded; False when that takes too long."""
        flushed = [buffer.flush() for buffer in self.buffers]
        return all(flushed)

    def counts(self) -> dict[str, Counts]:
        """What became of the spans, by the name of the place they went to."""
        return {buffer.sink.name: buffer.counts for buffer in self.buffers}


@asynccontextmanager
async def record_traces(
    resources: Resources, *, also: Sequence[Listener] = ()
) -> AsyncIterator[Recorder]:
    """Store every span that ends, and send it to the collector when there is one.

    Nobody waits for it: spans go through bounded buffers that threads empty. `also` is told of
    every span at once, and must not take long.
    """
    settings = resources.settings.tracing
    prepare = Redaction(keeps_content=settings.content).apply
    buffers = [
        SpanBuffer(sink, size=settings.buffer_spans, prepare=prepare)
        for sink in open_sinks(settings, resources.database.url)
    ]
    listeners = [*also, *(buffer.add for buffer in buffers)]
    relay = install()
    relay.listeners = [*relay.listeners, *listeners]
    try:
        yield Recorder(buffers)
    finally:
        relay.listeners = [each for each in relay.listeners if each not in listeners]
        await asyncio.gather(*(asyncio.to_thread(buffer.close) for buffer in buffers))
