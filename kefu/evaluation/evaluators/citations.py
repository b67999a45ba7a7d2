"""Whether an answer cites what it should, and only that.

Precision and recall as of retrieved documents (Manning, Raghavan and Schütze 2008, chapter 8), over
the documents that the answer cites.
"""

from kefu.evaluation.evaluators.evaluator import Evaluator, names
from kefu.evaluation.records import Case, Cited, Grade, Reply
from kefu.text import translatable as _


def measure_precision(case: Case, reply: Reply) -> Grade | None:
    """Share of the cited documents that the case names."""
    cited = _documents(reply)
    if not case.citations or not reply.is_answer or not cited:
        return None
    wrong = [each.uri for each in cited if not _is_named(case, each)]
    value = 1 - len(wrong) / len(cited)
    if not wrong:
        return Grade(value=value, reason=_("It cites no other document than those named."))
    reason = _("It also cites: %(others)s.")
    return Grade(value=value, reason=reason, values={"others": "; ".join(wrong)})


def measure_recall(case: Case, reply: Reply) -> Grade | None:
    """Share of the groups of documents named by the case of which one is cited."""
    if not case.citations or not reply.is_answer:
        return None
    cited = _documents(reply)
    missing = [
        group[0]
        for group in case.citations
        if not any(names(name, each) for name in group for each in cited)
    ]
    value = 1 - len(missing) / len(case.citations)
    if not missing:
        return Grade(value=value, reason=_("It cites what it should."))
    reason = _("It does not cite: %(missing)s.")
    return Grade(value=value, reason=reason, values={"missing": "; ".join(missing)})


def _documents(reply: Reply) -> list[Cited]:
    return list({(each.uri, each.id): each for each in reply.citations}.values())


def _is_named(case: Case, cited: Cited) -> bool:
    return any(names(name, cited) for group in case.citations for name in group)


PRECISION = Evaluator(name="citation_precision", grade=measure_precision)
RECALL = Evaluator(name="citation_recall", grade=measure_recall)
