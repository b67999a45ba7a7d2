"""A model judges replies by the shipped prompt."""

import json

import pytest
from made import make_case, make_reply
from psycopg import AsyncConnection

from kefu.evaluation.judging import judge
from kefu.evaluation.records import Verdict
from kefu.llm import ScriptedEndpoint
from kefu.resources import Resources


def say(verdict: str) -> str:
    answer = {"unsupported": [], "answers_question": "yes", "verdict": verdict, "why": "Excerpt 1."}
    return f"```json\n{json.dumps(answer)}\n```"


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        (say("good"), Verdict(judge="scripted", is_good=True, reason="Excerpt 1.")),
        (say("unsupported"), Verdict(judge="scripted", is_good=False, reason="Excerpt 1.")),
        (say("incomplete"), Verdict(judge="scripted", is_good=False, reason="Excerpt 1.")),
        (say("unsure"), None),
        ("It is good.", None),
        ('{"verdict": "splendid"}', None),
    ],
)
async def test_a_verdict_is_read_or_left_out(
    resources: Resources, conn: AsyncConnection, written: str, verdict: Verdict | None
) -> None:
    endpoint = ScriptedEndpoint([written])
    case, reply = make_case(question="How long?"), make_reply()
    assert await judge(conn, endpoint, case, reply, resources=resources) == verdict
    ((_, prompt),) = endpoint.prompts
    assert "It takes 7 days." in prompt
    assert "How long?" in prompt


async def test_a_judge_that_fails_says_nothing(resources: Resources, conn: AsyncConnection) -> None:
    endpoint = ScriptedEndpoint(["{"], fails_after=1)
    assert await judge(conn, endpoint, make_case(), make_reply(), resources=resources) is None
