"""Models that read two texts, and what shows that one of them may be believed.

Kefu comes with sentences, each with another one that says the same and with one in which a single
thing was changed: who, when, in which unit. A model is believed when it takes none of the changed
ones for the same, and agrees with what the others were written to say.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from kefu.evaluation.statistics import LEVEL, Estimate, bound_share, estimate_mean
from kefu.text import Language

LEAST_KAPPA = 0.8
"""Almost perfect agreement (Landis and Koch 1977)."""

MOST_MISSED = 0.05
"""Of changed sentences, those that it takes for the same, for 19 of 20 trials: with 66 of them, one
that it takes for the same is one too many."""

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
    """Of which of the two a model said that it says the same.

    Attributes:
        unread_count: of its answers, those that were none.
    """

    id: str
    kind: str
    is_same: bool
    is_other: bool
    unread_count: int


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
    def recognised_count(self) -> int:
        """Sentences that say the same, and that it took for the same."""
        return sum(each.is_same for each in self.outcomes)

    @property
    def missed_count(self) -> int:
        """Sentences that say something else, and that it took for the same."""
        return sum(each.is_other for each in self.outcomes)

    @property
    def unread_count(self) -> int:
        """Answers that were none."""
        return sum(each.unread_count for each in self.outcomes)

    @property
    def most_missed(self) -> float:
        """The upper bound of the share that it misses (Clopper and Pearson 1934, one side)."""
        count = len(self.outcomes)
        return 1 - bound_share(count - self.missed_count, count, risk=1 - LEVEL)

    @property
    def kappa(self) -> Estimate:
        """Its agreement with the labels (Cohen 1960), its interval over the sentences.

        With as many that say the same as do not, kappa is how much more often it says so of those
        that do.
        """
        return estimate_mean([each.is_same - each.is_other for each in self.outcomes], seed=SEED)

    @property
    def problems(self) -> list[str]:
        """Why it is not believed."""
        count, kappa = len(self.outcomes), self.kappa.mean
        problems = []
        if self.most_missed > MOST_MISSED:
            problems.append(
                f"it takes {self.missed_count} of {count} sentences that say something else for the"
                f" same (up to {self.most_missed:.1%}; at most {MOST_MISSED:.0%})"
            )
        if kappa < LEAST_KAPPA:
            problems.append(f"kappa is {kappa:.2f} (at least {LEAST_KAPPA})")
        return problems

    @property
    def is_trusted(self) -> bool:
        """Whether it may clear doubts."""
        return not self.problems


@cache
def load_sentences() -> Sequence[Sentences]:
    """Those that come with Kefu, of a company that does not exist."""
    return [Sentences(**json.loads(line)) for line in read_sentences().splitlines()]


def read_sentences() -> str:
    """The file that holds them."""
    path = files("kefu.evaluation") / "pairs" / "rewritten_sentences.jsonl"
    return path.read_text(encoding="utf-8")
