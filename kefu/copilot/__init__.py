"""The copilot: what staff are helped with while they serve a customer.

Suggested replies, summaries, mood, knowledge at hand, rewriting, next steps, closings and drafts of
articles. Each is made from a list of lines, by a model where one may see them, else from the
conversation's and the knowledge's own words. What was shown and what became of it is kept.
"""

from kefu.copilot.articles import draft_article
from kefu.copilot.closings import learn_closing, propose_closings, vote
from kefu.copilot.dressing import Style
from kefu.copilot.knowledge_at_hand import ask_privately, find_at_hand
from kefu.copilot.moods import read_mood
from kefu.copilot.next_steps import propose_steps
from kefu.copilot.reading import read_lines
from kefu.copilot.records import (
    Action,
    Aid,
    AidFigures,
    Article,
    Closing,
    Line,
    Mood,
    NextStep,
    Reading,
    Reply,
    ReplySoFar,
    Rewriting,
    Rewritten,
    Speaker,
    Suggestion,
    Summary,
    Tone,
    Verdict,
)
from kefu.copilot.replying import stream_reply, suggest_reply
from kefu.copilot.rewriting import rewrite
from kefu.copilot.store import list_figures
from kefu.copilot.suggestions import edit_share, export_suggestions, settle
from kefu.copilot.summarising import summarise

__all__ = [
    "Action",
    "Aid",
    "AidFigures",
    "Article",
    "Closing",
    "Line",
    "Mood",
    "NextStep",
    "Reading",
    "Reply",
    "ReplySoFar",
    "Rewriting",
    "Rewritten",
    "Speaker",
    "Style",
    "Suggestion",
    "Summary",
    "Tone",
    "Verdict",
    "ask_privately",
    "draft_article",
    "edit_share",
    "export_suggestions",
    "find_at_hand",
    "learn_closing",
    "list_figures",
    "propose_closings",
    "propose_steps",
    "read_lines",
    "read_mood",
    "rewrite",
    "settle",
    "stream_reply",
    "suggest_reply",
    "summarise",
    "vote",
]
