"""A linear classifier of embeddings: multinomial logistic regression, fitted elsewhere."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from kefu.llm import Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """What was fitted.

    Attributes:
        embedder: whose vectors it reads; those of another mean nothing to it.
        labels: one a row of the weights.
        centre: (dimensions,) mean of the vectors it was fitted on, taken out of every vector.
        weights: (labels, dimensions) float32.
        offsets: (labels,) float32.
    """

    embedder: str
    labels: tuple[str, ...]
    centre: Vectors
    weights: Vectors
    offsets: Vectors

    def classify(self, vectors: Vectors) -> Vectors:
        """Probabilities (texts, labels) of vectors (texts, dimensions)."""
        scores: Vectors = self.prepare(vectors) @ self.weights.T + self.offsets
        shares: Vectors = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return shares

    def prepare(self, vectors: Vectors) -> Vectors:
        """What the weights are for: without what all texts share, of length 1."""
        apart = vectors - self.centre
        prepared: Vectors = apart / np.linalg.norm(apart, axis=1, keepdims=True)
        return prepared

    def save(self, path: Path) -> None:
        """Write it as a file of NumPy."""
        np.savez_compressed(
            path,
            embedder=np.array(self.embedder),
            labels=np.array(self.labels),
            centre=self.centre,
            weights=self.weights.astype(np.float32),
            offsets=self.offsets.astype(np.float32),
        )


@cache
def load_classifier(package: str = "kefu.answering.intents", name: str = "turns") -> Classifier:
    """One that Kefu ships, for vectors of the built-in embedder: by default that of turns."""
    with as_file(files(package) / f"{name}.npz") as path, np.load(path) as held:
        return Classifier(
            embedder=str(held["embedder"]),
            labels=tuple(map(str, held["labels"])),
            centre=held["centre"],
            weights=held["weights"],
            offsets=held["offsets"],
        )
