"""Take a whole file or folder out of a base, whether it is still there or not."""

from pathlib import Path

from kefu.db import Database
from kefu.errors import NotFound
from kefu.knowledge.candidate import Judge, open_writing
from kefu.knowledge.prepare import display_path
from kefu.knowledge.recorded import note_withdrawal
from kefu.knowledge.replace import withdraw_files
from kefu.knowledge.sources import is_within
from kefu.knowledge.store import bases as base_store
from kefu.knowledge.store import files as file_store


async def withdraw(
    database: Database, path: Path, *, base_name: str, judge: Judge | None = None
) -> int:
    """Withdraw all documents that came from an absolute path and say how many they were.

    They are remembered and become the same documents when the path is taken in again. A judge sees
    the base without them first.

    Raises:
        NotFound: there is no such base, or nothing in it came from there.
        Conflict: another process changes the base.
    """
    root = display_path(path)
    async with database.connection() as conn:
        base = await base_store.get_base(conn, base_name)
        async with (
            base_store.only_writer(conn, base),
            open_writing(database, base, judge) as writing,
            writing.database.transaction() as changing,
        ):
            held = [
                file.id
                for file in await file_store.list_files(changing, base.id)
                if is_within(file.path, root) and not file.is_withdrawn
            ]
            if not held:
                raise NotFound(f"Nothing in {base.name!r} came from {root}.")
            count = await withdraw_files(changing, base, held)
            await writing.record(changing, note_withdrawal(base, root, count=count))
        return count
