"""What routes of the chatbot ask of every request."""

from fastapi import HTTPException, Request


def require_json(request: Request) -> None:
    """Refuse what a form on another web site could send."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise HTTPException(415, "Send the body as application/json.")
