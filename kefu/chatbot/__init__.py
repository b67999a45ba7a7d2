"""The chatbot: customers ask on a page or over HTTP and get answers with their sources."""

from kefu.chatbot.answerer import Answerer
from kefu.chatbot.records import ChatAnswer, ChatMessage, PendingTurn, Transcript
from kefu.chatbot.shadowing import end_shadows, finish_shadows
from kefu.chatbot.turns import begin_turn, finish_turn
from kefu.chatbot.webhooks.store.webhooks import list_webhooks

__all__ = [
    "Answerer",
    "ChatAnswer",
    "ChatMessage",
    "PendingTurn",
    "Transcript",
    "begin_turn",
    "end_shadows",
    "finish_shadows",
    "finish_turn",
    "list_webhooks",
]
