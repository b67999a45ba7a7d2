"""How much of what a model wrote was fit to be shown, before Kefu made up for it.

Verification drops what nothing supports, finds the citation that a sentence lacks, and quotes the
knowledge where too little is left: answers stay right although the prompt or the model became
worse. These grades are of the model's own work, and there are none where no model was asked.
"""

from kefu.answering import Writing, WritingEnd
from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _

_REFUSALS = frozenset({WritingEnd.REFUSED, WritingEnd.LEAKED})


def measure_kept(_case: Case, reply: Reply) -> Grade | None:
    """Share of the sentences that could be shown; nothing where it refused without a word."""
    writing = reply.writing
    if writing is None:
        return None
    if writing.written_count:
        reason = _("Of %(count)s sentences %(kept)s were kept.")
        if writing.dropped:
            reason = _("Of %(count)s sentences %(kept)s were kept; dropped for: %(why)s.")
        values: dict[str, str | int | float] = {
            "count": writing.written_count,
            "kept": writing.kept_count,
            "why": ", ".join(f"{name} {count}" for name, count in writing.dropped.items()),
        }
        share = writing.kept_count / writing.written_count
        return Grade(value=share, reason=reason, values=values)
    if writing.end in _REFUSALS:
        reason = _("The model found no answer although there was enough to answer from.")
        return Grade(value=0.0, reason=reason)
    return None


def measure_cited(_case: Case, reply: Reply) -> Grade | None:
    """Share of the kept sentences that rest on what the model itself named."""
    writing = reply.writing
    if writing is None or not writing.kept_count:
        return None
    own = writing.kept_count - writing.repaired_count
    reason = _("Of %(count)s kept sentences %(own)s cite what supports them.")
    values = {"count": writing.kept_count, "own": own}
    return Grade(value=own / writing.kept_count, reason=reason, values=values)


def find_fallback(_case: Case, reply: Reply) -> Grade | None:
    """One when the knowledge had to be quoted beside or instead of what the model wrote."""
    if reply.writing is None:
        return None
    if not reply.writing.is_quoted:
        return Grade(value=0.0, reason=_("What the model wrote is the whole answer."))
    reason = _("The knowledge was quoted because of what the model wrote (%(end)s).")
    return Grade(value=1.0, reason=reason, values={"end": _name_end(reply.writing)})


def _name_end(writing: Writing) -> str:
    if writing.end is WritingEnd.FINISHED:
        return f"{writing.kept_count}/{writing.written_count}"
    return writing.end.value


KEPT = Evaluator(name="writing_kept", grade=measure_kept)
CITED = Evaluator(name="writing_cited", grade=measure_cited)
FELL_BACK = Evaluator(name="fell_back", grade=find_fallback, is_lower_better=True)
