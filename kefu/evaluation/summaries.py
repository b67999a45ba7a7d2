"""Reports, comparisons and verdicts for other programs to show: JUnit XML and Markdown."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from kefu.evaluation.comparison import Certainty, Change, Compared, Comparison
from kefu.evaluation.gate import UNPROVEN_CHECK, GateVerdict
from kefu.evaluation.knowledge_check import KnowledgeCheck, Worse
from kefu.evaluation.records import Result
from kefu.evaluation.reports import LEAST_SEALED, Figure, Report
from kefu.evaluation.unproven import Unproven

MOST_LISTED = 50
LONGEST_SHOWN = 160  # characters of a statement
PROOF = (
    "Worse and better are what two tests agree on: the 95 % interval of the difference leaves out"
    " 0, and p, how often chance alone leads as far, is below 0.05."
)
WITHHELD = (
    f"Fewer than {LEAST_SEALED} test cases: figures over them would tell single results and are"
    " left out. Take in more test cases, or none."
)
WORDS = {
    Certainty.WORSE: "worse",
    Certainty.BETTER: "better",
    Certainty.SAME: "the same",
    Certainty.HOLDS_ZERO: "not certain: the interval holds 0",
    Certainty.BY_CHANCE: "not certain: p is not below 0.05",
}
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow."""

Problem = tuple[str, str, str]
"""Name, what is wrong in a line (empty: nothing), and all about it."""


def write_report_junit(report: Report) -> str:
    """Every case that may be seen as a test; a case that is not right fails."""
    cases = [_as_problem(each) for each in report.results]
    sealed = [f"sealed: {report.sealed_count} cases"] if report.sealed_count else []
    return _write_junit(str(report.experiment), cases, skipped=sealed)


def write_gate_junit(report: Report, verdict: GateVerdict) -> str:
    """Every check as a test; one that does not count is skipped."""
    cases = [
        (each.name, "" if each.is_passed else each.reason, each.reason)
        for each in verdict.checks
        if each.counts
    ]
    skipped = [f"{each.name}: {each.reason}" for each in verdict.checks if not each.counts]
    return _write_junit(f"gate of {report.experiment}", cases, skipped=skipped)


def write_report_markdown(report: Report) -> str:
    """The figures, the slices, and the cases that are not right."""
    experiment = report.experiment
    lines = [
        f"## {str(experiment).capitalize()}: {experiment.dataset}@{experiment.version}",
        "",
        f"{experiment.result_count} of {experiment.case_count} cases, {report.cached_count} replies"
        f" from the cache, {report.error_count} without a reply, {report.sealed_count} sealed."
        f" Knowledge `{experiment.knowledge_digest[:12]}`, candidate"
        f" `{experiment.fingerprint[:12]}`, seed {experiment.seed}.",
        "",
        *([WITHHELD, ""] if report.is_withheld else ()),
        "| grade | mean | 95 % interval | p50 | p95 | cases |",
        "|---|---|---|---|---|---|",
        *map(_figure_row, report.figures),
        *_abstention_rows(report),
        "",
        "| slice | cases | accuracy | faithfulness | behaviour |",
        "|---|---|---|---|---|",
    ]
    for part in report.slices:
        values = {each.evaluator: f"{each.estimate.mean:.3f}" for each in part.figures}
        shown = [values.get(name, "–") for name in ("accuracy", "faithfulness", "behaviour")]
        lines.append(f"| {_cell(part.name)} | {part.count} | {' | '.join(shown)} |")
    wrong = [each for each in report.results if not each.grades["accuracy"].value]
    if wrong:
        lines += ["", "| not right | why |", "|---|---|"]
        lines += [f"| {each.case_id} | {_cell(_reason(each))} |" for each in wrong[:MOST_LISTED]]
    return "\n".join(lines) + "\n"


