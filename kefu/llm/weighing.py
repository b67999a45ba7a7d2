"""How likely a model finds each of a few words as its answer."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

WISHES: Mapping[str, Any] = {"logprobs": True, "top_logprobs": 20}
"""What else could have stood in place of each token: 20 at most in the OpenAI protocol."""


def weigh(text: str, alternatives: Iterable[Mapping[str, float]], words: Sequence[str]) -> float:
    """The log-odds of the first word against the others, where the answer begins.

    Args:
        text: the answer.
        alternatives: for each of its tokens, what could have stood there with its probability.
            Without them the answer counts as certain.
        words: that the model was to choose from, in lower case.

    Returns:
        The natural logarithm of the odds, within MOST_SURE on either side.

    Raises:
        ValueError: the answer is none of the words.
    """
    for at in alternatives:
        chances = [_chance(at, word) for word in words]
        if any(chances):
            return _log_odds(chances[0], sum(chances[1:]))
    written = _bare(text)
    found = next((word for word in words if written.split(maxsplit=1)[:1] == [word]), None)
    if found is None:
        raise ValueError(f"it wrote none of {', '.join(words)}")
    return MOST_SURE if found == words[0] else -MOST_SURE


MOST_SURE = 20.0
"""As a logarithm: one in 500 million."""


def _chance(alternatives: Mapping[str, float], word: str) -> float:
    return sum(chance for token, chance in alternatives.items() if _bare(token) == word)


def _bare(text: str) -> str:
    return "".join(each if each.isalnum() else " " for each in text.casefold()).strip()


def _log_odds(one: float, others: float) -> float:
    least = math.exp(-MOST_SURE)
    return max(-MOST_SURE, min(MOST_SURE, math.log(max(one, least) / max(others, least))))
