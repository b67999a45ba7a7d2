"""The verdict on a candidate: every limit with what was measured and a sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kefu.evaluation.comparison import Certainty, Change, Comparison
from kefu.evaluation.gates import Gates
from kefu.evaluation.instructions import UnprovenInstruction, list_unshown
from kefu.evaluation.judging import LEAST_KAPPA, LEAST_LABELS
from kefu.evaluation.reports import LEAST_SEALED, SLICED, Report
from kefu.text import translatable as _

UNPROVEN_CHECK = "unproven"
GRADED = ("faithfulness", "safety", "format")
JUDGED = _(
    "%(name)s is %(mean)s (95 %% interval %(low)s to %(high)s, %(count)s cases), at least %(limit)s"
    " is asked for. Its agreement with people is %(kappa)s over %(labelled)s cases; %(least_kappa)s"
    " over %(least_labels)s are needed for it to count."
)
UNPROVEN = _(
    "%(count)s instructions of prompts change although no case shows what comes of it, at most"
    " %(limit)s may."
)
CHANGED: Mapping[Certainty, str] = {
    Certainty.WORSE: _(
        "%(name)s went from %(left)s to %(right)s, significantly worse: the 95 %% interval of the"
        " difference, %(low)s to %(high)s, leaves out 0, and chance alone leads as far only with p"
        " = %(p)s, which is below 0.05 (%(count)s cases)."
    ),
    Certainty.BETTER: _(
        "%(name)s went from %(left)s to %(right)s, significantly better: the 95 %% interval of the"
        " difference, %(low)s to %(high)s, leaves out 0, and chance alone leads as far only with p"
        " = %(p)s, which is below 0.05 (%(count)s cases)."
    ),
    Certainty.SAME: _("%(name)s stayed at %(left)s: none of %(count)s cases differs."),
    Certainty.HOLDS_ZERO: _(
        "%(name)s went from %(left)s to %(right)s, neither worse nor better for certain: the 95 %%"
        " interval of the difference, %(low)s to %(high)s, holds 0 (p = %(p)s, %(count)s cases)."
    ),
    Certainty.BY_CHANCE: _(
        "%(name)s went from %(left)s to %(right)s, neither worse nor better for certain: the 95 %%"
        " interval of the difference, %(low)s to %(high)s, leaves out 0, but chance alone leads as"
        " far with p = %(p)s, and only below 0.05 counts (%(count)s cases)."
    ),
}
CHANGED_SLICE: Mapping[Certainty, str] = {
    Certainty.WORSE: _(
        "%(where)s: %(name)s went from %(left)s to %(right)s, significantly worse: the 95 %%"
        " interval of the difference, %(low)s to %(high)s, leaves out 0, and chance alone leads as"
        " far only with p = %(p)s, which is below 0.05 (%(count)s cases)."
    ),
    Certainty.BETTER: _(
        "%(where)s: %(name)s went from %(left)s to %(right)s, significantly better: the 95 %%"
        " interval of the difference, %(low)s to %(high)s, leaves out 0, and chance alone leads as"
        " far only with p = %(p)s, which is below 0.05 (%(count)s cases)."
    ),
    Certainty.SAME: _("%(where)s: %(name)s stayed at %(left)s: none of %(count)s cases differs."),
    Certainty.HOLDS_ZERO: _(
        "%(where)s: %(name)s went from %(left)s to %(right)s, neither worse nor better for"
        " certain: the 95 %% interval of the difference, %(low)s to %(high)s, holds 0 (p = %(p)s,"
        " %(count)s cases)."
    ),
    Certainty.BY_CHANCE: _(
        "%(where)s: %(name)s went from %(left)s to %(right)s, neither worse nor better for"
        " certain: the 95 %% interval of the difference, %(low)s to %(high)s, leaves out 0, but"
        " chance alone leads as far with p = %(p)s, and only below 0.05 counts (%(count)s cases)."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """One limit.

    Attributes:
        sentence: says why, with %(name)s where `values` go; the key of its translations.
        value: what was measured; None where there was nothing to measure.
        counts: whether failing it fails the candidate.
        reason: the sentence with its values.
    """

    name: str
    is_passed: bool
    sentence: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    value: float | None = None
    limit: float | None = None
    counts: bool = True
    reason: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", self.sentence % self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """Whether a candidate may go live, and why.

    Attributes:
        unproven: what its prompts ask otherwise, as far as no case shows what comes of it.
    """

    checks: Sequence[GateCheck]
    unproven: Sequence[UnprovenInstruction] = ()

    @property
    def is_passed(self) -> bool:
        """Whether no check that counts fails."""
        return all(each.is_passed for each in self.checks if each.counts)

    @property
    def failures(self) -> Sequence[GateCheck]:
        """The checks that keep it from going live."""
        return [each for each in self.checks if each.counts and not each.is_passed]


def judge_candidate(
    report: Report,
    gates: Gates,
    *,
    comparison: Comparison | None = None,
    unproven: Sequence[UnprovenInstruction] = (),
    is_acknowledged: bool = False,
) -> GateVerdict:
    """Hold an experiment against the limits, and against its base where there is one.

    What its prompts ask otherwise counts unless cases show it, or somebody acknowledged it.
    """
    wins, losses = (comparison.wins, comparison.losses) if comparison else ((), ())
    left = list_unshown(unproven, win_count=len(wins), loss_count=len(losses))
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
            *([check_unproven(len(left), gates, counts=not is_acknowledged)] if unproven else ()),
        ],
        unproven=left,
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
        sentence=_("%(done)s of %(count)s cases have a result."),
        values={"done": done, "count": count},
    )
    yield GateCheck(
        name="least_cases",
        is_passed=done >= gates.least_cases,
        value=done,
        limit=gates.least_cases,
        sentence=_("%(done)s cases were asked, %(least)s are the fewest that prove anything."),
        values={"done": done, "least": gates.least_cases},
    )
    share = report.error_count / done if done else 1.0
    yield GateCheck(
        name="error_share",
        is_passed=share <= gates.error_share,
        value=share,
        limit=gates.error_share,
        sentence=_("%(errors)s of %(done)s cases ended without a reply."),
        values={"errors": report.error_count, "done": done},
    )


def _check_grades(report: Report, gates: Gates) -> Iterator[GateCheck]:
    for name in GRADED:
        limit: float | None = getattr(gates, name)
        if limit is not None:
            yield _check_share(name, report, limit)


def _check_share(name: str, report: Report, limit: float) -> GateCheck:
    figure = report.find_figure(name)
    if figure is None:
        withheld = _(
            "%(name)s is not told: it would tell single results of %(sealed)s test cases. Take in"
            " at least %(least)s, or none."
        )
        return GateCheck(
            name=name,
            is_passed=False,
            limit=limit,
            sentence=withheld
            if report.is_withheld
            else _("Nothing could be measured of %(name)s."),
            values={"name": name, "sealed": report.sealed_count, "least": LEAST_SEALED},
        )
    estimate = figure.estimate
    return GateCheck(
        name=name,
        is_passed=estimate.mean >= limit,
        value=estimate.mean,
        limit=limit,
        sentence=_(
            "%(name)s is %(mean)s (95 %% interval %(low)s to %(high)s, %(count)s cases), at least"
            " %(limit)s is asked for."
        ),
        values={
            "name": name,
            "mean": f"{estimate.mean:.3f}",
            "low": f"{estimate.low:.3f}",
            "high": f"{estimate.high:.3f}",
            "count": estimate.count,
            "limit": f"{limit:g}",
        },
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
        sentence=_(
            "The F1 of abstaining is %(f1)s (%(count)s cases to abstain from), at least %(limit)s"
            " is asked for."
        ),
        values={
            "f1": f"{f1:.3f}",
            "count": abstention.expected_count,
            "limit": f"{limit:g}",
        },
    )


def _check_speed(report: Report, gates: Gates) -> Iterator[GateCheck]:
    limit = gates.p95_first_sentence_seconds
    figure = report.find_figure("first_sentence_seconds")
    if limit is None:
        return
    seconds = figure.p95 if figure else None
    known = _(
        "The 95th percentile of the wait for the first sentence is %(seconds)s s, at most %(limit)s"
        " s is asked for."
    )
    unknown = _(
        "The 95th percentile of the wait for the first sentence is not known, at most %(limit)s s"
        " is asked for."
    )
    yield GateCheck(
        name="p95_first_sentence_seconds",
        is_passed=seconds is not None and seconds <= limit,
        value=seconds,
        limit=limit,
        sentence=unknown if seconds is None else known,
        values={"seconds": f"{seconds or 0.0:.2f}", "limit": f"{limit:g}"},
    )


def _check_cost(report: Report, gates: Gates) -> Iterator[GateCheck]:
    limit = gates.cost_per_answer
    if limit is None:
        return
    figure = report.find_figure("cost")
    count = report.experiment.result_count - report.error_count
    is_known = figure is not None and figure.estimate.count == count
    cost = figure.estimate.mean if figure and is_known else None
    known = _("The mean cost of an answer is %(cost)s, at most %(limit)s is asked for.")
    unknown = _(
        "The mean cost of an answer is not known of every answer, at most %(limit)s is asked for."
    )
    yield GateCheck(
        name="cost_per_answer",
        is_passed=cost is not None and cost <= limit,
        value=cost,
        limit=limit,
        sentence=unknown if cost is None else known,
        values={"cost": f"{cost or 0.0:.6f}", "limit": f"{limit:g}"},
    )


def _check_judge(report: Report, gates: Gates) -> Iterator[GateCheck]:
    """It counts only beside people who agree with it; alone it decides nothing."""
    if gates.judge is None:
        return
    check = _check_share("judge", report, gates.judge)
    agrees = report.agreement is not None and report.agreement >= LEAST_KAPPA
    is_trusted = agrees and report.labelled_count >= LEAST_LABELS
    agreement: dict[str, str | int | float] = {
        "kappa": "–" if report.agreement is None else f"{report.agreement:.2f}",
        "labelled": report.labelled_count,
        "least_kappa": LEAST_KAPPA,
        "least_labels": LEAST_LABELS,
    }
    yield replace(
        check,
        counts=is_trusted,
        sentence=check.sentence if check.value is None else JUDGED,
        values={**check.values, **agreement},
    )


def check_unproven(count: int, gates: Gates, *, counts: bool = True) -> GateCheck:
    """Whether no more instructions change than may without a case that shows what comes of it."""
    return GateCheck(
        name=UNPROVEN_CHECK,
        is_passed=count <= gates.most_unproven,
        value=count,
        limit=gates.most_unproven,
        counts=counts,
        sentence=UNPROVEN,
        values={"count": count, "limit": gates.most_unproven},
    )


def _check_regressions(comparison: Comparison, gates: Gates) -> Iterator[GateCheck]:
    """What no model wrote has no grades of writing, and a slice shows no more than SLICED."""
    for name in gates.regressions:
        change = comparison.find_change(name)
        if name in SLICED or change is not None:
            yield _check_regression("", name, change, gates)
    changes = {each.name: each for each in comparison.slices}
    sliced = [name for name in gates.regressions if name in SLICED]
    for wanted in gates.protected:
        part = changes.get(wanted)
        for name in sliced:
            found = [each for each in part.changes if each.evaluator == name] if part else []
            yield _check_regression(wanted, name, found[0] if found else None, gates)


def _check_regression(where: str, name: str, change: Change | None, gates: Gates) -> GateCheck:
    title = f"regression of {name} in {where or 'all cases'}"
    if change is None or change.difference.count < gates.least_slice:
        count = change.difference.count if change else 0
        return GateCheck(
            name=title,
            is_passed=True,
            counts=False,
            sentence=_("%(count)s cases are too few to tell whether %(name)s became worse."),
            values={"count": count, "name": name},
        )
    difference = change.difference
    return GateCheck(
        name=title,
        is_passed=not change.is_worse,
        value=difference.mean,
        limit=0.0,
        sentence=(CHANGED_SLICE if where else CHANGED)[change.certainty],
        values={
            "where": where,
            "name": name,
            "left": f"{change.left:.3f}",
            "right": f"{change.right:.3f}",
            "low": f"{difference.low:+.3f}",
            "high": f"{difference.high:+.3f}",
            "p": f"{difference.p_value:.4f}",
            "count": difference.count,
        },
    )
