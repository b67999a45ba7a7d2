"""Conversations: what customers, the chatbot and the staff write, who serves whom, and when."""

from kefu.conversations.assigning import assign, take
from kefu.conversations.attaching import attach, build_headers
from kefu.conversations.canned import drop_response, fill_in, keep_response
from kefu.conversations.closing import rate, reopen, resolve, sort
from kefu.conversations.content import check_content
from kefu.conversations.feed import Feed, show_to_customer
from kefu.conversations.handing_over import HandOver, hand_over, leave_contact
from kefu.conversations.identifying import give_to_customer
from kefu.conversations.inbox_records import InboxEntry, InboxFilter
from kefu.conversations.metric_records import Metrics, MetricsReport
from kefu.conversations.metrics import read_metrics
from kefu.conversations.ownership import require_own, require_readable, require_staff
from kefu.conversations.presence import set_presence, tell_typing, tell_writing
from kefu.conversations.queueing import find_place
from kefu.conversations.queues import add_queue, change_queue, drop_queue, equip
from kefu.conversations.recording import (
    record_answer,
    record_question,
    start_conversation,
)
from kefu.conversations.records import (
    VISITOR_MARK,
    Attachment,
    CannedResponse,
    Conversation,
    Customer,
    DeskStaff,
    Event,
    EventKind,
    Message,
    NewMessage,
    NewQueue,
    Opening,
    Place,
    Queue,
    Rating,
    Role,
    Signal,
    State,
)
from kefu.conversations.sending import (
    LONGEST_KEY,
    MAX_MESSAGE_CHARACTERS,
    ClientKey,
    add_note,
    go_on,
    send_as_customer,
    send_as_staff,
)
from kefu.conversations.snoozing import snooze, wake
from kefu.conversations.states import get_state, mark_read, read_messages
from kefu.conversations.store.claims import (
    ANSWERING_SECONDS,
    claim_question,
    drop_claim,
    keep_claim,
)
from kefu.conversations.store.conversations import (
    get_conversation,
    lock_conversation,
    sample_conversations,
)
from kefu.conversations.store.desk import (
    find_rating,
    list_desk_staff,
    list_queues,
    list_responses,
)
from kefu.conversations.store.events import find_last_number, list_events, list_history
from kefu.conversations.store.inbox import (
    count_entries,
    get_customer,
    list_entries,
    list_of_customer,
    replace_customer,
)
from kefu.conversations.store.messages import (
    find_message,
    find_reply,
    find_sent,
    get_attachment,
    get_message,
    list_messages,
    update_key,
)
from kefu.conversations.store.metrics import list_staff_names
from kefu.conversations.transferring import Transfer, transfer
from kefu.conversations.upkeep import keep_desk

__all__ = [
    "ANSWERING_SECONDS",
    "LONGEST_KEY",
    "MAX_MESSAGE_CHARACTERS",
    "VISITOR_MARK",
    "Attachment",
    "CannedResponse",
    "ClientKey",
    "Conversation",
    "Customer",
    "DeskStaff",
    "Event",
    "EventKind",
    "Feed",
    "HandOver",
    "InboxEntry",
    "InboxFilter",
    "Message",
    "Metrics",
    "MetricsReport",
    "NewMessage",
    "NewQueue",
    "Opening",
    "Place",
    "Queue",
    "Rating",
    "Role",
    "Signal",
    "State",
    "Transfer",
    "add_note",
    "add_queue",
    "assign",
    "attach",
    "build_headers",
    "change_queue",
    "check_content",
    "claim_question",
    "count_entries",
    "drop_claim",
    "drop_queue",
    "drop_response",
    "equip",
    "fill_in",
    "find_last_number",
    "find_message",
    "find_place",
    "find_rating",
    "find_reply",
    "find_sent",
    "get_attachment",
    "get_conversation",
    "get_customer",
    "get_message",
    "get_state",
    "give_to_customer",
    "go_on",
    "hand_over",
    "keep_claim",
    "keep_desk",
    "keep_response",
    "leave_contact",
    "list_desk_staff",
    "list_entries",
    "list_events",
    "list_history",
    "list_messages",
    "list_of_customer",
    "list_queues",
    "list_responses",
    "list_staff_names",
    "lock_conversation",
    "mark_read",
    "rate",
    "read_messages",
    "read_metrics",
    "record_answer",
    "record_question",
    "reopen",
    "replace_customer",
    "require_own",
    "require_readable",
    "require_staff",
    "resolve",
    "sample_conversations",
    "send_as_customer",
    "send_as_staff",
    "set_presence",
    "show_to_customer",
    "snooze",
    "sort",
    "start_conversation",
    "take",
    "tell_typing",
    "tell_writing",
    "transfer",
    "update_key",
    "wake",
]
