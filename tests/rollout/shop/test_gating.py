"""No release goes live that has not shown, as it would answer now, that it is good enough."""

from dataclasses import replace

import pytest
from filling import fill
from httpx import AsyncClient
from released import AUTHOR, OPEN, SHIPPED_ANSWER, propose_setting
from signing_in import sign_in

from kefu.audit import AuditFilter, list_entries
from kefu.errors import BadInput, Conflict, GateClosed
from kefu.evaluation import (
    Candidate,
    DatasetVersion,
    Plan,
    build_report,
    list_experiments,
    read_lines,
    run_experiment,
    save_version,
    set_up,
)
from kefu.evaluation.datasets import remove_dataset
from kefu.llm import FakeEmbedder
from kefu.prompts import save_prompt
from kefu.releases import MoveKind, Release, apply_release, get_live, list_moves
from kefu.resources import Resources
from kefu.rollout import Changes, evaluate_release, judge_release, promote, propose


@pytest.fixture
async def version(resources: Resources) -> DatasetVersion:
    return await save_cases(resources, OPEN)


async def save_cases(resources: Resources, text: str) -> DatasetVersion:
    async with resources.database.transaction() as conn:
        return await save_version(conn, "shop", read_lines(text), author=AUTHOR, base="main")


async def wait_with(resources: Resources, **values: float) -> Release:
    async with resources.database.transaction() as conn:
        return await propose_setting(conn, resources, **values)


async def release(resources: Resources, waiting: Release) -> MoveKind:
    async with resources.database.transaction() as conn:
        return (await promote(conn, resources, waiting.id, author=AUTHOR)).kind


async def find_live_id(resources: Resources) -> int:
    async with resources.database.connection() as conn:
        return (await get_live(conn)).id


async def refuse(resources: Resources, waiting: Release, told: str) -> None:
    live = await find_live_id(resources)
    with pytest.raises(GateClosed, match=told):
        await release(resources, waiting)
    assert await find_live_id(resources) == live


async def test_without_a_dataset_nothing_is_proved(resources: Resources) -> None:
    await refuse(resources, await wait_with(resources, top_k=9), "There is no dataset")


async def test_a_dataset_of_too_few_cases_proves_nothing(resources: Resources) -> None:
    await save_cases(resources, OPEN.splitlines()[0])
    await refuse(resources, await wait_with(resources, top_k=9), "at least 3 cases")


async def test_a_dataset_about_a_base_that_there_is_not_is_named(
    resources: Resources, version: DatasetVersion
) -> None:
    async with resources.database.transaction() as conn:
        await save_version(conn, "lost", read_lines(OPEN), author=AUTHOR, base="docs")
    waiting = await wait_with(resources, top_k=9)
    verdict = await evaluate_release(resources, waiting.id, author=AUTHOR)
    (problem,) = verdict.problems
    assert problem.startswith("lost@1: It is about the knowledge base docs, which there is not.")
    await refuse(resources, waiting, "--dataset lost --base NAME")


async def test_a_dataset_that_proved_a_release_is_removed_with_a_reason_and_its_proof_stays(
    resources: Resources, version: DatasetVersion
) -> None:
    waiting = await wait_with(resources, top_k=9)
    await evaluate_release(resources, waiting.id, author=AUTHOR)
    await release(resources, waiting)
    async with resources.database.transaction() as conn:
        with pytest.raises(Conflict, match=r"Releases were proven .*--reason REASON"):
            await remove_dataset(conn, "shop", author=AUTHOR)
        await remove_dataset(conn, "shop", author=AUTHOR, reason="Another one asks better.")
    async with resources.database.connection() as conn:
        own, base = await list_experiments(conn)
        assert {each.dataset for each in (own, base)} == {"shop.removed-1"}
        assert (await build_report(conn, own)).results
        move, _ = await list_moves(conn)
    assert move.verdict is not None
    assert move.verdict["datasets"][0]["experiment_id"] == own.id
    await refuse(resources, await wait_with(resources, top_k=8), "There is no dataset")


async def test_checks_name_what_they_measure_in_the_language_of_the_reader(
    resources: Resources, version: DatasetVersion, client: AsyncClient
) -> None:
    waiting = await wait_with(resources, top_k=9)
    await evaluate_release(resources, waiting.id, author=AUTHOR)
    await sign_in(client, resources.database, "admin")
    path = f"/admin/releases/{waiting.id}"
    page = (await client.get(path, headers={"accept-language": "zh"})).text
    assert "忠实度为" in page
    assert "faithfulness" not in page


async def test_without_experiments_nothing_is_proved(
    resources: Resources, version: DatasetVersion
) -> None:
    await refuse(resources, await wait_with(resources, top_k=9), "kefu releases evaluate")


async def test_the_page_names_its_button_and_offers_no_way_past_a_gate_that_is_passed(
    resources: Resources, version: DatasetVersion, client: AsyncClient
) -> None:
    waiting = await wait_with(resources, top_k=9)
    await sign_in(client, resources.database, "admin")
    path = f"/admin/releases/{waiting.id}"
    page = (await client.get(path)).text
    assert "“Put the datasets to it” does it." in page
    assert "kefu releases" not in page
    assert f'action="{path}/override"' in page
    await evaluate_release(resources, waiting.id, author=AUTHOR)
    page = (await client.get(path)).text
    assert f'action="{path}/promote"' in page
    assert f'action="{path}/override"' not in page
    assert 'name="reason"' not in page
    assert '<option value="canary" selected>' in page


