"""Whether what an answer says stands in what it cites.

The check is not that of `kefu.answering`, which decides what is shown: sentence by sentence, by
literal comparison with the chunks that the sentence itself cites. Every number and every code must
stand there, every capitalised name too, and at least LEAST_SHARED of its words by their stems.
Between two languages words cannot be compared, so there numbers and codes decide alone. The share
of supported statements is what Es et al. 2023 (RAGAS) call faithfulness.
"""

import re
from collections.abc import Sequence

from kefu.answering import is_own_phrase
from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import Span, SpanKind, detect_language, fold_text, index_terms, split_sentences
from kefu.text import translatable as _

LEAST_SHARED = 0.6
LEAST_LETTERS = 4  # shorter sentences state nothing
MOST_SHOWN = 3

_MARKER = re.compile(r"\[(\d{1,3})\]")
_LATE_MARKERS = re.compile(r"([.。!！?？;；:：])[ \t]*((?:\[\d{1,3}\])+)")
"""Behind the end of their sentence."""

_SEPARATOR = re.compile(r"(?<=\d)[,，](?=\d{3})")
_NUMBER = re.compile(r"\d+(?:[.:/-]\d+)*")
_WIDE = str.maketrans("：，；、", "    ")
_CODE = re.compile(r"[a-z]+[-_]?\d[\w-]*")
_LIST_NUMBER = re.compile(r"^\s*(?:[-*+•]\s+|\(?\d{1,2}[.)、]\s*)+")
_NAME = re.compile(r"(?<![.!?:;\"“(|] )(?<!^)(?<![\w.@-])[A-Z][a-z]{2,}")


def grade(_case: Case, reply: Reply) -> Grade | None:
    """Share of the sentences that what they cite supports."""
    if not reply.is_answer:
        return None
    text = _LATE_MARKERS.sub(r" \2\1", reply.answer)
    sentences = [each for each in split_sentences(text) if _states_something(each)]
    if not sentences:
        return None
    doubtful = [
        problem
        for each in sentences
        if (problem := find_problem(_MARKER.sub("", each.text), _grounds(each.text, reply)))
    ]
    value = 1 - len(doubtful) / len(sentences)
    if not doubtful:
        return Grade(value=value, reason=_("What it cites supports every sentence."))
    reason = _("Of %(count)s sentences %(wrong)s are not supported: %(problems)s")
    values: dict[str, str | int | float] = {
        "count": len(sentences),
        "wrong": len(doubtful),
        "problems": " / ".join(doubtful[:MOST_SHOWN]),
    }
    return Grade(value=value, reason=reason, values=values)


def find_problem(sentence: str, grounds: str) -> str:
    """What of a sentence does not stand in the grounds; empty when all does."""
    said = _LIST_NUMBER.sub("", sentence).strip()
    held = _SEPARATOR.sub("", fold_text(grounds))
    missing = sorted(_find_numbers(said) - _find_numbers(grounds))
    missing += sorted(code for code in _CODE.findall(fold_text(said)) if code not in held)
    if missing:
        return f"{', '.join(missing)} ({said})"
    languages = {detect_language(each) for each in (said, grounds)}
    if not grounds or len(languages) > 1:
        return "" if grounds else f"– ({said})"
    names = [each for each in _NAME.findall(said) if each.lower() not in held]
    if names:
        return f"{', '.join(names)} ({said})"
    words = set(index_terms(said))
    unheld = sorted(words - set(index_terms(grounds)))
    is_supported = not words or 1 - len(unheld) / len(words) >= LEAST_SHARED
    return "" if is_supported else f"{', '.join(unheld)} ({said})"


def _states_something(span: Span) -> bool:
    text = _MARKER.sub("", span.text).strip()
    is_long = sum(letter.isalnum() for letter in text) >= LEAST_LETTERS
    return is_long and span.kind is not SpanKind.HEADING and not is_own_phrase(text)


def _grounds(sentence: str, reply: Reply) -> str:
    """The chunks cited by the sentence, or by the whole answer where it names none."""
    own = {int(number) for number in _MARKER.findall(sentence)}
    cited: Sequence[str] = [each.text for each in reply.citations if each.marker in own]
    return "\n".join(cited or [each.text for each in reply.citations])


def _find_numbers(text: str) -> set[str]:
    """Without separators of thousands and closing zeros: 1,200.50 is 1200.5."""
    parted = _SEPARATOR.sub("", text).translate(_WIDE)
    found = _NUMBER.findall(fold_text(parted))
    return {each.rstrip("0").rstrip(".") if each.count(".") == 1 else each for each in found}


FAITHFULNESS = Evaluator(name="faithfulness", grade=grade)
