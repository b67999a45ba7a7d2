"""Which source a file belongs to: the nearest one around it decides who may see it."""

import re
from collections.abc import Sequence

from kefu.db import Connection
from kefu.errors import BadInput
from kefu.knowledge.recorded import Record, note_handling
from kefu.knowledge.records import Base, Handling, Source
from kefu.knowledge.store import files as store
from kefu.viewer import PUBLIC, DataClass

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
    conn: Connection, base: Base, uri: str, handling: Handling, *, record: Record
) -> list[Source]:
    """Every source of the base, with one that holds `uri` among them.

    What is given holds for everything under `uri`, whatever it was before; what is left open
    stays as it is.
    """
    sources = await store.list_sources(conn, base.id)
    for source in sources:
        if is_within(source.uri, uri):
            await _change(conn, base, source, handling, record=record)
    around = find_source(sources, uri)
    wanted = handling.over(around)
    is_different = around is None or wanted != Handling.of(around)
    if around is None or (around.uri != uri and is_different):
        source_id = await store.insert_source(
            conn, base.id, uri, audience=wanted.audience or PUBLIC, data_class=wanted.data_class
        )
        if around is not None:
            await store.take_over_files(conn, source_id, from_source_id=around.id, uri=uri)
            await store.change_audience(conn, source_id, wanted.audience or PUBLIC)
            note = note_handling(base, uri, before=Handling.of(around), now=wanted)
            await record(conn, note)
    return await store.list_sources(conn, base.id)


async def _change(
    conn: Connection, base: Base, source: Source, handling: Handling, *, record: Record
) -> None:
    wanted = handling.over(source)
    if wanted == Handling.of(source):
        return
    if wanted.audience not in (None, source.audience):
        await store.change_audience(conn, source.id, wanted.audience or PUBLIC)
    if wanted.data_class not in (None, source.data_class):
        await store.change_data_class(conn, source.id, wanted.data_class or DataClass.RESTRICTED)
    note = note_handling(base, source.uri, before=Handling.of(source), now=wanted)
    await record(conn, note)


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
