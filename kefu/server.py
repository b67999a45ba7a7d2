"""The web application: its routes, its guards, and what it holds open while it runs."""

import asyncio
import logging
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware

import kefu
from kefu.accounts import offer_setup, open_provider
from kefu.accounts.api import router as account_api
from kefu.accounts.pages import router as account_pages
from kefu.answering import stream_answer
from kefu.audit import keep_anchor
from kefu.chatbot import Answerer, end_shadows
from kefu.chatbot.api import router as chat_api
from kefu.chatbot.pages import router as pages
from kefu.chatbot.webhooks import keep_answering, keep_delivering
from kefu.chatbot.webhooks.pages import router as webhook_pages
from kefu.chatbot.widget.api import router as widget_api
from kefu.chatbot.widget.origins import PREFIX as WIDGET_PREFIX
from kefu.chatbot.widget.origins import ChannelOrigins
from kefu.chatbot.widget.pages import router as widget_pages
from kefu.conversations import Feed, keep_desk
from kefu.conversations.api import router as conversation_api
from kefu.conversations.pages import router as conversation_pages
from kefu.copilot.api import router as copilot_api
from kefu.copilot.pages import router as desk_pages
from kefu.endpoints.pages import router as endpoint_pages
from kefu.errors import Unavailable
from kefu.evaluation.pages import router as evaluation_pages
from kefu.knowledge import keep_embedding
from kefu.overview.pages import router as overview_pages
from kefu.processes import LOG_FORMAT, is_orphan, keep_processes
from kefu.prompts.pages import router as prompt_pages
from kefu.resources import Resources, open_resources
from kefu.retrieval.api import router as search_api
from kefu.rollout import begin, keep_watching, keep_watching_knowledge
from kefu.rollout.pages import router as release_pages
from kefu.settings import ServerSettings, Settings
from kefu.tracing import keep_partitions, record_traces
from kefu.tracing.metrics import forget_waiting, observe, shared_metrics
from kefu.tracing.pages import router as tracing_pages
from kefu.web import (
    PROBLEMS,
    BodyLimit,
    Gate,
    LastResort,
    SameOrigin,
    SecurityHeaders,
    Static,
    install_problem_handlers,
)

Teller = Callable[[str], object]

LONGEST_WAIT_SECONDS = 15.0
STOP_SECONDS = 20
CANCEL_SECONDS = 1.0
THIS_MACHINE = ("127.0.0.1", "::1")
SWITCH_SECONDS = 0.0005
"""A thread that computes gives way to the event loop after so long, by default after 5 ms: the loop
waits for that each time when it has sent something.
"""

MAX_HEADER_BYTES = 64 * 1024
FILES = re.compile(r"/api/(?:widget/[^/]+/)?conversations/[^/]+/attachments")
ROUTERS = (
    chat_api,
    widget_api,
    widget_pages,
    webhook_pages,
    conversation_api,
    copilot_api,
    search_api,
    account_api,
    pages,
    account_pages,
    overview_pages,
    tracing_pages,
    conversation_pages,
    desk_pages,
    endpoint_pages,
    prompt_pages,
    release_pages,
    evaluation_pages,
)
DESCRIPTION = """Answers to customers' questions from a company's own documents, with citations.

Every error has the body `{"error": {"type": ..., "message": ...}}`; `message` is one sentence.
"""


def create_app(
    settings: Settings, *, answerer: Answerer = stream_answer, tell: Teller | None = None
) -> FastAPI:
    """Build the application; resources are opened when it starts and closed when it stops.

    `tell` shows a sentence to whoever started it.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_resources(settings) as resources,
            record_traces(resources, also=[observe]),
        ):
            attach(app, resources, answerer=answerer)
            await _begin_releases(resources, tell)
            await _tell_setup_link(resources, tell)
            upkeep = _begin_upkeep(resources, app.state.feed, answerer)
            yield
            await _end(upkeep)
            await end_shadows()

    app = FastAPI(
        title="Kefu",
        version=kefu.__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # a trace is no request
        responses=PROBLEMS,
        middleware=_list_guards(settings),
    )
    app.state.metrics_folder = None
    install_problem_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Static(), name="static")
    return app


def _list_guards(settings: Settings) -> list[Middleware]:
    """What every request passes, from the outside in."""
    max_file_bytes = settings.conversations.max_file_mb << 20
    return [
        Middleware(SecurityHeaders),
        Middleware(LastResort),
        Middleware(SameOrigin, open_below=WIDGET_PREFIX),
        Middleware(ChannelOrigins),
        Middleware(BodyLimit, files=FILES, max_file_bytes=max_file_bytes),
    ]


def _begin_upkeep(resources: Resources, feed: Feed, answerer: Answerer) -> list[asyncio.Task[None]]:
    """What a running server does besides answering requests."""
    database, keep_days = resources.database, resources.settings.tracing.retention_days
    absent_minutes = resources.settings.conversations.absent_minutes
    return [
        asyncio.create_task(keep_embedding(database, resources.embedder)),
        asyncio.create_task(keep_delivering(resources)),
        asyncio.create_task(keep_answering(resources, answerer=answerer)),
        asyncio.create_task(keep_watching(resources)),
        asyncio.create_task(keep_watching_knowledge(resources)),
        asyncio.create_task(keep_anchor(database, resources.settings)),
        asyncio.create_task(keep_partitions(database, keep_days=keep_days)),
        asyncio.create_task(keep_desk(database, absent_minutes=absent_minutes)),
        asyncio.create_task(feed.run()),
    ]


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel until all have ended: before Python 3.12 `wait_for` may lose a cancellation."""
    going = set(tasks)
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=CANCEL_SECONDS)


