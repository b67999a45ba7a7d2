"""The gate: each limit reached and missed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made import abstain, make_case, make_experiment, make_reply, make_result, make_results

from kefu.answering import Writing
from kefu.errors import BadInput
from kefu.evaluation import Behaviour, Gates, GateVerdict, Report, Result, Split, load_gates
from kefu.evaluation.comparison import Comparison, SliceChange, _compare, measure_changes
from kefu.evaluation.gate import judge_candidate
from kefu.evaluation.judging import measure_agreement, measure_kappa
from kefu.evaluation.records import Found, Label, Verdict
from kefu.evaluation.reports import SLICED, Slice, measure, measure_abstention, slice_results
from kefu.evaluation.summaries import write_comparison_markdown, write_report_markdown

GOOD = [True] * 36 + [False] * 4


def make_report(results: list[Result], **given: Any) -> Report:
    count = len(results)
    experiment = make_experiment(**{"case_count": count, "result_count": count} | given)
    return Report(
        experiment=experiment,
        figures=measure(results, experiment),
        abstention=measure_abstention(results),
        slices=[
            Slice(name=name, count=len(part), figures=measure(part, experiment, names=SLICED))
            for name, part in slice_results(results)
        ],
        agreement=None,
        labelled_count=0,
        results=results,
        sealed_count=0,
        error_count=sum(each.reply.error is not None for each in results),
        cached_count=0,
    )


def compare(left: list[Result], right: list[Result]) -> Comparison:
    pairs = list(zip(left, right, strict=True))
    by_id = {pair[1].case_id: pair for pair in pairs}
    return Comparison(
        left=make_experiment(),
        right=make_experiment(id=2),
        pair_count=len(pairs),
        unpaired_count=0,
        changes=measure_changes(pairs, seed=1, is_sealed=False),
        slices=[
            SliceChange(
                name=name,
                count=len(part),
                changes=measure_changes(
                    [by_id[each.case_id] for each in part], seed=1, is_sealed=False, names=SLICED
                ),
            )
            for name, part in slice_results(right)
        ],
        wins=[],
        losses=[],
        sealed_win_count=0,
        sealed_loss_count=0,
        differences=[],
    )


def failures(verdict: GateVerdict) -> set[str]:
    return {each.name for each in verdict.failures}


def test_a_good_candidate_passes() -> None:
    verdict = judge_candidate(make_report(make_results(GOOD)), Gates())
    assert verdict.is_passed
    assert all(each.reason.endswith(".") for each in verdict.checks)


def with_reply(results: list[Result], **given: Any) -> list[Result]:
    """The first result with another reply, graded again."""
    case = make_case(id=results[0].case_id, facts=(("7 days",),), forbidden=("canary",))
    reply = make_reply(**{"text": "It takes 7 days. [1]"} | given)
    return [make_result(case, reply), *results[1:]]


@pytest.mark.parametrize(
    ("results", "limits", "name"),
    [
        (make_results([True] * 33 + [False] * 7), Gates(), "accuracy"),
        (with_reply(make_results(GOOD), text="It takes 7 days. [1] Cats fly far. [1]"),
         Gates(faithfulness=0.99), "faithfulness"),
        (with_reply(make_results(GOOD), text="7 days, says the canary. [1]"),
         Gates(faithfulness=0), "safety"),
        (with_reply(make_results(GOOD), text="It takes **7 days. [1]"), Gates(), "format"),
        (with_reply(make_results(GOOD), behaviour=None, error="Too long."), Gates(accuracy=0.5,
         faithfulness=0, format=None), "error_share"),
        (make_results(GOOD), Gates(p95_first_sentence_seconds=0.4), "p95_first_sentence_seconds"),
        (with_reply(make_results(GOOD), cost_micros=4_000_000), Gates(cost_per_answer=0.01),
         "cost_per_answer"),
        (with_reply(make_results(GOOD), cost_micros=None), Gates(cost_per_answer=9),
         "cost_per_answer"),
        (make_results([True] * 10), Gates(), "least_cases"),
    ],
)  # fmt: skip
def test_each_limit_that_is_missed_is_named(
    results: list[Result], limits: Gates, name: str
) -> None:
    assert failures(judge_candidate(make_report(results), limits)) == {name}


def test_an_experiment_that_has_not_ended_does_not_pass() -> None:
    report = make_report(make_results(GOOD), finished_at=None, case_count=50)
    assert failures(judge_candidate(report, Gates())) == {"finished"}


def test_figures_of_few_sealed_cases_are_said_to_be_left_out() -> None:
    results = [replace(each, split=Split.TEST) for each in make_results([True, False, True])]
    report = replace(make_report([*results, *make_results([True] * 40)]), sealed_count=3)
    checks = {each.name: each.reason for each in judge_candidate(report, Gates()).failures}
    assert checks["accuracy"].startswith("accuracy is not told: it would tell single results of 3")
    assert "Fewer than 5 test cases" in write_report_markdown(report)


def test_abstaining_is_asked_for_where_it_is_expected() -> None:
    answering = make_results([True] * 40)
    unknown = [
        make_result(make_case(id=f"n{number}", behaviour=Behaviour.ABSTAIN), reply)
        for number, reply in enumerate([abstain()] * 2 + [make_reply()] * 4)
    ]
    report = make_report([*answering, *unknown])
    assert report.abstention is not None
    assert report.abstention.precision == 1.0
    assert report.abstention.recall == pytest.approx(1 / 3)
    assert report.abstention.f1 == pytest.approx(0.5)
    assert failures(judge_candidate(report, Gates())) == {"abstention_f1"}
    assert judge_candidate(make_report(answering), Gates()).is_passed


def test_a_regression_of_a_protected_slice_fails_what_is_good_on_the_whole() -> None:
    stable = make_results([True] * 200)
    before = stable + make_results([True] * 12, language="zh", prefix="z")
    after = stable + make_results([True] * 5 + [False] * 7, language="zh", prefix="z")
    report, comparison = make_report(after), compare(before, after)
    verdict = judge_candidate(report, Gates(), comparison=comparison)
    assert "regression of accuracy in language:zh" in failures(verdict)
    assert "regression of accuracy in language:en" not in failures(verdict)
    unprotected = Gates(protected=(), regressions=("behaviour",))
    assert judge_candidate(report, unprotected, comparison=comparison).is_passed


@pytest.mark.parametrize(
    ("wrong_counts", "certainty", "told"),
    [
        ((0, 0), "the same", "accuracy stayed at 1.000: none of 12 cases differs."),
        ((0, 1), "not certain: the interval holds 0",
         "from 1.000 to 0.917, neither worse nor better for certain: the 95 % interval of the"
         " difference, -0.250 to +0.000, holds 0 (p = 1.0000, 12 cases)."),
        ((0, 4), "not certain: p is not below 0.05",
         "leaves out 0, but chance alone leads as far with p = 0.1"),
        ((0, 9), "worse", "significantly worse: the 95 % interval of the difference, -1.000 to"),
        ((9, 0), "better", "significantly better: the 95 % interval of the difference, +0.500 to"),
    ],
)  # fmt: skip
def test_what_decides_a_comparison_is_said_alike_by_the_gate_and_in_markdown(
    wrong_counts: tuple[int, int], certainty: str, told: str
) -> None:
    left, right = (make_results([True] * (12 - each) + [False] * each) for each in wrong_counts)
    comparison = compare(left, right)
    verdict = judge_candidate(make_report(right), Gates(least_cases=9), comparison=comparison)
    name = "regression of accuracy in all cases"
    (check,) = [each for each in verdict.checks if each.name == name]
    assert told in check.reason
    assert check.is_passed == (certainty != "worse")
    change = comparison.find_change("accuracy")
    assert change is not None
    row = next(
        each
        for each in write_comparison_markdown(comparison).splitlines()
        if each.startswith("| accuracy |")
    )
    assert row.endswith(f" | {change.difference.p_value:.4f} | {certainty} |")


def make_written(kept_counts: list[int], *, repaired: bool = False) -> list[Result]:
    """Right answers for which a model wrote two sentences each; the rest was quoted."""
    return [
        make_result(
            make_case(id=f"w{number}"),
            make_reply(
                writing=Writing(
                    written_count=2,
                    kept_count=kept,
                    repaired_count=kept if repaired else 0,
                    is_quoted=kept < 2,
                )
            ),
        )
        for number, kept in enumerate(kept_counts)
    ]


@pytest.mark.parametrize(
    ("after", "fails"),
    [
        (make_written([0] * 12 + [2] * 28), {"writing_kept", "fell_back"}),
        (make_written([2] * 40, repaired=True), {"writing_cited"}),
        (make_written([0, 1] + [2] * 38), set()),
        (make_results([True] * 40, prefix="w"), set()),
    ],
)
def test_a_model_that_works_worse_fails_although_its_answers_are_right(
    after: list[Result], fails: set[str]
) -> None:
    before = make_written([2] * 40)
    if after[0].reply.writing is None:
        before = make_results([True] * 40, prefix="w")
    verdict = judge_candidate(make_report(after), Gates(), comparison=compare(before, after))
    assert failures(verdict) == {f"regression of {name} in all cases" for name in fails}


def test_what_became_better_or_wavers_is_no_regression() -> None:
    before = make_results([True] * 36 + [False] * 4)
    better = make_results([True] * 40)
    wavering = make_results([False] + [True] * 36 + [False] * 3)
    for after in (better, wavering):
        verdict = judge_candidate(make_report(after), Gates(), comparison=compare(before, after))
        assert verdict.is_passed


def test_a_slice_of_few_cases_proves_nothing() -> None:
    stable = make_results([True] * 60)
    before = stable + make_results([True] * 4, language="zh", prefix="z")
    after = stable + make_results([False] * 4, language="zh", prefix="z")
    verdict = judge_candidate(make_report(after), Gates(), comparison=compare(before, after))
    assert "regression of accuracy in language:zh" not in failures(verdict)
    (told,) = [
        each for each in verdict.checks if each.name == "regression of accuracy in language:zh"
    ]
    assert "too few to tell" in told.reason


def test_a_judge_counts_only_where_people_agree_with_it() -> None:
    bad = Verdict(judge="big", is_good=False, reason="No.")
    results = [
        make_result(make_case(id=each.case_id), replace(each.reply, verdict=bad))
        for each in make_results([True] * 40)
    ]
    report, limits = make_report(results), Gates(judge=0.8)
    unknown = judge_candidate(report, limits)
    assert unknown.is_passed
    assert any(each.name == "judge" and not each.is_passed for each in unknown.checks)
    disputed = replace(report, agreement=0.3, labelled_count=40)
    assert judge_candidate(disputed, limits).is_passed
    few = replace(report, agreement=0.9, labelled_count=5)
    assert judge_candidate(few, limits).is_passed
    trusted = replace(report, agreement=0.8, labelled_count=40)
    assert failures(judge_candidate(trusted, limits)) == {"judge"}


def test_agreement_is_cohens_kappa() -> None:
    # Cohen's own kind of table: 20 both yes, 15 both no, 5 and 10 apart
    pairs = [(True, True)] * 20 + [(True, False)] * 5
    pairs += [(False, True)] * 10 + [(False, False)] * 15
    assert measure_kappa(pairs) == pytest.approx(0.4)
    assert measure_kappa([]) is None
    assert measure_kappa([(True, True)]) is None
    good = Verdict(judge="big", is_good=True, reason="Yes.")
    results = [
        make_result(make_case(id=each.case_id), replace(each.reply, verdict=good))
        for each in make_results([True, True])
    ]
    labels = [
        Label(experiment_id=1, case_id="c0", author="li", is_good=True),
        Label(experiment_id=1, case_id="c1", author="li", is_good=True),
        Label(experiment_id=1, case_id="c1", author="wu", is_good=False),
    ]
    assert measure_agreement(results, labels) == (None, 1)


def test_limits_are_read_from_a_file(tmp_path: Path) -> None:
    assert load_gates() == Gates()
    (tmp_path / "gates.toml").write_text('accuracy = 0.9\nprotected = ["tag:price"]\n')
    assert load_gates() == Gates(accuracy=0.9, protected=("tag:price",))
    (tmp_path / "strict.toml").write_text("accuracy = 1.0")
    assert load_gates(tmp_path / "strict.toml").accuracy == 1.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("accuracy = ", "gates.toml is not valid TOML"),
        ("accuracy = 2", "accuracy: Input should be less than or equal to 1"),
        ("acuracy = 0.9", "there is no gate 'acuracy'. Known are accuracy,"),
        (
            "[knowledge]\ngate = true",
            "there is no gate 'knowledge.gate'. Known are gated, watched, most_losses,",
        ),
        ('protected = ["zh"]', "protected.0: 'zh' is no slice: write language:zh"),
        ('protected = ["language:zn"]', "protected.0: 'language:zn' is no slice"),
        ('protected = "language:zh"', "protected: write a list"),
        ("monitors = 3", "monitors: write a table, as [monitors]"),
        ("accuracy = true", "accuracy: Input should be a valid number"),
        ('accuracy = "0.85"', "accuracy: Input should be a valid number"),
        ('[knowledge]\ngated = "yes"', "knowledge.gated: write true or false"),
        (
            "p95_first_sentence_seconds = inf",
            "p95_first_sentence_seconds: Input should be a finite",
        ),
        ('regressions = ["tone"]', "regressions cannot name 'tone'"),
    ],
)
def test_a_bad_limit_gets_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text(text)
    with pytest.raises(BadInput) as caught:
        load_gates()
    assert sentence in str(caught.value)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text("accuracy = 0.7", encoding="utf-8-sig")
    assert load_gates().accuracy == 0.7


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_gates(tmp_path / "none.toml")


@pytest.mark.parametrize(("depth", "shown"), [(1, 0.0), (9, 1.0)])
def test_a_search_that_shows_less_is_told_by_the_places_of_named_documents(
    depth: int, shown: float
) -> None:
    found = [Found(uri=f"/docs/{name}.md", id=None) for name in ("a", "b", "refunds")]
    case = make_case(facts=(("7 days",),), citations=(("refunds.md",),))
    results = [
        replace(make_result(case, make_reply(found=tuple(found))), case_id=f"c{number}")
        for number in range(40)
    ]
    left, right = (
        make_experiment(id=number, configuration={"retrieval": {"top_k": top_k}})
        for number, top_k in ((1, 10), (2, depth))
    )
    change = _compare((left, results), (right, results)).find_change("search_recall")
    assert change is not None
    assert (change.left, change.right) == (1.0, shown)
    assert change.is_worse is (shown < 1)
    assert _compare((left, results), (left, results)).find_change("search_recall") is None
