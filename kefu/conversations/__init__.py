"""Conversations: what customers wrote and what they were answered, kept from the first word on."""

from kefu.conversations.ownership import require_own, require_readable
from kefu.conversations.recording import record_answer, record_question, start_conversation
from kefu.conversations.records import Conversation, Message, Role
from kefu.conversations.store import (
    find_message,
    get_conversation,
    get_message,
    list_messages,
    lock_conversation,
    sample_conversations,
)

__all__ = [
    "Conversation",
    "Message",
    "Role",
    "find_message",
    "get_conversation",
    "get_message",
    "list_messages",
    "lock_conversation",
    "record_answer",
    "record_question",
    "require_own",
    "require_readable",
    "sample_conversations",
    "start_conversation",
]
