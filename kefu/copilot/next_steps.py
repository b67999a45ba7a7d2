"""What to do next in a conversation, most pressing first, each with what says so."""

from collections.abc import Iterator, Sequence

from kefu.copilot.missing import ask_for_missing
from kefu.copilot.phrases import find_cue, phrase
from kefu.copilot.records import Action, Lines, Mood, NextStep, Reading, Reply, Speaker

MOST_STEPS = 4
QUOTED = 80  # characters
STEPS = 2  # list items of a quoted text, from which on it is a procedure
UNHAPPY = frozenset({Mood.ANNOYED, Mood.ANGRY})


def propose_steps(lines: Lines, reply: Reply, reading: Reading) -> Sequence[NextStep]:
    """By what was said last, what the knowledge holds, and how the customer feels."""
    return list(_propose(lines, reply, reading))[:MOST_STEPS]


def _propose(lines: Lines, reply: Reply, reading: Reading) -> Iterator[NextStep]:
    if not lines:
        return
    if reading.is_urgent:
        yield NextStep(action=Action.RAISE_PRIORITY, because=_first(reading.because))
    if reading.mood in UNHAPPY:
        yield NextStep(
            action=Action.CALM_DOWN,
            because=_first(reading.because),
            text=phrase("sorry", reply.language),
        )
    last = lines[-1]
    if last.speaker is not Speaker.CUSTOMER:
        yield NextStep(action=Action.WAIT, because=last.text[:QUOTED])
    elif reply.question:
        yield from _propose_reply(lines, reply)
    elif solved := find_cue("solved", last.text):
        yield NextStep(action=Action.CLOSE, because=solved, text=reply.text)


def _propose_reply(lines: Lines, reply: Reply) -> Iterator[NextStep]:
    asked = [] if reply.is_sure else ask_for_missing(lines, reply.language)
    if asked:
        yield NextStep(
            action=Action.ASK_NUMBER, because=reply.question[:QUOTED], text=" ".join(asked)
        )
    if reply.is_grounded:
        action = Action.FOLLOW_PROCEDURE if _is_procedure(reply) else Action.ANSWER
        yield NextStep(action=action, because=reply.citations[0].title, text=reply.text)
    elif not asked:
        yield NextStep(action=Action.LOOK_UP, because=reply.question[:QUOTED], text=reply.text)


def _is_procedure(reply: Reply) -> bool:
    lines = [line.lstrip() for line in reply.text.splitlines()]
    return (
        sum(line[:1].isdigit() and line[1:3].strip(" ") in {".", ")", "、"} for line in lines)
        >= STEPS
    )


def _first(words: Sequence[str]) -> str:
    return words[0] if words else ""
