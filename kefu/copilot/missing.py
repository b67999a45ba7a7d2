"""What a customer has not said yet and staff needs: the order number, the wording of an error."""

from kefu.answering import find_facts
from kefu.copilot.phrases import has_cue, phrase
from kefu.copilot.records import Lines, Speaker
from kefu.text import Language, find_identifiers, simplify_text

SHORTEST_NUMBER = 4


def ask_for_missing(lines: Lines, language: Language) -> list[str]:
    """Questions for it, in house style; nothing where all is there."""
    said = [line.text for line in lines if line.speaker is Speaker.CUSTOMER]
    asked = []
    if any(has_cue("needs_number", text) for text in said) and not any(map(_has_number, said)):
        asked.append(phrase("ask_number", language))
    if any(has_cue("needs_error", text) for text in said) and not any(map(_has_code, said)):
        asked.append(phrase("ask_error", language))
    return asked


def _has_number(text: str) -> bool:
    digits = [
        fact.value
        for fact in find_facts(simplify_text(text))
        if fact.kind in {"number", "code"} and fact.unit is None
    ]
    return any(sum(map(str.isdigit, value)) >= SHORTEST_NUMBER for value in digits)


def _has_code(text: str) -> bool:
    return bool(find_identifiers(text)) or any(mark in text for mark in "“\"「'‘")
