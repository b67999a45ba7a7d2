"""Examples of a prompt whose answer became another one that their excerpts do not bear out.

Models copy examples before they keep rules: an answer under the wrong question, in another language
than it, a refusal where there was an answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kefu.answering import find_facts
from kefu.prompts import SectionName, Specification
from kefu.text import detect_language

_ASKS = r"Question|Input|问题|问|输入"
_LABEL = rf"^[ \t>*-]*\**(?:{_ASKS}|Answer|Output|回答|答|输出)\**[ \t]*[:：]\**[ \t]*"
_LABELLED = re.compile(
    rf"({_LABEL})(.*?)(?=\n[ \t]*\n|{_LABEL}|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_ASKING = re.compile(_ASKS, re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedExample:
    """A question, and what the model was and is shown to write."""

    asked: str
    before: str
    after: str


def find_turned_examples(before: Specification, after: Specification) -> Iterator[TurnedExample]:
    """Those whose question stayed."""
    earlier = dict(_list_examples(before))
    refusal = (after.output.refusal if after.output else "") or ""
    body = after.body(SectionName.EXAMPLES)
    for asked, answered in _list_examples(after):
        shown = earlier.get(asked, answered)
        refuses = [bool(refusal) and refusal in each for each in (shown, answered)]
        rest = body.replace(answered, " ", 1)
        is_held = all(each.value in rest for each in find_facts(answered) if each.value.isdigit())
        is_fine = refuses[0] == refuses[1] and is_held
        if answered != shown and not (is_fine and _keeps_language(asked, shown, answered)):
            yield TurnedExample(asked=asked, before=shown, after=answered)


def _keeps_language(asked: str, shown: str, answered: str) -> bool:
    """Whether the answer is in the question's language, if it was before."""
    before, after = (detect_language(each) == detect_language(asked) for each in (shown, answered))
    return after or not before


def _list_examples(specification: Specification) -> Iterator[tuple[str, str]]:
    """What is asked, and what the model is to write."""
    asked = ""
    for each in _LABELLED.finditer(specification.body(SectionName.EXAMPLES)):
        text = " ".join(each[2].split())
        if _ASKING.search(each[1]):
            asked = text
        elif asked:
            yield asked, text
            asked = ""
