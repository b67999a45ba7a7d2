"""Whether an answer is about the question: the cosine of their embeddings.

Es et al. 2023 (RAGAS) embed questions that a model makes from the answer; this way needs the
embedder alone. Its values can be compared within one embedder only.
"""

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _


def grade(_case: Case, reply: Reply) -> Grade | None:
    """The cosine, at least 0."""
    if not reply.is_answer or reply.similarity is None:
        return None
    value = min(max(reply.similarity, 0.0), 1.0)
    reason = _("Question and answer have a cosine of %(cosine)s.")
    return Grade(value=value, reason=reason, values={"cosine": f"{value:.3f}"})


RELEVANCE = Evaluator(name="answer_relevance", grade=grade)