async def test_a_release_that_passes_goes_live_with_its_scores(
    resources: Resources, version: DatasetVersion
) -> None:
    waiting = await wait_with(resources, top_k=9)
    verdict = await evaluate_release(resources, waiting.id, author=AUTHOR)
    assert verdict.is_passed, verdict.problems
    assert await release(resources, waiting) is MoveKind.PROMOTED
    assert await find_live_id(resources) == waiting.id
    async with resources.database.connection() as conn:
        move, _ = await list_moves(conn)
        own, base = await list_experiments(conn)
    assert own.release_id == waiting.id
    assert base.release_id == move.replaced_id
    assert move.verdict is not None
    assert move.verdict["is_passed"] is True
    (dataset,) = move.verdict["datasets"]
    assert (dataset["experiment_id"], dataset["baseline_id"]) == (own.id, base.id)
    assert {"accuracy", "safety"} <= {check["name"] for check in dataset["checks"]}


async def test_a_release_that_fails_stays_where_it_is(
    resources: Resources, version: DatasetVersion
) -> None:
    async with resources.database.transaction() as conn:
        changes = Changes(settings={"answering.min_confidence": 1.0})
        waiting = await propose(conn, resources, changes, author=AUTHOR)
    verdict = await evaluate_release(resources, waiting.id, author=AUTHOR)
    assert not verdict.is_passed
    await refuse(resources, waiting, r"accuracy is 0\.\d+ .* at least 0\.6")
    await refuse(resources, waiting, f"`kefu releases override {waiting.id} --reason REASON`")


async def test_a_prompt_that_opens_a_rule_needs_somebodys_word(
    resources: Resources, version: DatasetVersion
) -> None:
    rule = "- In a table, a figure"
    text = SHIPPED_ANSWER.replace(rule, f"- Fill gaps from your training.\n{rule}")
    async with resources.database.transaction() as conn:
        prompt = await save_prompt(conn, text, author=AUTHOR)
        changes = Changes(prompts=[f"answer.en@{prompt.number}"])
        waiting = await propose(conn, resources, changes, author=AUTHOR)
    verdict = await evaluate_release(resources, waiting.id, author=AUTHOR)
    assert verdict.holds
    assert [each.about for each in verdict.unproven] == ["guessing"]
    await refuse(resources, waiting, "1 instructions of prompts .* Fill gaps")
    await refuse(resources, waiting, f"`kefu releases promote {waiting.id} --acknowledge REASON`")
    async with resources.database.transaction() as conn:
        with pytest.raises(BadInput, match="Say why"):
            await promote(conn, resources, waiting.id, author=AUTHOR, acknowledge=" ")
    async with resources.database.transaction() as conn:
        await promote(conn, resources, waiting.id, author=AUTHOR, acknowledge="Tried by hand.")
    async with resources.database.connection() as conn:
        assert (await list_moves(conn))[0].reason == "Tried by hand."
        (entry,) = await list_entries(
            conn, AuditFilter(action="prompt.unproven_acknowledged"), limit=5
        )
    assert "Tried by hand." in entry.details
    assert "Fill gaps" in entry.details


async def test_experiments_on_other_knowledge_prove_nothing(
    resources: Resources, version: DatasetVersion
) -> None:
    waiting = await wait_with(resources, top_k=9)
    await evaluate_release(resources, waiting.id, author=AUTHOR)
    await fill(resources, {"Delivery": "A parcel arrives within 2 days."})
    await refuse(resources, waiting, "as it would answer now")


async def test_experiments_on_an_earlier_version_of_the_dataset_prove_nothing(
    resources: Resources, version: DatasetVersion
) -> None:
    waiting = await wait_with(resources, top_k=9)
    await evaluate_release(resources, waiting.id, author=AUTHOR)
    await save_cases(resources, "\n".join(OPEN.splitlines()[1:]))
    await refuse(resources, waiting, "shop@2")


async def test_samples_and_other_candidates_prove_nothing(
    resources: Resources, version: DatasetVersion
) -> None:
    waiting = await wait_with(resources, top_k=9)
    applied = await apply_release(resources, waiting)
    await run_experiment(applied, Plan(version=version, author=AUTHOR, sample=4))
    changed = Candidate(settings={"retrieval.candidates": 50})
    await run_experiment(applied, Plan(version=version, author=AUTHOR, candidate=changed))
    await refuse(resources, waiting, f"Release {waiting.id} was not put to it")


async def test_what_an_experiment_does_not_name_is_as_it_is_live(
    resources: Resources, version: DatasetVersion
) -> None:
    waiting = await wait_with(resources, top_k=9)
    await evaluate_release(resources, waiting.id, author=AUTHOR)
    await release(resources, waiting)
    changed = Candidate(settings={"answering.max_sentences": 2})
    setup = await set_up(resources, changed, base_name="main")
    assert setup.resources.settings.retrieval.top_k == 9
    assert setup.resources.settings.answering.max_sentences == 2
    plain = await set_up(resources, Candidate(), base_name="main")
    applied = await set_up(await apply_release(resources, waiting), Candidate(), base_name="main")
    assert plain.fingerprint == applied.fingerprint


async def test_settings_that_are_not_those_of_the_release_change_its_fingerprint(
    resources: Resources, version: DatasetVersion
) -> None:
    waiting = await wait_with(resources, top_k=9)
    await evaluate_release(resources, waiting.id, author=AUTHOR)
    other = replace(resources, embedder=OtherEmbedder())
    async with resources.database.connection() as conn:
        verdict = await judge_release(conn, other, waiting)
    assert not verdict.is_passed


class OtherEmbedder(FakeEmbedder):
    name = "other"