def write_comparison_markdown(comparison: Comparison) -> str:
    """What changed, with wins and losses."""
    lines = [
        f"## {str(comparison.left).capitalize()} → {comparison.right}",
        "",
        f"{comparison.pair_count} cases in common, {comparison.unpaired_count} without their twin.",
        "",
        "| grade | left | right | difference | wins / losses | 95 % interval | p | |",
        "|---|---|---|---|---|---|---|---|",
        *map(_change_row, comparison.changes),
        "",
        PROOF,
        "",
        "| what differs | left | right |",
        "|---|---|---|",
        *(
            f"| {name} | {_cell(left) or '–'} | {_cell(right) or '–'} |"
            for name, left, right in comparison.differences
        ),
        "",
        "| slice | cases | accuracy | 95 % interval | p | |",
        "|---|---|---|---|---|---|",
    ]
    for part in comparison.slices:
        for change in part.changes:
            if change.evaluator == "accuracy":
                moved = f"{change.left:.3f} → {change.right:.3f} | {_proof(change)}"
                lines.append(f"| {_cell(part.name)} | {part.count} | {moved} |")
    lines += _list_decided("Wins", comparison.wins) + _list_decided("Losses", comparison.losses)
    return "\n".join(lines) + "\n"


def write_gate_markdown(verdict: GateVerdict) -> str:
    """The verdict with every check."""
    title = "The gate is passed" if verdict.is_passed else "The gate is not passed"
    rows = [
        f"| {'✓' if each.is_passed else '✗' if each.counts else '!'} | {_cell(each.name)} |"
        f" {_cell(each.reason)} |"
        for each in verdict.checks
    ]
    lines = [f"## {title}", "", "| | check | |", "|---|---|---|", *rows]
    if verdict.unproven:
        lines += ["", "| prompt | section | what | before | after |", "|---|---|---|---|---|"]
        lines += [
            f"| {_cell(each.prompt)} | {_cell(each.section)} | {_cell(each.reason)} |"
            f" {_cell(each.before) or '–'} | {_cell(each.after) or '–'} |"
            for each in verdict.unproven[:MOST_LISTED]
        ]
    if any(each.name == UNPROVEN_CHECK for each in verdict.failures):
        lines += ["", "Look at each of them and say why it is right: `--acknowledge REASON`."]
    return "\n".join(lines) + "\n"


def list_losses(check: KnowledgeCheck) -> list[str]:
    """What a change of the knowledge made worse, a line each."""
    shown = check.shown
    sealed_count = len(check.worse) - len(shown)
    return [
        f"{check.loss_count} of {len(check.affected)} affected cases would become worse, at most"
        f" {check.most_losses} may.",
        *(f"  {_name(each)}: {each.loss}. {each.why}{_note(each)}" for each in shown),
        *([f"  {sealed_count} sealed cases."] if sealed_count else []),
    ]


def list_unproven(check: KnowledgeCheck) -> list[str]:
    """What a change of the knowledge does that no case asks, a line each; what may be done."""
    if not check.unproven:
        return []
    shown = check.unproven[:MOST_LISTED]
    rest = len(check.unproven) - len(shown)
    return [
        f"{len(check.unproven)} statements would change although no case asks them, at most"
        f" {check.most_unproven} may.",
        *(f"  {tell_unproven(each)}" for each in shown),
        *([f"  and {rest} more."] if rest else []),
        "Have cases proposed (kefu evaluation affected PATH --propose DATASET) and accept them, or"
        " say why it is right (--acknowledge REASON).",
    ]


def list_read(check: KnowledgeCheck) -> list[str]:
    """What a model took for the same in other words, both texts whole, and why it read no more."""
    lines = []
    if check.cleared:
        lines.append(f"{len(check.cleared)} statements are read as the same in other words:")
    for each in check.cleared[:MOST_LISTED]:
        before, after = (" ".join(text.split()) for text in each.texts)
        lines.append(f"  {_locate(each.unproven)}: {before} -> {after} (by {each.reader})")
    if len(check.cleared) > MOST_LISTED:
        lines.append(f"  and {len(check.cleared) - MOST_LISTED} more.")
    return lines + [f"Not read by a model: {each}." for each in check.notes]


