"""POST /mcp: the Model Context Protocol over HTTP, each request by itself."""

from fastapi import APIRouter, Depends, Request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kefu.chatbot.api.requests import Somebody, require_json
from kefu.chatbot.mcp.server import build_server
from kefu.chatbot.mcp.tools import Caller
from kefu.web import OpenResources, enter_gate

router = APIRouter(include_in_schema=False)


class Exchange(Response):
    """One message of a client with what it is answered."""

    def __init__(self, caller: Caller) -> None:
        super().__init__()
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve it; nothing is kept for the next one, so any process can take that."""
        manager = StreamableHTTPSessionManager(build_server(self._caller), stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)


@router.post("/mcp", dependencies=[Depends(require_json), Depends(enter_gate)])
async def take_message(request: Request, resources: OpenResources, viewer: Somebody) -> Response:
    """Take one message of a client."""
    return Exchange(Caller(resources=resources, viewer=viewer, answerer=request.app.state.answerer))
