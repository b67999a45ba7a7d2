"""The likeliest characters of a text of which some are known only by their sound."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

START = ""


@dataclass(frozen=True, slots=True)
class Arc:
    """A character that may stand for the letters from `start` to `end` of what was typed.

    Attributes:
        cost: of reading another character than was typed.
    """

    start: int
    end: int
    character: str
    cost: float = 0.0


def list_neighbours(arcs: Iterable[Arc]) -> Iterator[str]:
    """Every two characters that may stand side by side."""
    arcs = list(arcs)
    ending: dict[int, list[str]] = defaultdict(list)
    for arc in arcs:
        ending[arc.end].append(arc.character)
    for arc in arcs:
        for before in ending[arc.start]:
            yield before + arc.character


def decode(arcs: Iterable[Arc], length: int, *, price: Callable[[str], float]) -> list[Arc]:
    """The cheapest way through all letters (Viterbi); empty where there is none.

    `price` is of two characters side by side.
    """
    best: dict[int, dict[str, tuple[float, tuple[Arc, ...]]]] = defaultdict(dict)
    best[0][START] = (0.0, ())
    for arc in sorted(arcs, key=lambda arc: arc.start):
        for before, (cost, path) in best[arc.start].items():
            total = cost + arc.cost + (price(before + arc.character) if before else 0.0)
            known = best[arc.end].get(arc.character)
            if known is None or total < known[0]:
                best[arc.end][arc.character] = (total, (*path, arc))
    ways = best[length].values()
    return list(min(ways, key=lambda way: way[0])[1]) if ways else []
