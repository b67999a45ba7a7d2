"""How many tokens a text takes, where the tokenizer is not known."""

import math

LATIN_CHARACTERS_PER_TOKEN = 3.5
FIRST_WIDE_CHARACTER = "\u2e80"
"""From here on stand the CJK blocks, counted as a token each."""


def estimate_tokens(text: str) -> int:
    """Tokens without the tokenizer: one a CJK character, one in 3.5 of all others.

    Current models need 0.6 to 1 a Chinese character and 0.2 to 0.3 a Latin one.
    """
    wide = sum(character >= FIRST_WIDE_CHARACTER for character in text)
    return wide + math.ceil((len(text) - wide) / LATIN_CHARACTERS_PER_TOKEN)
