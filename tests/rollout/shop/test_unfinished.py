"""Evaluations of a release that did not reach their end say what becomes of them."""

from collections.abc import Callable

import pytest
from httpx import AsyncClient
from released import AUTHOR
from signing_in import sign_in

from kefu.evaluation import read_lines, save_version
from kefu.evaluation.store.experiments import only_runner
from kefu.releases import Release, get_live
from kefu.resources import Resources
from kefu.rollout import evaluate_release
from kefu.rollout.unfinished import Progress, Stage, find_stage, list_unfinished
from tests.evaluation.shop import TEXT

CASES = 6


class Stopped(Exception):
    """Somebody pulled the plug."""


def stop_in_the_second_experiment() -> Callable[[int, int], None]:
    experiments: list[int] = []

    def stop(done: int, _count: int) -> None:
        if done == 0:
            experiments.append(done)
        if len(experiments) == 2 and done:
            raise Stopped

    return stop


async def begin_and_stop(resources: Resources, waiting: Release) -> None:
    stop = stop_in_the_second_experiment()
    with pytest.raises(ExceptionGroup) as caught:
        await evaluate_release(resources, waiting.id, author=AUTHOR, on_progress=stop)
    assert caught.group_contains(Stopped)


async def tell(resources: Resources, waiting: Release) -> list[Progress]:
    async with resources.database.connection() as conn:
        return [each.progress for each in await list_unfinished(conn, resources, waiting)]


async def test_what_was_stopped_goes_on_with_the_next_evaluation(
    resources: Resources, waiting: Release, client: AsyncClient
) -> None:
    await begin_and_stop(resources, waiting)
    async with resources.database.connection() as conn:
        (stopped,) = await list_unfinished(conn, resources, waiting)
        assert stopped.progress is Progress.STOPPED
        async with only_runner(conn, stopped.experiment.id):
            assert await tell(resources, waiting) == [Progress.RUNNING]
    done = stopped.experiment.result_count
    await sign_in(client, resources.database, "admin")
    page = (await client.get(f"/admin/releases/{waiting.id}")).text
    assert f"Experiment {stopped.experiment.id} stopped after {done} of {CASES} cases." in page
    assert "“Put the datasets to it” goes on where it was." in page
    assert "kefu releases" not in page
    await evaluate_release(resources, waiting.id, author=AUTHOR)
    assert await tell(resources, waiting) == []


async def test_while_datasets_are_put_to_it_the_page_says_how_far_that_is_and_follows(
    resources: Resources, waiting: Release, client: AsyncClient
) -> None:
    await begin_and_stop(resources, waiting)
    await sign_in(client, resources.database, "admin")
    async with resources.database.connection() as conn:
        live = await get_live(conn)
        (begun,) = [each.experiment for each in await list_unfinished(conn, resources, waiting)]
        assert await find_stage(conn, waiting, live) is None
        async with only_runner(conn, begun.id):
            stage = await find_stage(conn, waiting, live)
            page = (await client.get(f"/admin/releases/{waiting.id}")).text
    assert stage == Stage(experiment=begun, number=2, count=2)
    told = f"{begun.result_count} of {CASES} cases answered, experiment 2 of 2."
    assert f"<p>Release {waiting.id}, shop@1: {told}</p>" in page
    assert f'<meta http-equiv="refresh" content="5; url=/admin/releases/{waiting.id}">' in page
    for gone in ("It may not go live yet.", "is running:", f"/releases/{waiting.id}/experiments"):
        assert gone not in page
    over = (await client.get(f"/admin/releases/{waiting.id}")).text
    assert "It may not go live yet." in over
    assert 'http-equiv="refresh"' not in over


async def test_what_nothing_can_go_on_with_is_given_up(
    resources: Resources, waiting: Release, client: AsyncClient
) -> None:
    await begin_and_stop(resources, waiting)
    async with resources.database.transaction() as conn:
        cases = read_lines(TEXT)[:-1]
        await save_version(conn, "shop", cases, author=AUTHOR)
    assert await tell(resources, waiting) == [Progress.GIVEN_UP]
    await sign_in(client, resources.database, "admin")
    page = (await client.get(f"/admin/releases/{waiting.id}")).text
    assert "was given up after" in page
    assert "is running" not in page
