"""Where a citation leads."""

from urllib.parse import quote, urlencode, urlsplit

from kefu.answering import Citation

WEB_SCHEMES = frozenset({"http", "https"})


def link_source(citation: Citation, *, site: str) -> str:
    """The web address of what is cited, or of the page of Kefu that shows it."""
    return citation.uri if is_on_web(citation.uri) else site + link_page(citation)


def link_page(citation: Citation) -> str:
    """The path of the page that shows what is cited, the quote marked."""
    query = urlencode({"marker": citation.marker, "quote": citation.quote}, quote_via=quote)
    return f"/sources/{citation.chunk_id}?{query}"


def is_on_web(uri: str) -> bool:
    """Whether a browser can open it, wherever it runs."""
    return urlsplit(uri).scheme in WEB_SCHEMES
