"""How well the hits rank the documents that a case names.

Recall@k; the reciprocal rank, whose mean is MRR (Voorhees 1999); nDCG@k with binary gains (Järvelin
and Kekäläinen 2002). Of documents that stand for each other the first one found counts.
"""

from math import log2

from kefu.evaluation.evaluators.evaluator import Evaluator, names
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _

K = 10


def measure_recall(case: Case, reply: Reply) -> Grade | None:
    """Share of the groups of documents of which one stands among the first hits."""
    if not _is_searched(case, reply):
        return None
    ranks = _ranks(case, reply)
    reached = [rank for rank in ranks if rank and rank <= K]
    reason = _("Of %(wanted)s documents %(found)s stand among the first %(k)s.")
    values = {"wanted": len(ranks), "found": len(reached), "k": K}
    return Grade(value=len(reached) / len(ranks), reason=reason, values=values)


def measure_reciprocal_rank(case: Case, reply: Reply) -> Grade | None:
    """One by the place of the first document that is named."""
    if not _is_searched(case, reply):
        return None
    first = min((rank for rank in _ranks(case, reply) if rank), default=0)
    if not first:
        return Grade(value=0.0, reason=_("No document that is named was found."))
    reason = _("The first document that is named stands at place %(place)s.")
    return Grade(value=1 / first, reason=reason, values={"place": first})


def measure_ndcg(case: Case, reply: Reply) -> Grade | None:
    """Discounted gain of the first hits, by that of the best order."""
    if not _is_searched(case, reply):
        return None
    ranks = _ranks(case, reply)
    gain = sum(1 / log2(rank + 1) for rank in ranks if rank and rank <= K)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(K, len(ranks)) + 1))
    places = ", ".join(str(rank or "–") for rank in ranks)
    reason = _("The documents that are named stand at the places %(places)s.")
    return Grade(value=gain / ideal, reason=reason, values={"places": places})


def _is_searched(case: Case, reply: Reply) -> bool:
    return bool(case.citations) and reply.error is None


def _ranks(case: Case, reply: Reply) -> list[int]:
    """Of each group the place of its first document among the hits, 0 where none was found."""
    return [
        next(
            (
                rank
                for rank, found in enumerate(reply.found, 1)
                if any(names(name, found) for name in group)
            ),
            0,
        )
        for group in case.citations
    ]


RECALL = Evaluator(name="recall_at_10", grade=measure_recall)
MRR = Evaluator(name="mrr", grade=measure_reciprocal_rank)
NDCG = Evaluator(name="ndcg_at_10", grade=measure_ndcg)
