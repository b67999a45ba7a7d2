"""What the knowledge holds about what is being typed, or about what the customer asked."""

from collections.abc import Sequence

from kefu.answering import Answer, answer, find_candidates
from kefu.copilot.records import Lines
from kefu.copilot.wishes import find_wish
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.viewer import Viewer

SHOWN = 5
FEWEST_LETTERS = 3
LONGEST_TYPED = 500


async def find_at_hand(
    resources: Resources, lines: Lines, typed: str = "", *, viewer: Viewer, base: str
) -> Sequence[Hit]:
    """The best chunks, one a document, for the last words typed, or else the customer's question.

    Raises as `kefu.retrieval.search`.
    """
    typed = typed.strip()[-LONGEST_TYPED:]
    if len(typed) >= FEWEST_LETTERS:
        hits = await find_candidates(resources, typed, viewer=viewer, base=base)
    else:
        wish = await find_wish(resources, lines)
        if not wish.question:
            return []
        hits = await find_candidates(
            resources, wish.question, viewer=viewer, base=base, history=wish.turns
        )
    best: dict[int, Hit] = {}
    for hit in hits:
        best.setdefault(hit.document_id, hit)
    return list(best.values())[:SHOWN]


async def ask_privately(
    resources: Resources, question: str, *, viewer: Viewer, base: str
) -> Answer:
    """What the knowledge answers a member of staff; the customer sees nothing of it.

    Raises as `kefu.answering.answer`.
    """
    return await answer(resources, question, viewer=viewer, base=base)
