"""Models that read two texts, and what shows how far one of them may be believed.

Kefu comes with sentences, each with another one that says the same and with one in which a single
thing was changed: who, when, in which unit. A model says how sure it is that two say the same, and
is believed where it is surer than it was of the changed ones, but for as few as MOST_MISSED allows.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from math import inf

from kefu.evaluation.candidates import LANGUAGES
from kefu.evaluation.statistics import LEVEL, Estimate, bound_share, estimate_mean
from kefu.text import Language

LEAST_KAPPA = 0.2
"""Who recognises less is not worth asking; chance alone recognises one in as many as there are."""

MOST_MISSED = 0.05
"""Of changed sentences, those that pass for the same, for 19 of 20 trials."""

HOLDS_DAYS = 90
"""A trial counts so long: whoever runs a model may exchange it under its name."""

SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """A sentence, one that says the same, and one that says something else.

    Attributes:
        kind: what is changed in the last one.
    """

    id: str
    kind: str
    language: Language
    before: str
    same: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How sure a model was of either that it says the same.

    Attributes:
        same: log-odds for the one that does; None: its answer was none.
        other: for the one that does not.
    """

    id: str
    kind: str
    language: Language
    same: float | None
    other: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """How well a model tells sentences of one language apart.

    Attributes:
        spared: so many of the changed ones may lie above the threshold.
    """

    outcomes: Sequence[Outcome]
    spared: int

    @property
    def threshold(self) -> float:
        """The log-odds above which it is believed: those of the changed one it was surest of.

        It leaves out those that are spared. Where that is below 0, the model is inclined to say no;
        infinite where none of its answers could be read.
        """
        others = [each.other for each in self.outcomes if each.other is not None]
        return max(sorted(others, reverse=True)[self.spared :], default=inf)

    @property
    def recognised_count(self) -> int:
        """Sentences that say the same, and that it takes for it."""
        return sum(self.recognises(each) for each in self.outcomes)

    @property
    def missed_count(self) -> int:
        """Sentences that say something else, and that it takes for the same."""
        return sum(self.misses(each) for each in self.outcomes)

    def recognises(self, outcome: Outcome) -> bool:
        """Whether it is believed that the one which says the same does."""
        return outcome.same is not None and outcome.same > self.threshold

    def misses(self, outcome: Outcome) -> bool:
        """Whether it is believed that the changed one does."""
        return outcome.other is not None and outcome.other > self.threshold

    @property
    def kappa(self) -> Estimate:
        """Its agreement with the labels (Cohen 1960), its interval over the sentences.

        With as many that say the same as do not, it is how much more often it says so of those
        that do.
        """
        agreed = [self.recognises(each) - self.misses(each) for each in self.outcomes]
        return estimate_mean(agreed, seed=SEED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderTrial:
    """What a model said of all sentences.

    Attributes:
        fingerprint: of the endpoint, its model, the prompts and the sentences.
    """

    id: int
    endpoint: str
    model: str
    fingerprint: str
    outcomes: Sequence[Outcome]
    author: str
    tried_at: datetime

    @property
    def unread_count(self) -> int:
        """Answers that were none."""
        return sum((each.same, each.other).count(None) for each in self.outcomes)

    @property
    def skills(self) -> Mapping[Language, Skill]:
        """By language."""
        spared = count_spared(len(self.outcomes)) // len(LANGUAGES)
        by_language: dict[Language, list[Outcome]] = {each: [] for each in LANGUAGES}
        for each in self.outcomes:
            by_language[each.language].append(each)
        return {
            language: Skill(outcomes=outcomes, spared=spared)
            for language, outcomes in by_language.items()
            if outcomes
        }

    @property
    def most_missed(self) -> float:
        """The most that pass of sentences like the changed ones, in both languages, at LEVEL.

        So many of those that were drawn lie above the thresholds, and of all others no more than
        this share does (Wilks 1941, tolerance limits without a distribution).
        """
        missed = sum(skill.missed_count for skill in self.skills.values())
        return _bound(missed, len(self.outcomes))

    @property
    def thresholds(self) -> Mapping[Language, float]:
        """For the languages in which it is believed."""
        if self.most_missed > MOST_MISSED:
            return {}
        return {
            language: skill.threshold
            for language, skill in self.skills.items()
            if skill.kappa.mean >= LEAST_KAPPA
        }

    @property
    def problems(self) -> list[str]:
        """Why it is not believed, or not in every language."""
        if self.most_missed > MOST_MISSED:
            count, most = len(self.outcomes), self.most_missed
            return [f"{count} sentences are too few (up to {most:.1%} may be missed)"]
        return [
            f"{language}: kappa is {skill.kappa.mean:.2f} (at least {LEAST_KAPPA})"
            for language, skill in self.skills.items()
            if language not in self.thresholds
        ]


@cache
def count_spared(count: int) -> int:
    """How many of the changed sentences may pass so that MOST_MISSED holds."""
    return sum(_bound(missed, count) <= MOST_MISSED for missed in range(1, count))


def _bound(missed: int, count: int) -> float:
    """What the share does not exceed at LEVEL (Clopper and Pearson 1934, one side)."""
    return 1 - bound_share(count - missed, count, risk=1 - LEVEL)


@cache
def load_sentences() -> Sequence[Sentences]:
    """Those that come with Kefu, of companies that do not exist."""
    return [Sentences(**json.loads(line)) for line in read_sentences().splitlines()]


def read_sentences() -> str:
    """The file that holds them."""
    path = files("kefu.evaluation") / "pairs" / "rewritten_sentences.jsonl"
    return path.read_text(encoding="utf-8")
