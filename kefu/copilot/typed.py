"""A proposal goes on from what the member of staff has typed already, letter by letter."""

import re
from collections.abc import Sequence

from kefu.answering import are_alike
from kefu.text import fold_text, query_terms, split_sentences

SAID = 0.7  # of the words of a sentence in what is typed, from which on it is said
_ENDED = re.compile(r"[.!?。！？:：;；…)\]”\"]\s*$|\n\s*$")
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]", re.IGNORECASE)


def go_on(typed: str, sentences: Sequence[str]) -> str:
    """What was typed, then those sentences that it does not say yet.

    A sentence that begins as the last, unfinished one that was typed finishes it; otherwise the
    rest stands in a paragraph of its own.
    """
    if not typed.strip():
        return join_sentences(sentences)
    last = _unfinished(typed)
    left = [each for each in sentences if not is_said(each, typed)]
    if last:
        finishing = next((each for each in left if is_begun(each, last)), None)
        if finishing is not None:
            others = [each for each in left if each is not finishing]
            whole = typed + _rest(finishing, last)
            return join_sentences([whole, *others]) if others else whole
    return typed + (_gap(typed, last) if left else "") + join_sentences(left)


def is_said(sentence: str, typed: str) -> bool:
    """Whether what was typed says it, in the same words or nearly so."""
    spans = [span.text for span in split_sentences(typed)]
    if any(_ENDED.search(each) and are_alike(sentence, each) for each in spans):
        return True
    words = set(query_terms(sentence))
    return (
        bool(words)
        and len(words & set(query_terms(typed))) >= SAID * len(words)
        and bool(_ENDED.search(typed))
    )


def join_sentences(sentences: Sequence[str]) -> str:
    """Sentences of one message: a space between Latin ones, lists on lines of their own."""
    text = ""
    for each in sentences:
        if not text or text.endswith("\n"):
            gap = ""
        elif "\n" in each.strip() or each.lstrip().startswith(("- ", "* ", "1.")):
            gap = "\n"
        else:
            gap = " " if text[-1].isascii() else ""
        text += gap + (each if each.endswith("\n") else each.strip())
    return text.strip()


def _gap(typed: str, last: str) -> str:
    """What stands between what was typed and a sentence that goes on from it."""
    if typed.endswith("\n"):
        return ""
    if last:
        return "\n"
    return " " if typed.isascii() and not typed[-1].isspace() else ""


def _unfinished(typed: str) -> str:
    """The beginning of the sentence that was not finished; empty where the last one was."""
    if _ENDED.search(typed):
        return ""
    ends = [found.end() for found in re.finditer(r"[.!?。！？\n]\s*", typed)]
    return typed[ends[-1] if ends else 0 :]


def is_begun(sentence: str, beginning: str) -> bool:
    """Whether what was typed is the beginning of a sentence, its last word maybe half of one."""
    mine, theirs = _WORD.findall(fold_text(beginning)), _WORD.findall(fold_text(sentence))
    if not mine or len(mine) > len(theirs) or mine == theirs:
        return False
    return mine[:-1] == theirs[: len(mine) - 1] and theirs[len(mine) - 1].startswith(mine[-1])


def _rest(sentence: str, beginning: str) -> str:
    """What of the sentence stands behind its beginning, as it is written there."""
    wanted = sum(map(len, _WORD.findall(fold_text(beginning))))
    for at, _ in enumerate(sentence):
        if sum(map(len, _WORD.findall(fold_text(sentence[: at + 1])))) == wanted:
            rest = sentence[at + 1 :]
            return rest.lstrip() if beginning.endswith(" ") else rest
    return ""
