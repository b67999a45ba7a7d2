"""Models that read two texts, and what shows how far one of them may be believed.

Kefu comes with sentences, each with another one that says the same and with one in which a single
thing was changed: who, when, in which unit. A model says how sure it is that two say the same, and
is believed where it is surer than it was of any of the changed ones.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from kefu.evaluation.candidates import LANGUAGES
from kefu.evaluation.statistics import LEVEL, Estimate, bound_share, estimate_mean
from kefu.text import Language

LEAST_KAPPA = 0.2
"""Who recognises less is not worth asking; chance alone recognises one in as many as there are."""

MOST_MISSED = 0.05
"""Of changed sentences, those of which it is as sure as has to be, for 19 of 20 trials."""

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
    """How well a model tells sentences of one language apart."""

    outcomes: Sequence[Outcome]

    @property
    def threshold(self) -> float:
        """The log-odds above which it is believed: those of the changed one it was surest of.

        At least 0, where yes and no are equally likely.
        """
        return max([0.0, *(each.other for each in self.outcomes if each.other is not None)])

    @property
    def recognised_count(self) -> int:
        """Sentences that say the same, and of which it was surer than that."""
        return sum(self.recognises(each) for each in self.outcomes)

    def recognises(self, outcome: Outcome) -> bool:
        """Whether it is believed that the one which says the same does."""
        return outcome.same is not None and outcome.same > self.threshold

    @property
    def most_missed(self) -> float:
        """The most that it may miss, as a share of sentences like the changed ones, at LEVEL.

        None of n drawn at random lies above the highest of them, and of all others no more than
        this share does (Wilks 1941, a one-sided tolerance limit without a distribution).
        """
        count = len(self.outcomes)
        return 1 - bound_share(count, count, risk=1 - LEVEL)

    @property
    def kappa(self) -> Estimate:
        """Its agreement with the labels (Cohen 1960), its interval over the sentences.

        With as many that say the same as do not, and none of these above the threshold, it is the
        share that is recognised.
        """
        return estimate_mean([float(self.recognises(each)) for each in self.outcomes], seed=SEED)

    @property
    def problems(self) -> list[str]:
        """Why it is not believed."""
        problems = []
        if self.most_missed > MOST_MISSED:
            problems.append(
                f"{len(self.outcomes)} sentences are too few"
                f" (up to {self.most_missed:.1%} may be missed; at most {MOST_MISSED:.0%})"
            )
        if self.kappa.mean < LEAST_KAPPA:
            problems.append(f"kappa is {self.kappa.mean:.2f} (at least {LEAST_KAPPA})")
        return problems


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
        return {
            language: Skill(outcomes=[each for each in self.outcomes if each.language == language])
            for language in LANGUAGES
        }

    @property
    def thresholds(self) -> Mapping[Language, float]:
        """For the languages in which it is believed."""
        return {
            language: skill.threshold
            for language, skill in self.skills.items()
            if not skill.problems
        }

    @property
    def problems(self) -> list[str]:
        """Why it is not believed in a language."""
        return [
            f"{language}: {'; '.join(skill.problems)}"
            for language, skill in self.skills.items()
            if skill.problems
        ]


@cache
def load_sentences() -> Sequence[Sentences]:
    """Those that come with Kefu, of companies that do not exist."""
    return [Sentences(**json.loads(line)) for line in read_sentences().splitlines()]


def read_sentences() -> str:
    """The file that holds them."""
    path = files("kefu.evaluation") / "pairs" / "rewritten_sentences.jsonl"
    return path.read_text(encoding="utf-8")
