"""What is asked of a table."""

from dataclasses import dataclass, field

from kefu.answering.tabular.columns import Column
from kefu.answering.tabular.question import Limit, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a row must say in a column: an amount within a limit, yes or no, one of some words."""

    column: Column
    limit: Limit | None = None
    is_yes: bool | None = None
    values: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Request:
    """A question bound to a table.

    Attributes:
        column: that is worked out; None where rows alone are asked for.
        rivals: columns that may be meant as well.
        named: places of the rows that the question names, in its order.
        shown: further columns that it asks for.
        counted: whose different cells are counted, where it is not the rows.
    """

    operation: Operation
    key: Column
    column: Column | None = None
    rivals: list[Column] = field(default_factory=list)
    is_high: bool = False
    named: list[int] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    shown: list[Column] = field(default_factory=list)
    counted: Column | None = None
