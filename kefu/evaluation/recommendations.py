"""What tuning and calibration found, as Markdown that ends with what to set."""

from collections.abc import Iterator, Sequence

from kefu.evaluation.calibrating import Aim, Calibration
from kefu.evaluation.calibration import Bin
from kefu.evaluation.thresholds import Point
from kefu.evaluation.tuning import Changes, HeldOut, Trial, Tuning

TRIALS_SHOWN = 8


def write_tuning_markdown(tuning: Tuning) -> str:
    """What came of it: the verdict, the figures on held-out cases, each fold, the best trials."""
    lines = [
        f"## Search of {tuning.base}, tuned on {tuning.dataset}",
        "",
        f"{tuning.case_count} cases that name documents, test cases left out;"
        f" {len(tuning.trials)} settings tried, {len(tuning.folds)} folds, seed {tuning.seed}.",
        "",
        "| held out | live | chosen | difference | 95 % interval | p |",
        "|---|---|---|---|---|---|",
        _held_out_row("nDCG@10", tuning.ndcg),
        _held_out_row("recall@10", tuning.recall),
        "",
        "| fold | cases | chosen without it | live | chosen |",
        "|---|---|---|---|---|",
        *(
            f"| {place} | {each.case_count} | {_describe(each.chosen)} | {each.before:.3f} |"
            f" {each.after:.3f} |"
            for place, each in enumerate(tuning.folds, 1)
        ),
        "",
        "| tried, on all cases | nDCG@10 | recall@10 |",
        "|---|---|---|",
        *_trial_rows(tuning.trials),
        "",
        *_recommend(tuning),
    ]
    return "\n".join(lines) + "\n"


def write_calibration_markdown(found: Calibration, changes: Changes) -> str:
    """How far confidence can be trusted, what each threshold would show, and what to set."""
    wish = found.wish
    said = "right" if wish.aim is Aim.RIGHT else "answerable"
    lines = [
        f"## Confidence on {found.dataset}",
        "",
        f"{found.case_count} cases, test cases left out; {found.answer_count} of them answered"
        f" whatever the confidence, the others asked back or without any hit. Seed {found.seed}.",
        "",
        f"| confidence | answers | mean confidence | {said} |",
        "|---|---|---|---|",
        *map(_bin_row, found.before.bins),
        "",
        "| scale | ECE | Brier |",
        "|---|---|---|",
        f"| live | {found.before.ece:.3f} | {found.before.brier:.3f} |",
        *_scale_rows(found),
        "",
        f"| answered from | shown | of all cases | {said} | more than, but for {wish.risk:.0%} |",
        "|---|---|---|---|---|",
        *map(_point_row, found.curve),
        "",
        *_conclude(found, changes),
    ]
    return "\n".join(lines) + "\n"


def _bin_row(each: Bin) -> str:
    return (
        f"| {each.low:.3f} – {each.high:.3f} | {each.count} | {each.confidence:.3f} |"
        f" {each.right_share:.3f} |"
    )


def _scale_rows(found: Calibration) -> Iterator[str]:
    if found.scale is not None and found.after is not None:
        scale = f"slope {found.scale.slope:g}, intercept {found.scale.intercept:g}, held out"
        yield f"| {scale} | {found.after.ece:.3f} | {found.after.brier:.3f} |"


def _point_row(each: Point) -> str:
    return (
        f"| {each.threshold:.2f} | {each.shown_count} | {each.coverage:.3f} |"
        f" {each.precision:.3f} | {each.bound:.3f} |"
    )


def _conclude(found: Calibration, changes: Changes) -> list[str]:
    wish, kept = found.wish, found.kept
    scale = (
        "Another scale is nearer to the truth for certain."
        if found.is_scale_recommended
        else "No other scale is nearer to the truth for certain: the live one stays."
    )
    if found.threshold is None:
        answer = (
            f"**No threshold keeps a precision of {wish.precision:g}** but for a risk of"
            f" {wish.risk:.0%}: the live one stays. More cases, or better answers, may reach it."
        )
    else:
        answer = (
            f"**Answered from {found.threshold:g} up** (on the scale of the model), at least"
            f" {wish.precision:g} of the answers are right, but for a risk of {wish.risk:.0%}."
        )
    held = "nothing was shown" if kept.precision is None else f"{kept.precision:.3f} were right"
    near = (
        "Nothing says from which confidence up the nearest document answers often enough."
        if found.near_threshold is None
        else f"From {found.near_threshold:g} up the nearest document answers in at least"
        f" {wish.near_precision:g} of the abstentions."
    )
    return [
        scale,
        "",
        answer,
        f"Chosen without them, thresholds were found for {kept.fold_count} folds; of the"
        f" {kept.shown_count} answers held out that they show, {held}.",
        "",
        near,
        *_list_changes(changes, "answering"),
    ]


def _list_changes(changes: Changes, section: str) -> list[str]:
    """As lines of kefu.toml, and as the command that proposes them."""
    if not changes:
        return []
    options = " ".join(f"--set {key}={value}" for key, value in changes.items())
    lines = (f"{key.partition('.')[2]} = {value}" for key, value in changes.items())
    toml = ["```toml", f"[{section}]", *lines, "```"]
    return ["", *toml, "", f"`kefu releases propose {options}` makes it a candidate."]


def _recommend(tuning: Tuning) -> list[str]:
    if not tuning.chosen:
        return ["**Keep what is live:** nothing that was tried is better by more than chance."]
    if not tuning.is_recommended:
        return [
            f"**Keep what is live:** {_describe(tuning.chosen)} would be chosen, and choosing like"
            " that is not better for certain on cases held out."
        ]
    return [
        "**Change it:** cases held out gain by it for certain.",
        *_list_changes(tuning.chosen, "retrieval"),
    ]


def _held_out_row(name: str, figure: HeldOut) -> str:
    change = figure.difference
    return (
        f"| {name} | {figure.before:.3f} | {figure.after:.3f} | {change.mean:+.3f} |"
        f" {change.low:+.3f} – {change.high:+.3f} | {change.p_value:.4f} |"
    )


def _trial_rows(trials: Sequence[Trial]) -> Iterator[str]:
    """The best, and what is live."""
    for place, each in enumerate(trials):
        if place < TRIALS_SHOWN or not each.changes:
            yield f"| {_describe(each.changes)} | {each.ndcg:.3f} | {each.recall:.3f} |"


def _describe(changes: Changes) -> str:
    return ", ".join(f"`{key}={value}`" for key, value in changes.items()) or "as live"
