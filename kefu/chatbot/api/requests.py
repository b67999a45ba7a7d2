"""What routes of the chatbot ask of every request."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from kefu.accounts import CurrentViewer
from kefu.errors import NotSignedIn
from kefu.viewer import Viewer


def require_json(request: Request) -> None:
    """Refuse what a form on another web site could send."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise HTTPException(415, "Send the body as application/json.")


def require_somebody(viewer: CurrentViewer) -> Viewer:
    """Let in whom a key or a signed identity makes known; programs always have one to send."""
    if viewer.staff_id is None and viewer.customer_id is None:
        raise NotSignedIn("Send an API key as Authorization: Bearer KEY.")
    return viewer


Somebody = Annotated[Viewer, Depends(require_somebody)]
