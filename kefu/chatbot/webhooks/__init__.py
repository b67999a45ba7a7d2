"""Signed webhooks: other systems hear of conversations, and messengers bring customers in.

What happens is an event of `kefu.conversations`. `spread` makes a delivery of it for each webhook
that wants it, `send_due` sends what is due; both keep all they know in the database, so what a
killed process had in hand is done by another one. Each message has the same id however often it is
sent: at least once, and to be taken once.
"""

from kefu.chatbot.webhooks.answering import keep_answering
from kefu.chatbot.webhooks.delivering import keep_delivering

__all__ = ["keep_answering", "keep_delivering"]
