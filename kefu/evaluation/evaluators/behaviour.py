"""Whether it answers what it should answer, and abstains, asks back or hands over otherwise."""

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _


def grade(case: Case, reply: Reply) -> Grade:
    """One when it does what is expected."""
    if reply.behaviour is None:
        return Grade(value=0.0, reason=_("There is no answer: %(error)s"), values=_error(reply))
    values = {"expected": case.behaviour.value, "did": reply.behaviour.value}
    if case.behaviour is reply.behaviour:
        return Grade(value=1.0, reason=_("It does what is expected: %(expected)s."), values=values)
    reason = _("Expected is %(expected)s, it does %(did)s.")
    return Grade(value=0.0, reason=reason, values=values)


def _error(reply: Reply) -> dict[str, str]:
    return {"error": reply.error or ""}


BEHAVIOUR = Evaluator(name="behaviour", grade=grade)
