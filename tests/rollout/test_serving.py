"""Which release answers which conversation, and that it answers as it says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from released import AUTHOR, propose_setting, save_shorter, with_retrieval

from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.llm import Endpoints
from kefu.releases import (
    EndpointPin,
    Release,
    TrialKind,
    apply_release,
    choose_release,
    end_trial,
    start_trial,
)
from kefu.resources import Resources
from kefu.rollout import Changes, propose
from kefu.rollout.gating import judge_release
from kefu.settings import Settings
from kefu.viewer import DataClass

SPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
CONVERSATIONS = [uuid5(SPACE, str(number)) for number in range(400)]


def later() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


async def serve_all(conn: Connection) -> Mapping[UUID, int]:
    """Conversation -> the release that answers it, None left out."""
    chosen = {each: await choose_release(conn, each, started_at=later()) for each in CONVERSATIONS}
    return {each: serving.release.id for each, serving in chosen.items() if serving.release}


async def test_nothing_is_chosen_before_the_first_release(conn: Connection) -> None:
    assert (await choose_release(conn, CONVERSATIONS[0], started_at=later())).release is None


async def test_the_live_release_answers_whatever_the_settings_say_here(
    conn: Connection, resources: Resources, live: Release
) -> None:
    named = await save_shorter(conn)
    changes = Changes(prompts=[named], endpoints=["second"], settings={"retrieval.top_k": 3})
    release = await propose(conn, resources, changes, author=AUTHOR)
    applied = await apply_release(with_retrieval(resources, top_k=9), release)
    assert applied.settings.retrieval.top_k == 3
    assert applied.prompt_numbers["answer.en"] == 1
    assert applied.release_id == release.id
    assert applied.endpoints is not None
    assert [each.name for each in applied.endpoints.list_endpoints()] == ["second"]


async def test_a_release_without_endpoints_extracts(
    conn: Connection, resources: Resources, live: Release
) -> None:
    release = await propose(conn, resources, Changes(endpoints=["none"]), author=AUTHOR)
    applied = await apply_release(resources, release)
    assert applied.endpoint is None
    assert applied.endpoints is not None
    assert not applied.endpoints.has_chat


@pytest.mark.parametrize("pin", [("gone", "first-7b"), ("first", "another-model")])
async def test_an_endpoint_that_is_not_as_released_is_left_out(
    resources: Resources, live: Release, pin: tuple[str, str]
) -> None:
    pins = (EndpointPin(name=pin[0], model=pin[1]), live.content.endpoints[1])
    changed = replace(live, content=replace(live.content, endpoints=pins))
    applied = await apply_release(resources, changed)
    assert applied.endpoints is not None
    assert [each.name for each in applied.endpoints.list_endpoints()] == ["second"]


async def test_a_release_whose_endpoint_is_gone_passes_no_gate(
    conn: Connection, resources: Resources, live: Release
) -> None:
    pins = (EndpointPin(name="gone", model="first-7b"), live.content.endpoints[1])
    changed = replace(live, id=live.id, content=replace(live.content, endpoints=pins))
    verdict = await judge_release(conn, resources, changed)
    assert not verdict.holds
    assert f"Release {live.id} writes with the endpoint gone, which is not here" in " ".join(
        verdict.problems
    )
    assert "endpoint" not in " ".join((await judge_release(conn, resources, live)).problems)


@pytest.mark.parametrize(
    ("released", "here", "holds"),
    [
        (DataClass.INTERNAL, DataClass.RESTRICTED, DataClass.RESTRICTED),
        (DataClass.RESTRICTED, DataClass.PUBLIC, DataClass.RESTRICTED),
    ],
)
async def test_the_stricter_safety_policy_holds(
    resources: Resources, live: Release, released: DataClass, here: DataClass, holds: DataClass
) -> None:
    held = dict(live.content.settings) | {"routing.conversation_class": released.value}
    release = replace(live, content=replace(live.content, settings=held))
    settings: Settings = resources.settings.model_copy(
        update={
            "routing": resources.settings.routing.model_copy(update={"conversation_class": here})
        }
    )
    applied = await apply_release(replace(resources, settings=settings), release)
    assert applied.settings.routing.conversation_class is holds


async def test_a_canary_answers_its_share_always_in_the_same_conversations(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=7)
    await start_trial(conn, tried.id, TrialKind.CANARY, share=0.2, author=AUTHOR)
    small = {each for each, chosen in (await serve_all(conn)).items() if chosen == tried.id}
    assert 0.12 < len(small) / len(CONVERSATIONS) < 0.28
    assert small == {each for each, got in (await serve_all(conn)).items() if got == tried.id}
    await start_trial(conn, tried.id, TrialKind.CANARY, share=0.6, author=AUTHOR)
    large = {each for each, chosen in (await serve_all(conn)).items() if chosen == tried.id}
    assert small < large
    await end_trial(conn, author=AUTHOR, reason="Seen enough.")
    assert set((await serve_all(conn)).values()) == {live.id}


async def test_a_conversation_that_began_before_a_trial_is_no_part_of_it(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=7)
    await start_trial(conn, tried.id, TrialKind.COMPARISON, share=1.0, author=AUTHOR)
    early = datetime.now(UTC) - timedelta(hours=1)
    serving = await choose_release(conn, CONVERSATIONS[0], started_at=early)
    assert serving.release is not None
    assert (serving.release.id, serving.trial) == (live.id, None)


async def test_both_arms_of_a_comparison_know_that_they_are_compared(
    conn: Connection, resources: Resources, live: Release
) -> None:
    tried = await propose_setting(conn, resources, top_k=7)
    await start_trial(conn, tried.id, TrialKind.COMPARISON, share=0.5, author=AUTHOR)
    chosen = [await choose_release(conn, each, started_at=later()) for each in CONVERSATIONS[:50]]
    assert {each.release.id for each in chosen if each.release} == {live.id, tried.id}
    assert all(each.trial is not None for each in chosen)


async def test_a_shadow_is_not_shown(conn: Connection, resources: Resources, live: Release) -> None:
    tried = await propose_setting(conn, resources, top_k=7)
    await start_trial(conn, tried.id, TrialKind.SHADOW, share=1.0, author=AUTHOR)
    serving = await choose_release(conn, CONVERSATIONS[0], started_at=later())
    assert serving.release is not None
    assert serving.shadow is not None
    assert (serving.release.id, serving.shadow.id) == (live.id, tried.id)


async def test_one_trial_runs_at_a_time(
    conn: Connection, resources: Resources, live: Release
) -> None:
    one = await propose_setting(conn, resources, top_k=7)
    other = await propose_setting(conn, resources, top_k=8)
    with pytest.raises(BadInput, match="live already"):
        await start_trial(conn, live.id, TrialKind.CANARY, share=0.5, author=AUTHOR)
    await start_trial(conn, one.id, TrialKind.CANARY, share=0.5, author=AUTHOR)
    with pytest.raises(Conflict, match="End that first"):
        await start_trial(conn, other.id, TrialKind.CANARY, share=0.5, author=AUTHOR)
    with pytest.raises(Conflict, match="End that first"):
        await start_trial(conn, one.id, TrialKind.SHADOW, share=0.5, author=AUTHOR)
    await end_trial(conn, author=AUTHOR, reason="Enough.")
    with pytest.raises(Conflict, match="No release"):
        await end_trial(conn, author=AUTHOR, reason="Enough.")


async def test_limits_of_endpoints_are_shared_by_releases(
    resources: Resources, live: Release, endpoints: Endpoints
) -> None:
    one, other = await apply_release(resources, live), await apply_release(resources, live)
    assert one.endpoints is not None
    assert other.endpoints is not None
    assert one.endpoints.directory is other.endpoints.directory is endpoints.directory
