"""A release is evaluated by one process, and every process knows of it."""

from kefu.db import Database, open_database
from kefu.rollout.running import is_being_evaluated
from kefu.rollout.store import EVALUATION_LOCK, only_one
from kefu.settings import Settings


async def test_what_one_process_evaluates_is_known_to_another_until_it_ends(
    committed_database: Database, migrated_url: str
) -> None:
    async with (
        open_database(Settings(database_url=migrated_url)) as other,
        committed_database.connection() as here,
    ):
        async with other.connection() as conn, only_one(conn, 7, lock=EVALUATION_LOCK) as is_ours:
            assert is_ours
            known = [await is_being_evaluated(here, id) for id in (7, 8)]
            async with only_one(here, 7, lock=EVALUATION_LOCK) as is_second:
                assert not is_second
        assert known == [True, False]
        assert not await is_being_evaluated(here, 7)
