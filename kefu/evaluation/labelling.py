"""People say what they think of replies."""

from kefu.db import Connection
from kefu.errors import NotFound
from kefu.evaluation.records import Experiment, Label
from kefu.evaluation.reports import part_sealed
from kefu.evaluation.store.experiments import list_results, replace_label


async def label_reply(
    conn: Connection, experiment: Experiment, case_id: str, *, author: str, is_good: bool
) -> None:
    """Keep a person's verdict on a reply that may be seen.

    Raises:
        NotFound: there is no such reply, or it is sealed.
    """
    results = await list_results(conn, experiment.id)
    visible, _ = part_sealed(results, is_sealed=experiment.is_sealed)
    if case_id not in {each.case_id for each in visible}:
        raise NotFound(
            "Experiment %(number)s shows no case %(case)s.", number=experiment.id, case=case_id
        )
    await replace_label(
        conn,
        Label(experiment_id=experiment.id, case_id=case_id, author=author, is_good=is_good),
    )
