"""Documents that a change lets answer no longer, although they stay: by their dates or status.

A day entered wrongly, a period that is over, a current page marked as superseded: no statement is
lost, but customers are not told any of them, or only with the remark that they hold no more.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from kefu.answering import Standing, list_lapsed
from kefu.db import Connection
from kefu.knowledge import Base, SampledChunk
from kefu.viewer import OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """A document that does not hold today.

    Attributes:
        chunk: its first one.
    """

    chunk: SampledChunk
    standing: Standing

    @property
    def reason(self) -> str:
        """What it says of itself."""
        if self.standing.is_coming:
            return f"holds from {self.standing.first}"
        if self.standing.last is not None:
            return f"held until {self.standing.last}"
        return "is marked as outdated"


async def find_lapsed(
    candidate: Connection,
    base: Base,
    before: Mapping[int, Sequence[SampledChunk]],
    after: Mapping[int, Sequence[SampledChunk]],
    *,
    held: Set[int],
    today: date,
) -> list[Lapsed]:
    """Of changed documents those that `held` before, and of added ones those that never did.

    Not those whose place a later version has taken, and no added ones that are still to come.
    """
    lapsed = await list_lapsed(candidate, base, sorted(after), viewer=OPERATOR, today=today)
    return [
        Lapsed(chunk=after[id][0], standing=standing)
        for id, standing in lapsed.items()
        if id in held or (id not in before and not standing.is_coming)
    ]
