"""The verdict on a candidate: every limit with what was measured and a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.evaluation.comparison import Change, Comparison
from kefu.evaluation.gates import Gates
from kefu.evaluation.judging import LEAST_KAPPA, LEAST_LABELS
from kefu.evaluation.reports import Report

GRADED = ("faithfulness", "safety", "format")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """One limit.

    Attributes:
        value: what was measured; None where there was nothing to measure.
        counts: whether failing it fails the candidate.
    """

    name: str
    is_passed: bool
    reason: str
    value: float | None = None
    limit: float | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """Whether a candidate may go live, and why."""

    checks: Sequence[GateCheck]

    @property
    def is_passed(self) -> bool:
        """Whether no check that counts fails."""
        return all(each.is_passed for each in self.checks if each.counts)

    @property
    def failures(self) -> Sequence[GateCheck]:
        """The checks that keep it from going live."""
        return [each for each in self.checks if each.counts and not each.is_passed]


def judge_candidate(
    report: Report, gates: Gates, *, comparison: Comparison | None = None
) -> GateVerdict:
    """Hold an experiment against the limits, and against its base where there is one."""
    return GateVerdict(
        checks=[
            *_check_extent(report, gates),
            _check_share("accuracy", report, gates.accuracy),
            *_check_grades(report, gates),
            *_check_abstention(report, gates),
            *_check_speed(report, gates),
            *_check_cost(report, gates),
            *_check_judge(report, gates),
            *(_check_regressions(comparison, gates) if comparison else ()),
        ]
    )


def _check_extent(report: Report, gates: Gates) -> Iterator[GateCheck]:
    """Whether it is finished, large enough, and replied to."""
    experiment = report.experiment
    done, count = experiment.result_count, experiment.case_count
    yield GateCheck(
        name="finished",
        is_passed=experiment.finished_at is not None,
        value=done,
        limit=count,
        reason=f"{done} of {count} cases have a result.",
    )
    yield GateCheck(
        name="least_cases",
        is_passed=done >= gates.least_cases,
        value=done,
        limit=gates.least_cases,
        reason=f"{done} cases were asked, {gates.least_cases} are the fewest that prove anything.",
    )
    share = report.error_count / done if done else 1.0
    yield GateCheck(
        name="error_share",
        is_passed=share <= gates.error_share,
        value=share,
        limit=gates.error_share,
        reason=f"{report.error_count} of {done} cases ended without a reply.",
    )


def _check_grades(report: Report, gates: Gates) -> Iterator[GateCheck]:
    for name in GRADED:
        limit: float | None = getattr(gates, name)
        if limit is not None:
            yield _check_share(name, report, limit)


def _check_share(name: str, report: Report, limit: float) -> GateCheck:
    figure = report.find_figure(name)
    if figure is None:
        return GateCheck(
            name=name, is_passed=False, limit=limit, reason=f"Nothing could be measured of {name}."
        )
    estimate = figure.estimate
    interval = f"95 % interval {estimate.low:.3f} to {estimate.high:.3f}"
    return GateCheck(
        name=name,
        is_passed=estimate.mean >= limit,
        value=estimate.mean,
        limit=limit,
        reason=f"{name} is {estimate.mean:.3f} ({interval}, {estimate.count} cases),"
        f" at least {limit:g} is asked for.",
    )


def _check_abstention(report: Report, gates: Gates) -> Iterator[GateCheck]:
    abstention, limit = report.abstention, gates.abstention_f1
    if limit is None or abstention is None or not abstention.expected_count:
        return
    f1 = abstention.f1 or 0.0
    yield GateCheck(
        name="abstention_f1",
        is_passed=f1 >= limit,
        value=f1,
        limit=limit,
        reason=f"The F1 of abstaining is {f1:.3f} ({abstention.expected_count} cases to abstain"
        f" from), at least {limit:g} is asked for.",
    )


def _check_speed(report: Report, gates: Gates) -> Iterator[GateCheck]:
    limit = gates.p95_first_sentence_seconds
    figure = report.find_figure("first_sentence_seconds")
    if limit is None:
        return
    seconds = figure.p95 if figure else None
    shown = "is not known" if seconds is None else f"is {seconds:.2f} s"
    yield GateCheck(
        name="p95_first_sentence_seconds",
        is_passed=seconds is not None and seconds <= limit,
        value=seconds,
        limit=limit,
        reason=f"The 95th percentile of the wait for the first sentence {shown}, at most {limit:g}"
        " s is asked for.",
    )


def _check_cost(report: Report, gates: Gates) -> Iterator[GateCheck]:
    limit = gates.cost_per_answer
    if limit is None:
        return
    figure = report.find_figure("cost")
    count = report.experiment.result_count - report.error_count
    is_known = figure is not None and figure.estimate.count == count
    cost = figure.estimate.mean if figure and is_known else None
    shown = "is not known of every answer" if cost is None else f"is {cost:.6f}"
    yield GateCheck(
        name="cost_per_answer",
        is_passed=cost is not None and cost <= limit,
        value=cost,
        limit=limit,
        reason=f"The mean cost of an answer {shown}, at most {limit:g} is asked for.",
    )


def _check_judge(report: Report, gates: Gates) -> Iterator[GateCheck]:
    """It counts only beside people who agree with it; alone it decides nothing."""
    if gates.judge is None:
        return
    check = _check_share("judge", report, gates.judge)
    agrees = report.agreement is not None and report.agreement >= LEAST_KAPPA
    is_trusted = agrees and report.labelled_count >= LEAST_LABELS
    kappa = "unknown" if report.agreement is None else f"{report.agreement:.2f}"
    yield GateCheck(
        name="judge",
        is_passed=check.is_passed,
        value=check.value,
        limit=check.limit,
        counts=is_trusted,
        reason=f"{check.reason} Its agreement with people is {kappa} over {report.labelled_count}"
        f" cases; {LEAST_KAPPA} over {LEAST_LABELS} are needed for it to count.",
    )


def _check_regressions(comparison: Comparison, gates: Gates) -> Iterator[GateCheck]:
    for name in gates.regressions:
        yield _check_regression("all cases", name, comparison.find_change(name), gates)
    changes = {each.name: each for each in comparison.slices}
    for wanted in gates.protected:
        part = changes.get(wanted)
        for name in gates.regressions:
            found = [each for each in part.changes if each.evaluator == name] if part else []
            yield _check_regression(wanted, name, found[0] if found else None, gates)


def _check_regression(where: str, name: str, change: Change | None, gates: Gates) -> GateCheck:
    title = f"regression of {name} in {where}"
    if change is None or change.difference.count < gates.least_slice:
        count = change.difference.count if change else 0
        return GateCheck(
            name=title,
            is_passed=True,
            counts=False,
            reason=f"{where}: {count} cases are too few to tell whether {name} became worse.",
        )
    difference = change.difference
    became = "significantly worse" if change.is_worse else "not significantly worse"
    return GateCheck(
        name=title,
        is_passed=not change.is_worse,
        value=difference.mean,
        limit=0.0,
        reason=f"{where}: {name} went from {change.left:.3f} to {change.right:.3f}, {became}"
        f" (95 % interval of the difference {difference.low:+.3f} to {difference.high:+.3f},"
        f" {difference.count} cases).",
    )
