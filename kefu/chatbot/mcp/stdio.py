"""The protocol on standard input and output: a client starts `kefu mcp` as its own process."""

from mcp.server.stdio import stdio_server

from kefu.accounts import PERMISSIONS, find_key_viewer
from kefu.answering import stream_answer
from kefu.chatbot.mcp.server import build_server
from kefu.chatbot.mcp.tools import Caller
from kefu.errors import NotSignedIn
from kefu.resources import Resources, open_resources
from kefu.settings import Settings
from kefu.tracing import record_traces
from kefu.viewer import ANONYMOUS, Viewer


async def serve_stdio(settings: Settings) -> None:
    """Serve one client until it closes standard input.

    Raises:
        NotSignedIn: the key in the settings is not valid.
    """
    async with open_resources(settings) as resources, record_traces(resources):
        caller = Caller(
            resources=resources, viewer=await _find_viewer(resources), answerer=stream_answer
        )
        server = build_server(caller)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())


async def _find_viewer(resources: Resources) -> Viewer:
    key = resources.settings.mcp.key
    if key is None:
        return Viewer(name=ANONYMOUS.name, permissions=frozenset(PERMISSIONS["customer"]))
    async with resources.database.connection() as conn:
        viewer = await find_key_viewer(conn, key.get_secret_value())
    if viewer is None:
        raise NotSignedIn("The API key in mcp.key is not valid or has expired.")
    return viewer
