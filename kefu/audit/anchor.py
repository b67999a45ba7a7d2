"""Note down outside of the database how far the audit log went, so that a cut end is noticed."""

import asyncio
import logging
import os
import tempfile
from pathlib import Path

from kefu.audit.records import Anchor, parse_anchor
from kefu.audit.store import find_entry, find_head
from kefu.db import Database, sealing_keys
from kefu.errors import BadInput, KefuError, Unavailable
from kefu.settings import Settings

ANCHOR_FILE = "audit.anchor"
EVERY_SECONDS = 60.0

logger = logging.getLogger(__name__)


def find_anchor(settings: Settings) -> Anchor | None:
    """What was noted down last in the data folder.

    Raises:
        Unavailable: the file is there and cannot be read.
    """
    file = _file(settings)
    try:
        return parse_anchor(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, BadInput) as error:
        raise Unavailable(f"{file} cannot be read: {error}") from error


def replace_anchor(settings: Settings, anchor: Anchor) -> None:
    """Note down this one in place of the last.

    Raises:
        Unavailable: the file cannot be written.
    """
    file = _file(settings)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as staging:
            staging.write(f"{anchor}\n")
            staging.flush()
            os.fsync(staging.fileno())
        Path(staging.name).replace(file)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}.") from error


async def advance_anchor(database: Database, settings: Settings) -> None:
    """Note down the end of the log, provided that it still holds what was noted down before.

    Raises:
        Unavailable: it does not: the log was tampered with. The anchor stays.
    """
    noted = find_anchor(settings)
    async with database.connection() as conn:
        head = await find_head(conn)
        held = None if noted is None else await find_entry(conn, noted.number)
    keys = {key.id: key for key in sealing_keys()}
    if noted is not None and (held is None or held.anchor != noted):
        raise Unavailable(
            f"The audit log no longer holds entry {noted.number} as it was noted down in "
            f"{_file(settings)}: it was tampered with. See kefu audit verify."
        )
    is_true = head is not None and head.key_id in keys and head.is_sealed_by(keys[head.key_id])
    if head is not None and is_true and (noted is None or noted.number < head.number):
        replace_anchor(settings, Anchor(number=head.number, seal=head.entry_seal))


async def keep_anchor(
    database: Database, settings: Settings, *, every_seconds: float = EVERY_SECONDS
) -> None:
    """Go on noting down the end of the log; what stands in the way is logged as an error."""
    while True:
        try:
            await advance_anchor(database, settings)
        except KefuError as error:
            logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
        await asyncio.sleep(every_seconds)


def _file(settings: Settings) -> Path:
    return settings.data_dir.expanduser() / ANCHOR_FILE
