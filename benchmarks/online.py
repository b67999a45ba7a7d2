"""Whether comparisons and monitors err as seldom as they say, and how soon they notice a change.

    python benchmarks/online.py [arms] [falls] [rises] [releases] [questions]

Conversations and answers are drawn at random, so that what is true is known; the tests are the code
that watches live answers. Questions are those of banking77, with the bundled embedder. With the
library river installed its detectors read the same answers.
"""

import argparse
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log, sqrt
from uuid import UUID

import numpy as np
from bench_data import data_root
from vectors import embed_cached

from kefu.evaluation import Monitors
from kefu.rollout.arms import SIDE_ALPHA
from kefu.rollout.betting import Draws, draw_logs, draw_shares, find_chance, list_stakes
from kefu.rollout.drift import MOST_QUESTIONS, read_distance, read_unknown
from kefu.rollout.monitors import hold_share
from kefu.rollout.records import Question, Reading
from kefu.rollout.rises import HOURS, WATCHED_DAYS, find_change, find_usual

try:
    from river.drift import ADWIN, PageHinkley
except ImportError:
    ADWIN = PageHinkley = None

SEED = 77
CONVERSATIONS = 10_000
FIRST_LOOK, LOOK_EVERY = 100, 20
Z_SIDE = 2.326
"""The normal test with the same error as one side of the comparison, were it looked at once."""

Z_DAY = 2.326
LIMITS = Monitors()
NOBODY = UUID(int=0)
STRANGE_INTENTS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Values of conversations without a difference."""

    draw: Callable[[np.random.Generator, int], np.ndarray]
    is_ratio: bool


def of_rate(rate: float) -> Kind:
    return Kind(draw=lambda rng, count: (rng.random(count) < rate).astype(float), is_ratio=False)


KINDS: Mapping[str, Kind] = {
    "solved, 70 %": of_rate(0.7),
    "solved, 90 %": of_rate(0.9),
    "solved, 97 %": of_rate(0.97),
    "solved, 99.5 %": of_rate(0.995),
    "seconds, log-normal": Kind(draw=lambda rng, n: rng.lognormal(0.4, 0.8, n), is_ratio=True),
    "seconds, 1 % time out": Kind(
        draw=lambda rng, n: np.where(rng.random(n) < 0.01, 60.0, rng.lognormal(0.4, 0.3, n)),
        is_ratio=True,
    ),
    "cost, heavy tail": Kind(draw=lambda rng, n: 0.002 * rng.lognormal(0, 1.5, n), is_ratio=True),
}


def build_draws(kind: Kind, values: np.ndarray, is_tried: np.ndarray, share: float) -> Draws:
    build = draw_logs if kind.is_ratio else draw_shares
    return build(values.tolist(), is_tried.tolist(), share)


def list_z(values: np.ndarray, is_tried: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Looks, difference of means and its squared error at each, variances from the values."""
    looks = np.arange(FIRST_LOOK, len(values), LOOK_EVERY)
    means, errors = [], []
    for chosen in (is_tried, ~is_tried):
        count = np.cumsum(chosen)
        mean = np.cumsum(values * chosen) / np.maximum(count, 1)
        spread = np.cumsum(values**2 * chosen) / np.maximum(count, 1) - mean**2
        means.append(mean[looks])
        errors.append(
            np.maximum(spread, 1 / np.maximum(count, 1) ** 2)[looks] / np.maximum(count, 1)[looks]
        )
        looks_with_some = count[looks] >= 50
        means[-1] = np.where(looks_with_some, means[-1], np.nan)
    return looks, means[0] - means[1], errors[0] + errors[1]


def mixed_half_width(error: np.ndarray, spread: float) -> np.ndarray:
    """Of the mixture SPRT with variances put in for the true ones (Johari et al., 2022)."""
    mixed = error + spread**2
    return np.sqrt(
        2 * error * mixed / spread**2 * (log(1 / SIDE_ALPHA) + 0.5 * np.log(mixed / error))
    )


