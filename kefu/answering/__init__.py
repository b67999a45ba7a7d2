"""Answering: from a question to a grounded, cited answer in the customer's language, or abstention.

Without a language model the answer is extracted: sentences, rows and steps of the knowledge. With
one it is written, and each sentence is verified against what it cites before it is shown.
"""

from kefu.answering.answer import answer, stream_answer
from kefu.answering.cases import count_facts
from kefu.answering.checking import Checked, Grounds, check_pieces, check_text
from kefu.answering.confidence import recalibrate
from kefu.answering.consulting import Consultation, consult, stream_consultation
from kefu.answering.contradictions import contradicts
from kefu.answering.facts import Fact, fact_value, find_facts
from kefu.answering.finding import find_candidates
from kefu.answering.follow_up import Asked
from kefu.answering.intents import (
    SMALL_TALK,
    Classifier,
    find_intent,
    load_classifier,
    read_labelled,
)
from kefu.answering.likeness import are_alike
from kefu.answering.listening import Listener
from kefu.answering.loaded_words import is_negative
from kefu.answering.losses import find_lost
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
    Source,
    Stage,
    Turn,
    Writing,
    WritingEnd,
    list_sources,
    strip_markers,
)
from kefu.answering.related import find_related
from kefu.answering.replies import say
from kefu.answering.rewrite import understand
from kefu.answering.rewriting import Rewriting, find_rewriting, keeps_facts
from kefu.answering.sameness import read_sense
from kefu.answering.statements import (
    Lost,
    Passage,
    Statement,
    read_statements,
    states_fact,
)
from kefu.answering.verify import supports
from kefu.answering.versions import Standing, list_current, list_lapsed
from kefu.answering.write import fit_excerpts

__all__ = [
    "EXTRACTIVE",
    "SMALL_TALK",
    "Answer",
    "AnswerEvent",
    "Asked",
    "Checked",
    "Citation",
    "Classifier",
    "Consultation",
    "Fact",
    "Grounds",
    "Intent",
    "Listener",
    "Lost",
    "Outcome",
    "Passage",
    "Progress",
    "Rewriting",
    "Sentence",
    "Source",
    "Stage",
    "Standing",
    "Statement",
    "Turn",
    "Writing",
    "WritingEnd",
    "answer",
    "are_alike",
    "check_pieces",
    "check_text",
    "consult",
    "contradicts",
    "count_facts",
    "fact_value",
    "find_candidates",
    "find_facts",
    "find_intent",
    "find_lost",
    "find_related",
    "find_rewriting",
    "fit_excerpts",
    "is_negative",
    "is_own_phrase",
    "keeps_facts",
    "list_current",
    "list_lapsed",
    "list_sources",
    "load_classifier",
    "read_labelled",
    "read_sense",
    "read_statements",
    "recalibrate",
    "say",
    "states_fact",
    "stream_answer",
    "stream_consultation",
    "strip_markers",
    "supports",
    "understand",
]
