"""The chatbot: customers ask on a page or over HTTP and get answers with their sources."""

from kefu.chatbot.records import ChatAnswer, ChatMessage, PendingTurn, Transcript
from kefu.chatbot.turns import Answerer, begin_turn, finish_turn

__all__ = [
    "Answerer",
    "ChatAnswer",
    "ChatMessage",
    "PendingTurn",
    "Transcript",
    "begin_turn",
    "finish_turn",
]
