"""Whether the reply is in the language of the customer."""

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import detect_language
from kefu.text import translatable as _


def grade(case: Case, reply: Reply) -> Grade | None:
    """One when it is; a document quoted in its own language counts as another one."""
    if reply.error is not None or not reply.answer:
        return None
    values = {"wanted": case.language, "is": detect_language(reply.answer)}
    if values["wanted"] == values["is"]:
        return Grade(value=1.0, reason=_("It is in the customer's language."))
    reason = _("The customer writes %(wanted)s, the answer is %(is)s.")
    return Grade(value=0.0, reason=reason, values=values)


LANGUAGE = Evaluator(name="language", grade=grade)
