"""Which source a file belongs to: the nearest one around it decides who may read it."""

import re
from collections.abc import Sequence

from kefu.db import Connection
from kefu.errors import BadInput
from kefu.knowledge.records import Base, Source
from kefu.knowledge.store import files as store
from kefu.viewer import PUBLIC

AUDIENCE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def require_audience_name(audience: str | None) -> None:
    """Refuse what cannot name an audience.

    Raises:
        BadInput: naming what can.
    """
    if audience is not None and not AUDIENCE_NAME.fullmatch(audience):
        raise BadInput(
            f"{audience!r} cannot name an audience: use up to 63 of a-z, 0-9, - and _, "
            "beginning with a letter or digit."
        )


async def ensure_sources(
    conn: Connection, base: Base, uri: str, *, audience: str | None
) -> list[Source]:
    """Every source of the base, with one that holds `uri` among them.

    An audience that is given holds for everything under `uri`, whatever it was before; without
    one, everything keeps the audience it has.
    """
    sources = await store.list_sources(conn, base.id)
    for source in sources:
        if audience not in (None, source.audience) and is_within(source.uri, uri):
            await store.change_audience(conn, source.id, audience or PUBLIC)
    around = find_source(sources, uri)
    if around is None or (around.uri != uri and audience not in (None, around.audience)):
        source_id = await store.insert_source(conn, base.id, uri, audience=audience or PUBLIC)
        if around is not None:
            await store.take_over_files(conn, source_id, from_source_id=around.id, uri=uri)
            await store.change_audience(conn, source_id, audience or PUBLIC)
    return await store.list_sources(conn, base.id)


def find_source(sources: Sequence[Source], name: str) -> Source | None:
    """The innermost source around a file or folder."""
    around = [source for source in sources if is_within(name, source.uri)]
    return max(around, key=lambda source: len(source.uri), default=None)


def get_source(sources: Sequence[Source], name: str) -> Source:
    """As `find_source`, for a file that was found under one of them."""
    source = find_source(sources, name)
    assert source is not None
    return source


def is_within(name: str, folder: str) -> bool:
    """Whether a path is the folder or lies under it."""
    return name == folder or name.startswith(folder.rstrip("/") + "/")
