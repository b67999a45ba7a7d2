"""Messages without a word: what the emoji in them say."""

import unicodedata
from collections.abc import Sequence

from kefu.answering.records import Intent, Turn

KIND = frozenset("😀😃😄😁😆😅😊🙂😉😌😍🥰😘🤗😎🥳👍👌👏🙌🙏🤝💪❤♥💕💖💗🎉🌹🌷💐✅✔☺💯")
ANGRY = frozenset("😠😡🤬😤😾💢👎🖕😒🙄😑😞😟😔😕🙁☹😣😖😫😩😢😭😿💔👿🤮💩")
GREETING = "👋"


def last_words(history: Sequence[Turn]) -> str:
    """The last message with words, which tells the language of one without any."""
    return next((each.question for each in reversed(history) if has_words(each.question)), "")


def has_words(message: str) -> bool:
    """Whether there is a letter or a digit in a message."""
    return any(sign.isalnum() for sign in message)


def read_emoji(message: str) -> Intent | None:
    """What a message of nothing but emoji and marks wants, None: it is no such message.

    Only kind ones are thanks and one angry one is a complaint; of others nobody can tell.
    """
    if has_words(message):
        return None
    emoji = [sign for sign in message if unicodedata.category(sign) == "So"]
    if not emoji:
        return None
    if not ANGRY.isdisjoint(emoji):
        return Intent.COMPLAINT
    if KIND.issuperset(emoji):
        return Intent.THANKS
    return Intent.GREETING if set(emoji) == {GREETING} else Intent.QUESTION