def attach(app: FastAPI, resources: Resources, *, answerer: Answerer = stream_answer) -> None:
    """Give the application what its routes work with."""
    app.state.resources = resources
    app.state.answerer = answerer
    app.state.oidc = open_provider(resources.settings)
    app.state.feed = Feed(
        resources.database, most_listeners=resources.settings.conversations.open_streams
    )
    app.state.gate = Gate(
        resources.settings.chatbot.concurrent_answers, wait_seconds=LONGEST_WAIT_SECONDS
    )


def open_port(settings: ServerSettings) -> socket.socket:
    """The port to serve at, taken before anything else is begun or said.

    Raises:
        Unavailable: it is taken or not allowed, or the host is none of this machine.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    port = socket.socket(family)
    try:
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port.bind((settings.host, settings.port))
    except OSError as error:
        port.close()
        raise Unavailable(
            f"Nothing can be served at {settings.host}, port {settings.port}: {error.strerror}."
            " Choose another by server.port (KEFU_SERVER__PORT)."
        ) from error
    port.set_inheritable(True)
    return port


async def serve(settings: Settings, port: socket.socket, *, tell: Teller | None = None) -> None:
    """Serve until told to stop; open answers are finished first."""
    app = create_app(settings, tell=tell)
    config = configure_server(app, settings.server, settings.log_level)
    await Server(config, app).serve(sockets=[port])


async def serve_together(
    settings: Settings, port: socket.socket, *, count: int, tell: Teller | None = None
) -> None:
    """Serve by so many processes behind one port until told to stop.

    This one answers nothing. It keeps the embedded database and the port, and replaces who ends;
    should it be killed itself, the others finish what they are at.
    """
    async with open_resources(settings) as resources:
        await _begin_releases(resources, tell)
        await _tell_setup_link(resources, tell)
        with shared_metrics() as folder:
            work = partial(serve_at, settings, port, folder)
            await keep_processes(work, count=count, on_end=partial(forget_waiting, folder))


def serve_at(settings: Settings, port: socket.socket, metrics_folder: Path) -> None:
    """What one of several processes does: serve at a port that is open already."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    app = create_app(settings)
    app.state.metrics_folder = metrics_folder
    config = configure_server(app, settings.server, settings.log_level)
    with suppress(KeyboardInterrupt):
        Server(config, app).run(sockets=[port])


class Server(uvicorn.Server):
    """Ends the streams of events before it waits for open answers: they would never end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self.app = app

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop."""
        sys.setswitchinterval(SWITCH_SECONDS)
        await super().serve(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to stop: told so, or left alone."""
        return await super().on_tick(counter) or is_orphan()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests and finish those that are open."""
        self.app.state.feed.close()
        await super().shutdown(sockets)


def configure_server(app: FastAPI, settings: ServerSettings, log_level: str) -> uvicorn.Config:
    """How the application is put on the network; of the parsers only h11 bounds the headers."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level=log_level,
        http="h11",
        forwarded_allow_ips=[*THIS_MACHINE, *settings.trusted_proxies],
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


async def _begin_releases(resources: Resources, tell: Teller | None) -> None:
    async with resources.database.transaction() as conn:
        began = await begin(conn, resources)
    if began.proposed is not None and tell is not None:
        tell(
            f"The settings were changed. Release {began.live.id} still answers; "
            f"`kefu releases show {began.proposed.id}` shows the one that waits for the gate."
        )


async def _tell_setup_link(resources: Resources, tell: Teller | None) -> None:
    if tell is None:
        return
    async with resources.database.transaction() as conn:
        link = await offer_setup(conn, resources.settings)
    if link is not None:
        tell(f"Make the first administrator: {link}  (works once, for 24 hours)")
