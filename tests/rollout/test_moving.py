"""How releases go live and back, and who is told."""

import pytest
from released import AUTHOR, propose_setting, save_shorter

from kefu.audit import AuditFilter, list_entries
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, NotFound
from kefu.prompts import load_live
from kefu.releases import (
    MoveKind,
    Release,
    TrialKind,
    find_trial,
    get_live,
    list_moves,
    start_trial,
)
from kefu.resources import Resources
from kefu.rollout import Changes, override, propose, roll_back


async def go_live(conn: Connection, resources: Resources, top_k: int) -> int:
    release = await propose_setting(conn, resources, top_k=top_k)
    await override(conn, release.id, author=AUTHOR, reason="Urgent.")
    return release.id


async def test_an_override_makes_a_release_live_and_is_audited_with_its_reason(
    conn: Connection, resources: Resources, live: Release
) -> None:
    release = await propose_setting(conn, resources, top_k=7)
    move = await override(conn, release.id, author=AUTHOR, reason=" Until\nMonday. ")
    assert (await get_live(conn)).id == release.id
    assert (move.replaced_id, move.kind) == (live.id, MoveKind.OVERRIDDEN)
    (entry,) = await list_entries(conn, AuditFilter(action="release.overridden"), limit=5)
    assert (entry.actor, entry.facts["reason"]) == (AUTHOR, "Until Monday.")


@pytest.mark.parametrize("reason", ["", " \n", "x" * 501])
async def test_an_override_needs_a_reason(
    conn: Connection, resources: Resources, live: Release, reason: str
) -> None:
    release = await propose_setting(conn, resources, top_k=7)
    with pytest.raises(BadInput, match="reason"):
        await override(conn, release.id, author=AUTHOR, reason=reason)
    assert (await get_live(conn)).id == live.id


async def test_the_label_of_a_prompt_follows_the_release(
    conn: Connection, resources: Resources, live: Release
) -> None:
    named = await save_shorter(conn)
    release = await propose(conn, resources, Changes(prompts=[named]), author=AUTHOR)
    assert (await load_live(conn, "answer", language="en")).version.number == 0
    await override(conn, release.id, author=AUTHOR, reason="Shorter.")
    assert (await load_live(conn, "answer", language="en")).version.number == 1
    await roll_back(conn, author=AUTHOR, reason="Too short.")
    assert (await load_live(conn, "answer", language="en")).version.number == 0


async def test_rolling_back_goes_one_step_back_each_time(
    conn: Connection, resources: Resources, live: Release
) -> None:
    second = await go_live(conn, resources, 7)
    await go_live(conn, resources, 8)
    assert (await roll_back(conn, author=AUTHOR, reason="Worse.")).release_id == second
    assert (await roll_back(conn, author=AUTHOR, reason="Worse.")).release_id == live.id
    with pytest.raises(Conflict, match="nothing to roll back to"):
        await roll_back(conn, author=AUTHOR, reason="Worse.")
    kinds = [each.kind for each in await list_moves(conn)]
    assert kinds[:2] == [MoveKind.ROLLED_BACK] * 2


async def test_rolling_back_to_one_that_never_was_live_is_refused(
    conn: Connection, resources: Resources, live: Release
) -> None:
    waiting = await propose_setting(conn, resources, top_k=7)
    with pytest.raises(BadInput, match="never was live"):
        await roll_back(conn, author=AUTHOR, reason="Worse.", to=waiting.id)
    with pytest.raises(NotFound):
        await roll_back(conn, author=AUTHOR, reason="Worse.", to=99_999_999)


async def test_what_is_live_cannot_go_live(conn: Connection, live: Release) -> None:
    with pytest.raises(Conflict, match="live already"):
        await override(conn, live.id, author=AUTHOR, reason="Again.")


async def test_a_release_that_goes_live_ends_the_trial(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=7)
    await start_trial(conn, tried.id, TrialKind.CANARY, share=0.1, author=AUTHOR)
    await override(conn, tried.id, author=AUTHOR, reason="Fine.")
    assert await find_trial(conn) is None
