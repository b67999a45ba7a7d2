"""What customers read of a trial has passed the gate, or goes with somebody's word."""

import pytest
from released import AUTHOR

from kefu.errors import BadInput, GateClosed
from kefu.releases import Release, TrialKind
from kefu.resources import Resources
from kefu.rollout import evaluate_release
from kefu.rollout.trying import require_tryable

SHOWN = [TrialKind.CANARY, TrialKind.COMPARISON]


async def ask(
    resources: Resources, waiting: Release, kind: TrialKind, *, reason: str | None = None
) -> str:
    async with resources.database.connection() as conn:
        return await require_tryable(conn, resources, waiting.id, kind, reason=reason)


@pytest.mark.parametrize("kind", SHOWN)
async def test_what_has_not_passed_the_gate_is_not_tried_on_customers(
    resources: Resources, waiting: Release, kind: TrialKind
) -> None:
    with pytest.raises(GateClosed, match=r"was not put to it .* `--override REASON`"):
        await ask(resources, waiting, kind)


async def test_a_shadow_needs_no_gate(resources: Resources, waiting: Release) -> None:
    assert await ask(resources, waiting, TrialKind.SHADOW) == ""


@pytest.mark.parametrize("kind", SHOWN)
async def test_what_has_passed_the_gate_is_tried_without_a_word(
    resources: Resources, waiting: Release, kind: TrialKind
) -> None:
    assert (await evaluate_release(resources, waiting.id, author=AUTHOR)).is_passed
    assert await ask(resources, waiting, kind) == ""


async def test_somebodys_word_lets_it_all_the_same(resources: Resources, waiting: Release) -> None:
    kind = TrialKind.CANARY
    assert await ask(resources, waiting, kind, reason=" Half\nan hour. ") == "Half an hour."
    for reason in (" ", "x" * 501):
        with pytest.raises(BadInput, match="reason"):
            await ask(resources, waiting, kind, reason=reason)
