"""Conversations: what customers wrote and what they were answered, kept from the first word on."""

from kefu.conversations.recording import record_answer, record_question
from kefu.conversations.records import Conversation, Message, Role
from kefu.conversations.store import get_conversation, get_message, list_messages

__all__ = [
    "Conversation",
    "Message",
    "Role",
    "get_conversation",
    "get_message",
    "list_messages",
    "record_answer",
    "record_question",
]
