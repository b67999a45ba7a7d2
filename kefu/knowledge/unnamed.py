"""The base that is meant when none is named."""

from kefu.db import Connection
from kefu.errors import NotFound
from kefu.knowledge.ingest import DEFAULT_BASE
from kefu.knowledge.store.bases import find_base
from kefu.knowledge.store.status import list_readable_bases
from kefu.viewer import Viewer


async def choose_base(conn: Connection, viewer: Viewer) -> str:
    """The default one, or where that is missing the only one that the viewer may read.

    Raises:
        NotFound: there are several, of which one must be named.
    """
    if await find_base(conn, DEFAULT_BASE) is not None:
        return DEFAULT_BASE
    names = [base.name for base in await list_readable_bases(conn, viewer)]
    if len(names) > 1:
        raise NotFound(
            "There is no knowledge base %(name)r. Name one of these: %(names)s.",
            name=DEFAULT_BASE,
            names=", ".join(names),
        )
    return names[0] if names else DEFAULT_BASE
