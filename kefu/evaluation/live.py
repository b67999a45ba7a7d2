"""Live answers are graded by the evaluators that need nothing but question and answer."""

import asyncio
from collections.abc import Mapping

from kefu.answering import Answer
from kefu.evaluation.asking import read_reply
from kefu.evaluation.evaluators import grade
from kefu.evaluation.records import Case, Grade, Split
from kefu.resources import Resources
from kefu.text import Language

LIVE_GRADES = ("faithfulness", "answer_relevance", "format", "safety", "tone", "language")
"""What can be told of an answer without a case that says what is expected."""


async def grade_live(resources: Resources, question: str, given: Answer) -> Mapping[str, Grade]:
    """The grades of one answer, by what it cites as it stands in the knowledge now.

    What it was asked before is not looked at. Computed beside the event loop.
    """
    reply = await read_reply(resources, question, given)
    language: Language = "zh" if given.language == "zh" else "en"
    case = Case(id="live", question=question, language=language, split=Split.TRAIN)
    grades = await asyncio.to_thread(grade, case, reply)
    return {name: grades[name] for name in LIVE_GRADES if name in grades}