def compare_all(kind: Kind, rng: np.random.Generator, share: float) -> dict[str, bool]:
    """Which tests stop at any time, in either direction, though nothing differs."""
    is_tried = rng.random(CONVERSATIONS) < share
    values = kind.draw(rng, CONVERSATIONS)
    draws = build_draws(kind, values, is_tried, share)
    _, difference, error = list_z(values, is_tried)
    spread = float(np.std(values)) * 0.22
    z = np.abs(difference) / np.sqrt(error)
    return {
        "kefu": min(find_chance(draws, is_above=each) for each in (True, False)) <= SIDE_ALPHA,
        "msprt": bool(
            np.nanmax(np.abs(difference) - mixed_half_width(error, spread), initial=-inf) > 0
        ),
        "peeked": bool(np.nanmax(z, initial=0) > Z_SIDE),
        "once": bool(z[-1] > Z_SIDE),
    }


def measure_arms(runs: int) -> None:
    """No difference: how many comparisons stop, looked at again and again."""
    print(
        "| values | share | Kefu | mixture SPRT, variances put in | z-test at every look | z-test, once |"
    )
    print("|---|---|---|---|---|---|")
    for name, kind in KINDS.items():
        for share in (0.5, 0.1, 0.02):
            rng = np.random.default_rng(SEED)
            found = [compare_all(kind, rng, share) for _ in range(runs)]
            shown = [f"{np.mean([each[test] for each in found]):.3f}" for test in found[0]]
            print(f"| {name} | {share:.0%} | {' | '.join(shown)} |", flush=True)


def list_stops(
    runs: int, share: float, worse: Callable[..., np.ndarray], kind: Kind
) -> Iterator[float]:
    """After how many conversations the comparison stops with a worse release."""
    for run in range(runs):
        rng = np.random.default_rng(SEED + run)
        is_tried = rng.random(2 * CONVERSATIONS) < share
        draws = build_draws(kind, worse(rng, is_tried), is_tried, share)
        won = list_stakes(draws, is_above=kind.is_ratio) >= log(1 / SIDE_ALPHA)
        yield float(won.argmax()) + 1 if won.any() else inf


def fall_by(fall: float) -> Callable[..., np.ndarray]:
    return lambda rng, tried: (rng.random(len(tried)) < np.where(tried, 0.85 - fall, 0.85)).astype(
        float
    )


def grow_by(factor: float) -> Callable[..., np.ndarray]:
    return lambda rng, tried: rng.lognormal(0.4, 0.8, len(tried)) * np.where(tried, factor, 1.0)


def measure_falls(runs: int) -> None:
    """A release that is worse: how many conversations until the comparison says so."""
    print(
        "| worse by | share | noticed within 20,000 | conversations until then, median | 9 of 10 |"
    )
    print("|---|---|---|---|---|")
    cases = [
        (f"solved, 85 % less {each:.0%}", fall_by(each), KINDS["solved, 70 %"])
        for each in (0.05, 0.1, 0.2)
    ]
    cases += [
        (f"seconds, × {each}", grow_by(each), KINDS["seconds, log-normal"])
        for each in (1.05, 1.1, 1.2, 2)
    ]
    for name, worse, kind in cases:
        for share in (0.5, 0.1):
            stops = np.array(list(list_stops(runs, share, worse, kind)))
            print(
                f"| {name} | {share:.0%} | {np.mean(stops < inf):.2f} | {show(stops, 0.5)} | {show(stops, 0.9)} |",
                flush=True,
            )


