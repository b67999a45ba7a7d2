"""Whether the answer says what a right answer says."""

from kefu.answering import count_facts
from kefu.evaluation.evaluators import behaviour, citations
from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _


def cover_facts(case: Case, reply: Reply) -> Grade | None:
    """Share of the facts that it states, whatever the case, width and markup of the letters."""
    if not case.facts:
        return None
    stated = reply.answer if reply.is_answer else ""
    missing = [group[0] for group in case.facts if not count_facts([group], stated)]
    value = 1 - len(missing) / len(case.facts)
    if not missing:
        return Grade(value=value, reason=_("It states every fact."))
    reason = _("It does not state: %(missing)s.")
    return Grade(value=value, reason=reason, values={"missing": "; ".join(missing)})


def judge(case: Case, reply: Reply) -> Grade:
    """One when it does what is expected and an answer states every fact.

    Where a case names documents and no facts, the answer has to cite one of them.
    """
    done = behaviour.grade(case, reply)
    if not done.value or not reply.is_answer:
        return done
    stated = cover_facts(case, reply)
    if stated is not None:
        return Grade(value=float(stated.value == 1.0), reason=stated.reason, values=stated.values)
    cited = citations.measure_recall(case, reply)
    if cited is not None and not cited.value:
        return Grade(value=0.0, reason=cited.reason, values=cited.values)
    return done


ACCURACY = Evaluator(name="accuracy", grade=judge)
FACT_COVERAGE = Evaluator(name="fact_coverage", grade=cover_facts)
