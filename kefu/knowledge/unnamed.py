"""The base that is meant when none is named."""

from kefu.db import Connection
from kefu.knowledge.ingest import DEFAULT_BASE
from kefu.knowledge.store.bases import find_base
from kefu.knowledge.store.status import list_readable_bases
from kefu.viewer import Viewer


async def choose_base(conn: Connection, viewer: Viewer) -> str:
    """The default one, or where that is missing the only one that the viewer may read."""
    if await find_base(conn, DEFAULT_BASE) is None:
        readable = await list_readable_bases(conn, viewer)
        if len(readable) == 1:
            return readable[0].name
    return DEFAULT_BASE
