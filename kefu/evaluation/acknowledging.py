"""Somebody takes responsibility for what the prompts of a candidate ask and no case shows."""

from collections.abc import Sequence

from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import BadInput
from kefu.evaluation.instructions import InstructionDoubt, UnprovenInstruction
from kefu.evaluation.records import Experiment

LONGEST_REASON = 500
MOST_RECORDED = 50  # instructions that the audit log keeps


def read_unproven(experiment: Experiment) -> list[UnprovenInstruction]:
    """What the prompts of an experiment asked otherwise than what was live when it began."""
    return [
        UnprovenInstruction(
            prompt=each["prompt"],
            section=each["section"],
            doubt=InstructionDoubt(each["doubt"]),
            before=each["before"],
            after=each["after"],
            about=each["about"],
        )
        for each in experiment.unproven
    ]


async def record_acknowledged(
    conn: Connection,
    subject: str,
    unproven: Sequence[UnprovenInstruction],
    *,
    author: str,
    reason: str,
) -> None:
    """Write down who vouches for which instructions, and why.

    Raises:
        BadInput: the reason is none.
    """
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise BadInput("Say why, in at most %(count)s characters.", count=LONGEST_REASON)
    await record_audit(
        conn,
        actor=author,
        action="prompt.unproven_acknowledged",
        subject=subject,
        details={
            "reason": reason.strip(),
            "unproven": len(unproven),
            "instructions": [str(each) for each in unproven[:MOST_RECORDED]],
        },
    )
