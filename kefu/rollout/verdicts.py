"""What the gate says of a release: what keeps it from going live, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kefu.evaluation import GateCheck, UnprovenInstruction
from kefu.text import translatable as _

NO_DATASET = _(
    "There is no dataset of at least %(count)s cases to prove it on: see kefu evaluation import."
)
ACKNOWLEDGE = _(
    "Look at each of them and say why it is right: `kefu releases promote %(release)s --acknowledge"
    " REASON`, or “Why they are right” on the page of the release."
)
OVERRIDE = _(
    "What cannot wait is made live all the same by an administrator: `kefu releases override"
    " %(release)s --reason REASON`, or “Release it past the gate” on the page of the release."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcoming:
    """What keeps a release from going live.

    Attributes:
        dataset: by which it shows; empty where none does.
        sentence: with %(name)s where `values` go; the key of its translations.
        in_terminal: the same where it names a command and not a button; empty where it is no other.
    """

    dataset: str = ""
    sentence: str
    values: Mapping[str, object]
    in_terminal: str = ""

    def __str__(self) -> str:
        said = (self.in_terminal or self.sentence) % self.values
        return f"{self.dataset}: {said}" if self.dataset else said


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """What can be done about it: a sentence as that of a shortcoming."""

    sentence: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return self.sentence % self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVerdict:
    """What the gate says by one dataset.

    Attributes:
        experiment_id: of the release; `baseline_id` of the live one.
        missing: why there is nothing to hold against the gates; None: there is.
        win_count: cases that are right by the release and not by the live one; `loss_count` the
            other way.
    """

    dataset: str
    experiment_id: int | None = None
    baseline_id: int | None = None
    checks: Sequence[GateCheck] = ()
    missing: Shortcoming | None = None
    win_count: int = 0
    loss_count: int = 0

    @property
    def is_passed(self) -> bool:
        """Whether there is something to judge, and no check that counts fails."""
        return not self.shortcomings

    @property
    def shortcomings(self) -> Sequence[Shortcoming]:
        """What is missing, else the checks that count and fail."""
        if self.missing is not None:
            return [self.missing]
        return [
            Shortcoming(dataset=self.dataset, sentence=each.sentence, values=each.values)
            for each in self.checks
            if each.counts and not each.is_passed
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseVerdict:
    """Whether a release may go live.

    Attributes:
        datasets: all that have enough cases to prove something.
        least_cases: so many.
        unproven: what its prompts ask otherwise than the live ones and no case shows.
        doubt: why that keeps it from going live; None: it does not.
        gone: the endpoint it writes with that is not here; None: all of them are.
    """

    release_id: int
    datasets: Sequence[DatasetVerdict]
    least_cases: int
    unproven: Sequence[UnprovenInstruction] = ()
    doubt: Shortcoming | None = None
    gone: Shortcoming | None = None

    @property
    def holds(self) -> bool:
        """Whether every dataset is passed, there is one, and what it writes with is here."""
        return (
            self.gone is None
            and bool(self.datasets)
            and all(each.is_passed for each in self.datasets)
        )

    @property
    def is_passed(self) -> bool:
        """Whether it may go live without anybody's word."""
        return self.holds and self.doubt is None

    @property
    def shortcomings(self) -> Sequence[Shortcoming]:
        """What keeps it from going live."""
        doubts = [each for each in (self.gone, self.doubt) if each is not None]
        if not self.datasets:
            none = Shortcoming(sentence=NO_DATASET, values={"count": self.least_cases})
            return [none, *doubts]
        return [*(short for each in self.datasets for short in each.shortcomings), *doubts]

    @property
    def problems(self) -> Sequence[str]:
        """The same, a sentence each."""
        return [str(each) for each in self.shortcomings]

    @property
    def way_out(self) -> WayOut | None:
        """What somebody can do who wants it live all the same; None: it may go live."""
        if self.is_passed:
            return None
        sentence = ACKNOWLEDGE if self.holds else OVERRIDE
        return WayOut(sentence=sentence, values={"release": self.release_id})

    def as_record(self) -> dict[str, Any]:
        """What is kept with the move."""
        return {
            "is_passed": self.is_passed,
            "problems": list(self.problems),
            "datasets": [asdict(each) for each in self.datasets],
            "unproven": [asdict(each) for each in self.unproven],
        }
