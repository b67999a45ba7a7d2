"""Answering: from a question to a grounded, cited answer in the customer's language, or abstention.

Without a language model the answer is extracted: sentences, rows and steps of the knowledge. With
one it is written, and each sentence is verified against what it cites before it is shown.
"""

from kefu.answering.answer import answer, stream_answer
from kefu.answering.records import (
    EXTRACTIVE,
    Answer,
    AnswerEvent,
    Citation,
    Outcome,
    Progress,
    Sentence,
    Stage,
    Turn,
)

__all__ = [
    "EXTRACTIVE",
    "Answer",
    "AnswerEvent",
    "Citation",
    "Outcome",
    "Progress",
    "Sentence",
    "Stage",
    "Turn",
    "answer",
    "stream_answer",
]
