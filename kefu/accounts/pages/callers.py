"""Where a request comes from."""

from fastapi import Request

from kefu.accounts.access import read_session_cookie
from kefu.accounts.sign_in import Caller


def describe_caller(request: Request) -> Caller:
    """The client of a request, as far as it says."""
    return Caller(
        host=request.client.host if request.client else "",
        browser=request.headers.get("user-agent", ""),
        old_secret=read_session_cookie(request),
    )
