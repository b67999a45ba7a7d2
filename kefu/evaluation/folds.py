"""Cases dealt into folds, of which each in turn is held out."""

import random
from collections.abc import Sequence

from kefu.errors import BadInput
from kefu.evaluation.records import Case
from kefu.text import fold_text

FOLDS = 5


def deal_folds(cases: Sequence[Case], *, count: int, seed: int) -> list[int]:
    """The fold of each case; questions of one conversation share theirs.

    Otherwise a turn would be held out while its neighbour was learned from.

    Raises:
        BadInput: there are fewer conversations than folds.
    """
    first = [each.history[0].question if each.history else each.question for each in cases]
    openings = [fold_text(each) for each in first]
    distinct = sorted(set(openings))
    if len(distinct) < count:
        raise BadInput(
            "Cases of %(found)s conversations cannot be dealt into %(count)s folds.",
            found=len(distinct),
            count=count,
        )
    random.Random(seed).shuffle(distinct)  # noqa: S311 - to be dealt again
    dealt = {opening: place % count for place, opening in enumerate(distinct)}
    return [dealt[each] for each in openings]
