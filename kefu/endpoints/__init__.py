"""The model endpoints in the hands of those who run Kefu: the page, the check-up, the record.

What an endpoint is and how it is asked is `kefu.llm`, which knows neither people nor pages. This
area stands above accounts and audit, which it needs to let only some people change endpoints and
to record what they did.
"""

from kefu.endpoints.changes import Entry, drop_endpoint, keep_endpoint, move_endpoint
from kefu.endpoints.overview import EndpointView, list_views

__all__ = [
    "EndpointView",
    "Entry",
    "drop_endpoint",
    "keep_endpoint",
    "list_views",
    "move_endpoint",
]