def tell_unproven(unproven: Unproven) -> str:
    """Document, place, and the statement before and after in a line."""
    told = f"{_cut(unproven.before)} -> {_cut(unproven.after)}"
    also = f" ({_cut(unproven.elsewhere)})" if unproven.elsewhere else ""
    return f"{_locate(unproven)}: {unproven.doubt}: {told}{also}"


def _locate(unproven: Unproven) -> str:
    name = f"{unproven.uri}#{unproven.id}" if unproven.id else unproven.uri
    place = " > ".join(unproven.place[1:])
    return f"{name}, {place}" if place else name


def _cut(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= LONGEST_SHOWN else f"{one_line[: LONGEST_SHOWN - 1]}…"


def _unproven_rows(check: KnowledgeCheck) -> list[str]:
    if not check.unproven:
        return []
    rows = [
        f"| {_cell(each.uri)} | {_cell(' > '.join(each.place[1:]))} | {each.doubt} |"
        f" {_cell(_cut(each.before)) or '–'} | {_cell(_cut(each.after)) or '–'} |"
        f" {_cell(_cut(each.elsewhere)) or '–'} |"
        for each in check.unproven[:MOST_LISTED]
    ]
    return [
        "",
        f"### Asked by no case: {len(check.unproven)} (at most {check.most_unproven})",
        "",
        "| document | place | what | before | after | elsewhere |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def _read_rows(check: KnowledgeCheck) -> list[str]:
    rows = [
        f"| {_cell(_locate(each.unproven))} | {_cell(each.texts[0])} | {_cell(each.texts[1])} |"
        f" {_cell(each.reader)} |"
        for each in check.cleared[:MOST_LISTED]
    ]
    table = ["| where | before | after | read by |", "|---|---|---|---|", *rows] if rows else []
    title = f"### Read as the same in other words: {len(check.cleared)}"
    told = ["", title, "", *table] if rows else []
    return told + [line for each in check.notes for line in ("", f"Not read by a model: {each}.")]


def write_check_markdown(check: KnowledgeCheck) -> str:
    """What was changed, every case that became worse, and what no case asks."""
    title = "No case became worse" if not check.worse else f"Became worse: {len(check.worse)}"
    if not check.is_proven:
        title += f"; asked by no case: {len(check.unproven)}"
    kinds = Counter(each.kind for each in check.changes)
    changed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"
    lines = [
        f"## {title}",
        "",
        f"Base `{check.base}`. Documents: {changed}. {len(check.affected)} of {check.case_count}"
        f" cases were asked again in {check.seconds:g} s; {check.better_count} became right, of"
        f" {check.unknown_count} nobody knows how they were answered before.",
    ]
    if check.shown:
        lines += ["", "| case | question | became | why | touched as |", "|---|---|---|---|---|"]
        lines += [
            f"| {_name(each)} | {_cell(each.affected.posed.case.question)} |"
            f" {each.loss}{_note(each)} | {_cell(each.why)} | {each.affected.reason} |"
            for each in check.shown[:MOST_LISTED]
        ]
    if len(check.shown) < len(check.worse):
        lines += ["", f"{len(check.worse) - len(check.shown)} sealed cases became worse."]
    lines += _unproven_rows(check) + _read_rows(check)
    return "\n".join(lines) + "\n"


def write_check_junit(check: KnowledgeCheck) -> str:
    """Every affected case that may be seen as a test; one that became worse fails."""
    worse = {_name(each): each for each in check.shown if each.counts}
    names = [str(each.posed) for each in check.affected if not each.posed.is_sealed]
    cases = [
        (name, f"{worse[name].loss}: {worse[name].why}", _tell_replies(worse[name]))
        if name in worse
        else (name, "", "")
        for name in names
    ]
    sealed_count = sum(each.counts and each.affected.posed.is_sealed for each in check.worse)
    if sealed_count:
        cases.append(("sealed cases", f"{sealed_count} became worse", ""))
    told = [tell_unproven(each) for each in check.unproven]
    if not check.is_proven:
        cases += [(each, "no case asks it", each) for each in told]
    skipped = [
        *(told if check.is_proven else []),
        *(f"{_locate(each.unproven)}: read as the same by {each.reader}" for each in check.cleared),
    ]
    return _write_junit(f"knowledge of {check.base}", cases, skipped=skipped)


def _name(worse: Worse) -> str:
    return str(worse.affected.posed)


def _note(worse: Worse) -> str:
    return "" if worse.counts else " (does not count)"


def _tell_replies(worse: Worse) -> str:
    return (
        f"{worse.affected.posed.case.question}\n\nBefore: {worse.before.answer}\n\n"
        f"After: {worse.after.answer}"
    )


def _write_junit(suite: str, cases: Sequence[Problem], *, skipped: Sequence[str]) -> str:
    failed = sum(bool(problem) for _, problem, _ in cases)
    root = ElementTree.Element(
        "testsuite",
        name=_fit(suite),
        tests=str(len(cases) + len(skipped)),
        failures=str(failed),
        skipped=str(len(skipped)),
    )
    for name, problem, detail in cases:
        test = ElementTree.SubElement(
            root, "testcase", classname="kefu.evaluation", name=_fit(name)
        )
        if problem:
            ElementTree.SubElement(test, "failure", message=_fit(problem)).text = _fit(detail)
    for name in skipped:
        test = ElementTree.SubElement(
            root, "testcase", classname="kefu.evaluation", name=_fit(name)
        )
        ElementTree.SubElement(test, "skipped")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _as_problem(result: Result) -> Problem:
    is_right = result.grades["accuracy"].value == 1.0
    grades = "\n".join(f"{name}: {each}" for name, each in result.grades.items())
    detail = f"{result.reply.answer}\n\n{grades}"
    return result.case_id, "" if is_right else _reason(result), detail


def _reason(result: Result) -> str:
    return str(result.grades["accuracy"])


def _figure_row(figure: Figure) -> str:
    estimate = figure.estimate
    unit = f" ({figure.unit})" if figure.unit else ""
    tail = "– | –" if figure.p50 is None else f"{figure.p50:.3f} | {figure.p95:.3f}"
    return (
        f"| {figure.evaluator}{unit} | {estimate.mean:.3f} | {estimate.low:.3f} –"
        f" {estimate.high:.3f} | {tail} | {estimate.count} |"
    )


def _abstention_rows(report: Report) -> Iterator[str]:
    abstention = report.abstention
    if abstention is None or not abstention.expected_count:
        return
    for name in ("precision", "recall", "f1"):
        value: float | None = getattr(abstention, name)
        shown = "–" if value is None else f"{value:.3f}"
        yield f"| abstention_{name} | {shown} | | | | {abstention.expected_count} |"


def _change_row(change: Change) -> str:
    difference = change.difference
    unit = f" ({change.unit})" if change.unit else ""
    return (
        f"| {change.evaluator}{unit} | {change.left:.3f} | {change.right:.3f} |"
        f" {difference.mean:+.3f} | {change.win_count} / {change.loss_count} | {_proof(change)} |"
    )


def _proof(change: Change) -> str:
    """Interval, p-value, and what they say."""
    difference = change.difference
    interval = f"{difference.low:+.3f} – {difference.high:+.3f}"
    return f"{interval} | {difference.p_value:.4f} | {WORDS[change.certainty]}"


def _list_decided(title: str, cases: Sequence[Compared]) -> list[str]:
    if not cases:
        return []
    rows = [
        f"| {each.case_id} | {_cell(_reason(each.left))} | {_cell(_reason(each.right))} |"
        for each in cases[:MOST_LISTED]
    ]
    return ["", f"### {title}: {len(cases)}", "", "| case | left | right |", "|---|---|---|", *rows]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)
