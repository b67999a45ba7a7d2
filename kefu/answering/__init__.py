"""Answering: from a question to a grounded, cited answer in the customer's language, or abstention.

Without a language model the answer is extracted: sentences, rows and steps of the knowledge. With
one it is written, and each sentence is verified against what it cites before it is shown.
"""

from kefu.answering.answer import answer, stream_answer
from kefu.answering.cases import count_facts
from kefu.answering.confidence import recalibrate
from kefu.answering.contradictions import contradicts
from kefu.answering.facts import Fact
from kefu.answering.finding import find_candidates
from kefu.answering.follow_up import Asked
from kefu.answering.listening import Listener
from kefu.answering.phrases import is_own_phrase
from kefu.answering.records import (
    EXTRACTIVE,
    Answer,
    AnswerEvent,
    Citation,
    Intent,
    Outcome,
    Progress,
    Sentence,
    Stage,
    Turn,
    Writing,
    WritingEnd,
)
from kefu.answering.rewrite import understand
from kefu.answering.statements import (
    Lost,
    Passage,
    Statement,
    find_lost,
    read_statements,
    states_fact,
)
from kefu.answering.versions import list_current

__all__ = [
    "EXTRACTIVE",
    "Answer",
    "AnswerEvent",
    "Asked",
    "Citation",
    "Fact",
    "Intent",
    "Listener",
    "Lost",
    "Outcome",
    "Passage",
    "Progress",
    "Sentence",
    "Stage",
    "Statement",
    "Turn",
    "Writing",
    "WritingEnd",
    "answer",
    "contradicts",
    "count_facts",
    "find_candidates",
    "find_lost",
    "is_own_phrase",
    "list_current",
    "read_statements",
    "recalibrate",
    "states_fact",
    "stream_answer",
    "understand",
]