def show(stops: np.ndarray, quantile: float) -> str:
    value = float(np.quantile(stops, quantile, method="higher"))
    return "–" if value == inf else f"{value:.0f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Answers hour by hour.

    Attributes:
        swing: how far the share of failures lies above and below its mean in the course of a day.
    """

    hourly: float
    rate: float
    swing: float = 0.0

    def draw(self, rng: np.random.Generator, hours: int, rise: float = 0.0) -> np.ndarray:
        """Rows of failed answers and all."""
        total = rng.poisson(self.hourly, hours)
        rate = self.rate + rise + self.swing * np.sin(np.arange(hours) * np.pi / 12)
        return np.stack([rng.binomial(total, np.clip(rate, 0, 1)), total], axis=1)


def first_alarms(
    before: np.ndarray, after: np.ndarray, rng: np.random.Generator
) -> dict[str, float]:
    """After how many answers each detector says that more fail; infinity: never."""
    usual = find_usual(before.reshape(-1, 24, 2).sum(axis=1)) + (LIMITS.rise or 0.0)
    answers = np.cumsum(after[:, 1])
    found = {"kefu": inf, "limit": inf, "z": inf}
    share = before[:, 0].sum() / before[:, 1].sum()
    for hour in range(1, len(after) + 1):
        seen = after[max(0, hour - 24 * WATCHED_DAYS) : hour]
        if find_change(seen, usual).evidence >= log(HOURS):
            found["kefu"] = min(found["kefu"], answers[hour - 1])
        failed, total = after[hour - 1]
        if hold(failed, total).is_breached:
            found["limit"] = min(found["limit"], answers[hour - 1])
        if hour % 24 == 0:
            failed, total = after[hour - 24 : hour].sum(axis=0)
            error = sqrt(share * (1 - share) * (1 / max(total, 1) + 1 / before[:, 1].sum()))
            if (failed / max(total, 1) - share) / error > Z_DAY:
                found["z"] = min(found["z"], answers[hour - 1])
    return found | read_river(before, after, rng)


def read_river(before: np.ndarray, after: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    """The detectors of river with their defaults, answer by answer, once they know what is usual."""
    if ADWIN is None:
        return {}
    order = [rng.permutation(np.arange(total) < failed) for failed, total in (*before, *after)]
    stream = np.concatenate(order).astype(float)
    begin, found = int(before[:, 1].sum()), {}
    for name, detector in (("adwin", ADWIN()), ("page-hinkley", PageHinkley(mode="up"))):
        found[name] = inf
        for place, value in enumerate(stream):
            detector.update(value)
            if detector.drift_detected and place >= begin:
                found[name] = float(place - begin + 1)
                break
    return found


TRAFFIC: Mapping[str, Traffic] = {
    "60 an hour, 15 % abstain": Traffic(hourly=60, rate=0.15),
    "10 an hour, 15 % abstain": Traffic(hourly=10, rate=0.15),
    "60 an hour, 15 % ± 5 in the course of a day": Traffic(hourly=60, rate=0.15, swing=0.05),
    "6 ratings an hour, 20 % thumbs down": Traffic(hourly=6, rate=0.2),
    "6 graded an hour, 5 % flawed": Traffic(hourly=6, rate=0.05),
    "60 an hour, slower or dearer than nine of ten": Traffic(hourly=60, rate=0.1),
}


def measure_rises(runs: int) -> None:
    """Alarms in a week of live answers without and with a change, after two weeks of the usual."""
    names = ("kefu", "limit", "z", "adwin", "page-hinkley")
    print(f"| answers | rise | {' | '.join(names)} |")
    print("|---|---|" + "---|" * len(names))
    for name, traffic in TRAFFIC.items():
        for rise in (0.0, 0.05, 0.1, 0.2):
            found = []
            for run in range(runs):
                rng = np.random.default_rng(SEED + run)
                before = traffic.draw(rng, 24 * LIMITS.reference_days)
                found.append(first_alarms(before, traffic.draw(rng, 24 * 7, rise), rng))
            shown = [
                describe([each[test] for each in found]) if test in found[0] else ""
                for test in names
            ]
            print(f"| {name} | {rise:.0%} | {' | '.join(shown)} |", flush=True)


def describe(stops: list[float]) -> str:
    """The share that alarmed, and after how many answers half of all did."""
    return f"{np.mean(np.array(stops) < inf):.2f}, {show(np.array(stops), 0.5)}"


def measure_releases(runs: int) -> None:
    """A release goes live and is watched every minute for a day: how often does it go back?"""
    print("| abstained before | since | taken back | hours until then, median |")
    print("|---|---|---|---|")
    for before in (0.2, 0.45, 0.5, 0.55):
        for rise in (0.0, 0.1, 0.2, 0.4):
            rng = np.random.default_rng(SEED)
            minutes = np.array([watch_release(rng, before, before + rise) for _ in range(runs)])
            hours = show(minutes / 60, 0.5)
            print(
                f"| {before:.0%} | {before + rise:.0%} | {np.mean(minutes < inf):.3f} | {hours} |",
                flush=True,
            )


def watch_release(rng: np.random.Generator, before: float, since: float) -> float:
    """After how many minutes at one answer a minute it goes back; infinity: not within a day."""
    usual = Traffic(hourly=60, rate=before).draw(rng, 24 * LIMITS.reference_days)
    limit = find_usual(usual.reshape(-1, 24, 2).sum(axis=1)) + (LIMITS.rise or 0.0)
    failed = rng.random(24 * LIMITS.watch_hours // 24 * 60) < since
    known = hold(int(usual[-1, 0]), int(usual[-1, 1]))
    for minute in range(LIMITS.least_answers, len(failed)):
        seen = failed[max(0, minute - LIMITS.window_minutes) : minute]
        now = hold(int(seen.sum()), len(seen))
        if now.is_breached and (now.least or 0.0) > (known.most or 0.0):
            return float(minute)
        if minute % 60 == 0:
            hours = np.stack(
                [failed[:minute].reshape(-1, 60).sum(axis=1), np.full(minute // 60, 60)], axis=1
            )
            if find_change(hours, limit).evidence >= log(HOURS):
                return float(minute)
    return inf


def hold(failed: int, total: int) -> Reading:
    """Abstentions of one hour against their limit."""
    held = hold_share("", failed, total, LIMITS.abstained_share, LIMITS.least_answers)
    assert held is not None
    return held


def draw_window(
    rng: np.random.Generator, rows: Sequence[Mapping[str, str]], count: int, share: float
) -> tuple[list[str], list[str]]:
    """Questions of a window, so many of them with intents that nobody had before, and those before."""
    names = sorted({each["category"] for each in rows})
    strange = frozenset(rng.choice(names, STRANGE_INTENTS, replace=False).tolist())
    usual = [each["text"] for each in rows if each["category"] not in strange]
    other = [each["text"] for each in rows if each["category"] in strange]
    asked = rng.choice(usual, MOST_QUESTIONS + count, replace=False).tolist()
    new = round(count * share)
    recent = asked[MOST_QUESTIONS : len(asked) - new]
    return recent + rng.choice(other, new, replace=False).tolist(), asked[:MOST_QUESTIONS]


def measure_questions(runs: int) -> None:
    """Questions about other things: the share of windows in which either monitor says so."""
    with (data_root() / "banking77" / "banking_data" / "test.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    print("| questions | with new intents | moved | about something else | either |")
    print("|---|---|---|---|---|")
    for count in (60, 200):
        for share in (0.0, 0.1, 0.2, 0.4, 0.8):
            rngs = [np.random.default_rng(SEED + run) for run in range(runs)]
            found = [read_questions(*draw_window(rng, rows, count, share)) for rng in rngs]
            moved, unknown = np.array(found).T
            shown = [f"{each.mean():.2f}" for each in (moved, unknown, moved | unknown)]
            print(f"| {count} | {share:.0%} | {' | '.join(shown)} |", flush=True)


def read_questions(recent: Sequence[str], before: Sequence[str]) -> tuple[bool, bool]:
    """Whether the monitors of distance and of unknown questions are breached."""
    ours, known = (
        [
            Question(message_id=NOBODY, text=text, vector=vector)
            for text, vector in zip(texts, embed_cached(texts, is_query=True).tolist(), strict=True)
        ]
        for texts in (recent, before)
    )
    readings = read_distance(ours, known, LIMITS), read_unknown(ours, known, LIMITS)
    far, unknown = (each is not None and each.is_breached for each in readings)
    return far, unknown


PARTS: Mapping[str, tuple[Callable[[int], None], int]] = {
    "arms": (measure_arms, 500),
    "falls": (measure_falls, 200),
    "rises": (measure_rises, 100),
    "releases": (measure_releases, 200),
    "questions": (measure_questions, 100),
}


def main() -> None:
    """Print the parts named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    for name in parser.parse_args().parts or PARTS:
        measure, runs = PARTS[name]
        print(f"\n### {name}\n", flush=True)
        measure(runs)


if __name__ == "__main__":
    main()
