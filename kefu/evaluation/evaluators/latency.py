"""How long the customer waits: for the first sentence that may be shown, and for all of it."""

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _


def measure_first(_case: Case, reply: Reply) -> Grade | None:
    """Seconds until the first sentence; an abstention shows nothing earlier than all of it."""
    seconds = reply.first_sentence_seconds or reply.total_seconds
    if seconds is None:
        return None
    reason = _("The first sentence came after %(seconds)s s.")
    return Grade(value=seconds, reason=reason, values={"seconds": f"{seconds:.2f}"})


def measure_total(_case: Case, reply: Reply) -> Grade | None:
    """Seconds until the end."""
    seconds = reply.total_seconds
    if seconds is None:
        return None
    reason = _("It took %(seconds)s s.")
    return Grade(value=seconds, reason=reason, values={"seconds": f"{seconds:.2f}"})


FIRST_SENTENCE = Evaluator(
    name="first_sentence_seconds", grade=measure_first, unit="s", is_lower_better=True
)
TOTAL = Evaluator(name="total_seconds", grade=measure_total, unit="s", is_lower_better=True)
