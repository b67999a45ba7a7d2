"""How many tokens models read and wrote for a reply."""

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import translatable as _


def measure(_case: Case, reply: Reply) -> Grade | None:
    """Input and output together; none without a model."""
    if reply.error is not None:
        return None
    reason = _("%(input)s tokens in, %(output)s out.")
    values = {"input": reply.input_tokens, "output": reply.output_tokens}
    return Grade(
        value=float(reply.input_tokens + reply.output_tokens), reason=reason, values=values
    )


TOKENS = Evaluator(name="tokens", grade=measure, unit="tokens", is_lower_better=True)
