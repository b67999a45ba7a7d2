"""Questions that are worked out over the rows of a table, by rules and without a model."""

from collections.abc import Sequence

from opentelemetry import trace

from kefu.answering.tabular.binding import bind
from kefu.answering.tabular.columns import without_total
from kefu.answering.tabular.evaluating import Worked, evaluate
from kefu.answering.tabular.question import asks_of_table
from kefu.answering.tabular.reading import Table, read_tables
from kefu.answering.tabular.telling import tell
from kefu.knowledge import OUTDATED, Base
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.viewer import Viewer

__all__ = ["Worked", "tell", "work_out"]

tracer = trace.get_tracer("kefu.answering")


async def work_out(
    resources: Resources, question: str, hits: Sequence[Hit], *, viewer: Viewer, base: Base
) -> Worked | None:
    """The result over one of the tables that were found; None where there is none for certain.

    Tables of documents that hold go before those of others. Where several tables allow results
    that differ, nobody is told one of them.
    """
    if not asks_of_table(question):
        return None
    with tracer.start_as_current_span("tables") as span:
        tables = await read_tables(resources, hits, viewer=viewer, base=base)
        span.set_attribute("kefu.table_count", len(tables))
        valid = [table for table in tables if table.hit.status not in OUTDATED]
        outdated = [table for table in tables if table.hit.status in OUTDATED]
        worked = choose_result(question, valid) or choose_result(question, outdated)
        if worked is not None:
            span.set_attribute("kefu.table_operation", worked.request.operation.value)
    return worked


def choose_result(question: str, tables: Sequence[Table]) -> Worked | None:
    """The result on which all tables agree that the question can be asked of."""
    results = [
        worked
        for table in map(without_total, tables)
        if (request := bind(question, table)) is not None
        if (worked := evaluate(table, request)) is not None
    ]
    if not results or len({_said(worked) for worked in results}) > 1:
        return None
    return results[0]


def _said(worked: Worked) -> tuple[object, ...]:
    rows = tuple(worked.table.rows[row].cells for row in worked.chosen)
    return worked.request.operation, worked.value, rows
