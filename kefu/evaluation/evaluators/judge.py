"""What a model thinks of a reply; how far people agree with it stands beside it."""

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _


def grade(_case: Case, reply: Reply) -> Grade | None:
    """One when the model calls it good."""
    if reply.verdict is None:
        return None
    reason = _("The model that judges says: %(reason)s")
    values = {"reason": reply.verdict.reason}
    return Grade(value=float(reply.verdict.is_good), reason=reason, values=values)


JUDGE = Evaluator(name="judge", grade=grade)
