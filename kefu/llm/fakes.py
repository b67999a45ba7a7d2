"""An embedder and an endpoint without a model, for tests of everything above them."""

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from itertools import pairwise

import numpy as np

from kefu.errors import ModelUnavailable
from kefu.llm.calls import OnCall, ignore_call
from kefu.llm.tokens import estimate_tokens
from kefu.llm.vectors import Vectors, normalise
from kefu.viewer import DataClass

WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")


class FakeEmbedder:
    """Hashed words, Chinese in pairs of characters: texts that share words are near each other."""

    name = "fake"
    max_tokens = 512
    data_class = DataClass.RESTRICTED

    def __init__(self, *, dimensions: int = 384) -> None:
        """Take the dimensions the database has, or others to see it refuse them."""
        self.dimensions = dimensions

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """The same text has the same vector, always and everywhere."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for term in _terms(text):
                digest = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest())
                row[digest % self.dimensions] += 1.0 if digest >> 63 else -1.0
            row[0] += 0.0 if row.any() else 1.0
        return normalise(rows)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """As documents."""
        return await self.embed_documents(texts)

    def count_tokens(self, text: str) -> int:
        """The estimate."""
        return estimate_tokens(text)

    async def aclose(self) -> None:
        """Nothing is open."""


class ScriptedEndpoint:
    """Says what it was told to say.

    Attributes:
        prompts: what it was asked, as (instructions, prompt).
        data_classes: the class that was stated each time.
        was_closed_early: the last stream was given up before its end.
    """

    name = "scripted"

    def __init__(
        self,
        deltas: Sequence[str],
        *,
        delay_seconds: float = 0.0,
        fails_after: int | None = None,
        context_tokens: int = 8192,
    ) -> None:
        """With `fails_after` it gives that many deltas and then is unavailable."""
        self.prompts: list[tuple[str, str]] = []
        self.data_classes: list[DataClass] = []
        self.was_closed_early = False
        self.context_tokens = context_tokens
        self._deltas = tuple(deltas)
        self._delay_seconds = delay_seconds
        self._fails_after = fails_after

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,  # noqa: ARG002
        data_class: DataClass = DataClass.RESTRICTED,
        on_call: OnCall = ignore_call,  # noqa: ARG002
    ) -> AsyncGenerator[str, None]:
        """The deltas, each after the delay."""
        self.prompts.append((instructions, prompt))
        self.data_classes.append(data_class)
        self.was_closed_early = True
        for delta in self._deltas[: self._fails_after]:
            await asyncio.sleep(self._delay_seconds)
            yield delta
        if self._fails_after is not None:
            raise ModelUnavailable("The scripted endpoint fails as it was told to.")
        self.was_closed_early = False

    def count_tokens(self, text: str) -> int:
        """The estimate."""
        return estimate_tokens(text)

    async def aclose(self) -> None:
        """Nothing is open."""


def _terms(text: str) -> list[str]:
    words = WORD.findall(text.lower())
    pairs = [a + b for a, b in pairwise(words) if not (a + b).isascii()]
    return words + pairs
