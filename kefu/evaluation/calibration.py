"""Whether confidence says how often answers are right: reliability, ECE, Brier, recalibration."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kefu.answering import recalibrate

BINS = 10
EDGE = 1e-3
"""Confidence is reported in thousandths; its log odds are taken no further out."""

STEPS = 100
RIDGE = 1e-3

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An answer with its confidence as the model of confidence gives it.

    Attributes:
        is_near: whether the first document found is one that answers; None where no case says.
    """

    case_id: str
    confidence: float
    is_right: bool
    is_near: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A straight line through the log odds of confidence (Platt 1999)."""

    slope: float = 1.0
    intercept: float = 0.0

    def apply(self, confidence: float) -> float:
        """The confidence on this scale."""
        return recalibrate(confidence, slope=self.slope, intercept=self.intercept)

    def undo(self, confidence: float) -> float:
        """The confidence that this scale makes this of."""
        if not 0 < confidence < 1:
            return confidence
        odds = (math.log(confidence / (1 - confidence)) - self.intercept) / self.slope
        return 1 / (1 + math.exp(-odds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Answers of like confidence.

    Attributes:
        confidence: their mean.
        right_share: how many of them are right.
    """

    low: float
    high: float
    confidence: float
    right_share: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How well confidence says how often answers are right.

    Attributes:
        ece: expected calibration error.
        brier: mean squared distance of confidence and outcome.
        bins: from the lowest confidence to the highest.
    """

    ece: float
    brier: float
    bins: Sequence[Bin]


def measure_reliability(confidences: Sequence[float], rights: Sequence[bool]) -> Reliability:
    """ECE over bins of equal mass, and the Brier score.

    ECE is the mean over the bins, weighted by their answers, of how far confidence and share of
    right answers lie apart (Naeini, Cooper and Hauskrecht 2015); bins hold as many answers each,
    because bins of equal width are mostly empty where confidence is mostly high (Nixon et al. 2019,
    "Measuring Calibration in Deep Learning"). The score is that of Brier 1950.
    """
    sure = np.asarray(confidences, dtype=float)
    right = np.asarray(rights, dtype=float)
    parts = [part for part in np.array_split(np.argsort(sure, kind="stable"), BINS) if len(part)]
    bins = [
        Bin(
            low=float(sure[part].min()),
            high=float(sure[part].max()),
            confidence=float(sure[part].mean()),
            right_share=float(right[part].mean()),
            count=len(part),
        )
        for part in parts
    ]
    apart = sum(each.count * abs(each.confidence - each.right_share) for each in bins)
    return Reliability(ece=apart / len(sure), brier=float(np.mean((sure - right) ** 2)), bins=bins)


def fit_scale(confidences: Sequence[float], rights: Sequence[bool]) -> Scale | None:
    """The line through the log odds that fits best; None where more confidence is not more right.

    Platt 1999 with his targets, which keep a few samples from being certain; Newton's method with
    a hint of ridge.
    """
    held = np.clip(np.asarray(confidences, dtype=float), EDGE, 1 - EDGE)
    right = np.asarray(rights, dtype=bool)
    rows = np.stack([np.log(held / (1 - held)), np.ones(len(held))], axis=1)
    good, bad = int(right.sum()), int((~right).sum())
    targets = np.where(right, (good + 1) / (good + 2), 1 / (bad + 2))
    line: Numbers = np.array([1.0, 0.0])
    for _ in range(STEPS):
        guess = 1 / (1 + np.exp(-np.clip(rows @ line, -30, 30)))
        gradient = rows.T @ (targets - guess) - RIDGE * line
        hessian = (rows * (guess * (1 - guess))[:, None]).T @ rows + RIDGE * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        line = line + step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-9:
            break
    slope, intercept = (round(float(each), 3) for each in line)
    return Scale(slope=slope, intercept=intercept) if slope > 0 else None
