"""kefu mcp."""

from kefu.chatbot.mcp.stdio import serve_stdio
from kefu.cli.loading import CommandTable
from kefu.settings import load_settings


async def mcp_command() -> None:
    """Serve the Model Context Protocol on standard input and output, for one client."""
    await serve_stdio(load_settings())


COMMANDS: CommandTable = {"mcp": mcp_command}
