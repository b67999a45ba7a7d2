"""How many tokens a text takes, where the tokenizer is not known."""

import math

LATIN_CHARACTERS_PER_TOKEN = 3.5
FIRST_WIDE_CHARACTER = "\u2e80"
"""From here on stand the CJK blocks, counted as a token each."""

LEAST_LEARNED_FROM = 200
"""Tokens; in shorter texts the frame around them weighs too much."""

LEARNING_RATE = 0.2
CAUTION = 1.1


def estimate_tokens(text: str) -> int:
    """Tokens without the tokenizer: one a CJK character, one in 3.5 of all others.

    Current models need 0.6 to 1 a Chinese character and 0.2 to 0.3 a Latin one.
    """
    wide = 0 if text.isascii() else sum(map(FIRST_WIDE_CHARACTER.__le__, text))
    return wide + math.ceil((len(text) - wide) / LATIN_CHARACTERS_PER_TOKEN)


class TokenCounter:
    """The estimate, corrected by what a model reports of the texts it was given."""

    def __init__(self) -> None:
        self._ratio = 1.0

    def count(self, text: str) -> int:
        """Tokens, rather too many."""
        return math.ceil(estimate_tokens(text) * self._ratio)

    def learn(self, text: str, reported_tokens: int | None) -> None:
        """Move towards the reported number (exponential smoothing), a tenth above it."""
        estimated = estimate_tokens(text)
        if reported_tokens is None or estimated < LEAST_LEARNED_FROM:
            return
        seen = min(max(CAUTION * reported_tokens / estimated, 0.3), 3.0)
        self._ratio += LEARNING_RATE * (seen - self._ratio)
