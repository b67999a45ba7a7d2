"""What a reply costs at the prices of its endpoints."""

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.llm import MILLION
from kefu.text import translatable as _


def measure(_case: Case, reply: Reply) -> Grade | None:
    """Money in the endpoint's currency; nothing where its prices are not known."""
    if reply.error is not None or reply.cost_micros is None:
        return None
    money = reply.cost_micros / MILLION
    values = {"cost": f"{money:.6f} {reply.currency}".strip()}
    return Grade(value=money, reason=_("It cost %(cost)s."), values=values)


COST = Evaluator(name="cost", grade=measure, unit="money", is_lower_better=True)
