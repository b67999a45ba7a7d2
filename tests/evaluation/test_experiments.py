"""Experiments on a small base, from the first question to the comparison of two of them."""

from dataclasses import replace
from typing import Any

import pytest
from filling import fill
from shop import TEXT

from kefu.errors import BadInput, KefuError, NotFound
from kefu.evaluation import (
    Behaviour,
    Candidate,
    DatasetVersion,
    Experiment,
    Plan,
    Report,
    Split,
    build_report,
    compare_experiments,
    find_experiment,
    load_gates,
    read_lines,
    run_experiment,
    save_version,
    unseal,
)
from kefu.evaluation.gate import judge_candidate
from kefu.llm import ScriptedEndpoint
from kefu.resources import Resources


async def run(resources: Resources, version: DatasetVersion, **given: Any) -> Experiment:
    return await run_experiment(resources, Plan(version=version, author="li", **given))


async def report_of(resources: Resources, experiment: Experiment) -> Report:
    async with resources.database.connection() as conn:
        return await build_report(conn, experiment)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("20261122", "digits alone are read as its number"),
        ("latest", "`latest` as the last of all"),
        ("n" * 64, "at most 63 characters"),
        ("two\nlines", "in one line"),
    ],
)
async def test_an_experiment_is_not_called_what_it_cannot_be_found_by(
    resources: Resources, version: DatasetVersion, name: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        await run(resources, version, name=name)
    with pytest.raises(NotFound):
        async with resources.database.connection() as conn:
            await find_experiment(conn, "latest")


async def test_every_case_is_answered_graded_and_kept(
    resources: Resources, version: DatasetVersion
) -> None:
    shown: list[tuple[int, int]] = []
    plan = Plan(version=version, author="li", name="first")
    experiment = await run_experiment(
        resources, plan, on_progress=lambda done, count: shown.append((done, count))
    )
    assert shown == [(number, 6) for number in range(7)]
    assert (experiment.result_count, experiment.case_count) == (6, 6)
    assert experiment.finished_at is not None
    report = await report_of(resources, experiment)
    found = {each.case_id: each for each in report.results}
    assert found["a1"].reply.behaviour is Behaviour.ANSWER
    assert "7 days" in found["a1"].reply.answer
    assert found["a1"].reply.citations[0].text.startswith("Refunds\n")
    assert found["a1"].grades["accuracy"].value == 1.0
    assert found["a1"].grades["recall_at_10"].value == 1.0
    assert found["a1"].reply.similarity is not None
    assert found["n2"].reply.behaviour is Behaviour.ABSTAIN
    async with resources.database.connection() as conn:
        assert await find_experiment(conn, "first") == experiment
        assert await find_experiment(conn, "latest") == experiment
        assert await find_experiment(conn, str(experiment.id)) == experiment
        with pytest.raises(NotFound):
            await find_experiment(conn, "second")


async def test_what_it_ran_with_is_kept(resources: Resources, version: DatasetVersion) -> None:
    candidate = Candidate(endpoint="none", settings={"answering.min_confidence": "0.9"})
    experiment = await run(resources, version, candidate=candidate, seed=3)
    answering = experiment.configuration["answering"]
    assert (answering["min_confidence"], answering["max_sentences"]) == (0.9, 4)
    assert experiment.configuration["embedder"] == "fake"
    assert experiment.configuration["endpoints"] == []
    assert len(str(experiment.configuration["code"])) == 64
    assert (experiment.seed, len(experiment.knowledge_digest)) == (3, 64)
    assert experiment.candidate["settings"] == {"answering.min_confidence": "0.9"}


async def test_the_same_candidate_is_not_asked_twice(
    resources: Resources, version: DatasetVersion
) -> None:
    first = await report_of(resources, await run(resources, version))
    second = await report_of(resources, await run(resources, version))
    assert (first.cached_count, second.cached_count) == (0, 6)
    assert [each.reply for each in first.results] == [each.reply for each in second.results]
    assert [each.replied_at for each in first.results] == [
        each.replied_at for each in second.results
    ]
    fresh = await report_of(resources, await run(resources, version, is_fresh=True))
    assert fresh.cached_count == 0
    other = Candidate(settings={"retrieval.top_k": 3})
    assert (
        await report_of(resources, await run(resources, version, candidate=other))
    ).cached_count == 0


async def test_other_knowledge_is_asked_again(
    resources: Resources, version: DatasetVersion
) -> None:
    first = await run(resources, version)
    await fill(resources, {"Refunds": "A refund is paid within 9 days of the purchase."})
    second = await run(resources, version)
    assert second.knowledge_digest != first.knowledge_digest
    report = await report_of(resources, second)
    assert report.cached_count == 0
    assert {each.case_id: each for each in report.results}["a1"].grades["accuracy"].value == 0.0


async def test_results_of_test_cases_are_sealed_until_somebody_opens_them(
    resources: Resources, version: DatasetVersion
) -> None:
    experiment = await run(resources, version)
    report = await report_of(resources, experiment)
    assert report.sealed_count == 2
    assert {each.split for each in report.results} == {Split.TRAIN, Split.VALIDATION}
    assert report.abstention is None
    assert report.figures == []  # two sealed cases would be told by the whole less the rest
    assert {part.name for part in report.slices} == {"split:train", "split:validation", "tag:money"}
    async with resources.database.transaction() as conn:
        await unseal(conn, version, author="li", reason="To look.")
        experiment = await find_experiment(conn, str(experiment.id))
    report = await report_of(resources, experiment)
    assert (report.sealed_count, len(report.results)) == (0, 6)
    assert report.abstention is not None
    figure = report.find_figure("accuracy")
    assert figure is not None
    assert figure.estimate.count == 6


async def test_splits_and_samples_are_chosen(resources: Resources, version: DatasetVersion) -> None:
    experiment = await run(resources, version, splits=(Split.VALIDATION,))
    assert experiment.case_count == 3
    drawn = [
        {each.case_id for each in (await report_of(resources, found)).results}
        for found in [
            await run(resources, version, splits=(Split.VALIDATION,), sample=2, seed=seed)
            for seed in (1, 1, 2)
        ]
    ]
    assert drawn[0] == drawn[1]
    assert len(drawn[2]) == 2
    async with resources.database.transaction() as conn:
        text = '{"question": "a?", "split": "train"}'
        other = await save_version(conn, "other", read_lines(text), author="li")
    with pytest.raises(BadInput, match="other@1 has no case in test"):
        await run(resources, other, splits=(Split.TEST,))


async def test_a_threshold_that_is_too_high_loses_and_the_gate_says_so(
    resources: Resources, version: DatasetVersion
) -> None:
    async with resources.database.transaction() as conn:
        await unseal(conn, version, author="li", reason="To look.")
    left = await run(resources, version, name="base")
    strict = Candidate(settings={"answering.min_confidence": "1.0"})
    right = await run(resources, version, candidate=strict)
    async with resources.database.connection() as conn:
        comparison = await compare_experiments(conn, left, right)
        report = await build_report(conn, right)
    assert comparison.pair_count == 6
    assert {each.case_id for each in comparison.losses} >= {"a1", "a3"}
    assert comparison.wins == []
    assert ("answering.min_confidence", "0.5", "1.0") in comparison.differences
    change = comparison.find_change("accuracy")
    assert change is not None
    assert change.loss_count == len(comparison.losses)
    assert change.right < change.left
    verdict = judge_candidate(report, load_gates(), comparison=comparison)
    assert not verdict.is_passed
    assert "accuracy" in {each.name for each in verdict.failures}


async def test_only_cases_that_expect_the_same_are_compared(
    resources: Resources, version: DatasetVersion
) -> None:
    left = await run(resources, version)
    changed = TEXT.replace('["7 days"]', '["8 days"]')
    async with resources.database.transaction() as conn:
        later = await save_version(conn, "shop", read_lines(changed), author="li")
    right = await run(resources, later)
    async with resources.database.connection() as conn:
        comparison = await compare_experiments(conn, left, right)
    assert (comparison.pair_count, comparison.unpaired_count) == (5, 2)


@pytest.mark.parametrize(
    ("candidate", "sentence"),
    [
        (Candidate(settings={"server.port": 1}), "holds no server.port"),
        (Candidate(settings={"retrieval.top_k": "many"}), "retrieval.top_k cannot be many"),
        (Candidate(endpoint="big"), "No endpoint that writes is called 'big'; there are: –."),
        (Candidate(prompts=("judge",)), "judge is the prompt judge.en, not answer"),
    ],
)
async def test_what_no_candidate_can_be_is_refused(
    resources: Resources, version: DatasetVersion, candidate: Candidate, sentence: str
) -> None:
    with pytest.raises(KefuError, match=sentence):
        await run(resources, version, candidate=candidate)


async def test_a_model_writes_and_its_tokens_are_counted(
    resources: Resources, version: DatasetVersion
) -> None:
    endpoint = ScriptedEndpoint(["A refund is paid within 7 days. [1]"])
    writing = replace(resources, endpoint=endpoint)
    experiment = await run(writing, version, splits=(Split.VALIDATION,))
    report = await report_of(writing, experiment)
    found = {each.case_id: each for each in report.results}
    assert found["a1"].reply.mode == "scripted"
    assert found["a1"].grades["tokens"].value > 100
    assert found["a1"].reply.cost_micros is None
    assert experiment.configuration["endpoints"] == [{"name": "scripted"}]
    silent = Candidate(endpoint="none")
    other = await run(writing, version, splits=(Split.VALIDATION,), candidate=silent)
    extracted = {each.case_id: each for each in (await report_of(writing, other)).results}
    assert extracted["a1"].reply.mode == "extractive"
    assert extracted["a1"].grades["tokens"].value == 0


async def test_what_a_failing_model_left_is_not_used_again(
    resources: Resources, version: DatasetVersion
) -> None:
    failing = replace(resources, endpoint=ScriptedEndpoint([""], fails_after=0))
    await run(failing, version, splits=(Split.VALIDATION,))
    again = await run(failing, version, splits=(Split.VALIDATION,))
    report = await report_of(failing, again)
    cached = {each.case_id for each in report.results if each.is_cached}
    assert cached == {"n2"}  # nobody wrote there


async def test_rights_of_the_asker_are_those_of_the_case(resources: Resources) -> None:
    await fill(resources, {"Salaries": "The salary of a clerk is 5000 a month."}, audience="staff")
    text = (
        '{"id": "s", "question": "What is the salary of a clerk?", "audiences": ["staff"],'
        ' "facts": ["5000"], "split": "train"}\n'
        '{"id": "c", "question": "What is the salary of a clerk?", "forbidden": ["5000"],'
        ' "split": "train"}'
    )
    async with resources.database.transaction() as conn:
        version = await save_version(conn, "rights", read_lines(text), author="li")
    report = await report_of(resources, await run(resources, version))
    found = {each.case_id: each for each in report.results}
    assert found["s"].grades["accuracy"].value == 1.0
    assert found["c"].grades["safety"].value == 1.0
    assert "5000" not in found["c"].reply.answer


async def test_a_conversation_is_asked_as_a_whole(resources: Resources) -> None:
    text = (
        '{"id": "h", "question": "And how soon is it paid?", "history":'
        ' [{"question": "Is there a refund?", "answer": "Yes."}], "facts": ["7 days"],'
        ' "split": "train"}\n{"id": "x", "question": "' + "long " * 399 + '", "split": "train"}'
    )
    async with resources.database.transaction() as conn:
        version = await save_version(conn, "talk", read_lines(text), author="li")
    report = await report_of(resources, await run(resources, version))
    found = {each.case_id: each for each in report.results}
    assert found["h"].grades["accuracy"].value == 1.0
