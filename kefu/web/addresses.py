"""Pages of this site as a link or a form names them, so that somebody comes back to them."""

from string import punctuation
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.routing import Match

LONGEST_PAGE = 1500
"""With its query; of a longer address the query is left out."""

READING = frozenset({"GET", "HEAD"})
QUERY_SIGNS = punctuation.replace("\\", "")
"""What browsers leave as it is in a query, but for the sign that `local_path` refuses."""


def has_page(request: Request, path: str) -> bool:
    """Whether the application shows something at this path."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def name_page(request: Request) -> str:
    """The page that is asked for, with its query."""
    return _join(quote(request.scope["path"]), request.url.query)


def find_page_before(request: Request) -> str | None:
    """The page of this site on which a link or button was pressed."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # no browser sends that
        return None
    is_here = before.netloc == request.url.netloc
    if not is_here or not before.path.startswith("/") or before.path.startswith("//"):
        return None
    if request.method in READING and before.path == request.url.path:
        return None
    return f"{before.path}?{before.query}" if before.query else before.path


def find_form_page(request: Request) -> str | None:
    """The page whose form was sent; None when it is not known, or answered a form itself."""
    path, _, query = (find_page_before(request) or "").partition("?")
    return _join(path, query) if has_page(request, path) else None


def find_way_back(request: Request) -> str:
    """Where what is shown is seen again; of what answers a form, the page of the form.

    Where that is not known, it is the nearest page above.
    """
    if request.method in READING:
        return name_page(request)
    parts = request.scope["path"].split("/")
    above = ("/".join(parts[:count]) for count in range(len(parts), 1, -1))
    nearest = (quote(path) for path in above if has_page(request, path))
    return find_form_page(request) or next(nearest, "/")


def _join(path: str, query: str) -> str:
    if not query or len(path) + len(query) >= LONGEST_PAGE:
        return path
    return f"{path}?{quote(query, safe=QUERY_SIGNS)}"
