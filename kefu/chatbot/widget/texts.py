"""What the widget says, in the language of the page that embeds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kefu.chatbot.widget.records import Channel, ProactiveRule
from kefu.text import detect_language
from kefu.text import translatable as _
from kefu.web import Language, list_translations

GREETING = _("Hello, how can we help?")
TEXTS = {
    "open": _("Open the chat"),
    "close": _("Close the chat"),
    "back": _("Back"),
    "new_conversation": _("New conversation"),
    "assistant": _("AI assistant"),
    "promise": _("Answers come from our documents and name their sources."),
    "conversation": _("Conversation"),
    "you": _("You"),
    "question": _("Your question"),
    "send": _("Send"),
    "stop": _("Stop the answer"),
    "sent_after": _("Your question is sent when this answer ends, unless you type on."),
    "ai_answer": _("AI answer"),
    "quoted": _("Quoted from documents"),
    "not_found": _("Not found in the documents"),
    "searching": _("Searching the documents"),
    "writing": _("Writing the answer"),
    "sources": _("Sources"),
    "source": _("Source %(numbers)s"),
    "page": _("p. %(page)s"),
    "open_document": _("Open the document"),
    "outdated": _("No longer valid"),
    "source_missing": _("This source cannot be opened."),
    "related": _("Related questions"),
    "helpful": _("Helpful"),
    "not_helpful": _("Not helpful"),
    "thanks": _("Thank you, this was stored."),
    "what_was_wrong": _("What was wrong or missing? (optional)"),
    "send_comment": _("Send comment"),
    "stopped": _("You stopped this answer."),
    "interrupted": _("The connection broke before the answer was complete."),
    "offline": _("There is no connection. Your question was not sent."),
    "busy": _(
        "Many questions are being answered right now, or a part of the service does not respond."
        " Please try again in a moment."
    ),
    "too_many": _("You have sent a lot in a short time. Please wait a moment, then try again."),
    "signed_out": _("You are no longer signed in. Please load the page again."),
    "failed": _("Something went wrong on our side."),
    "unanswered": _("This question has no answer yet."),
    "retry": _("Try again"),
    "dismiss": _("Dismiss"),
    "unread": _("%(count)s unread"),
    "staff": _("Our staff"),
    "talk_to_person": _("Talk to a person"),
    "handed_over": _("A person will go on from here."),
    "message_left": _("Nobody is there right now. Your message is kept and will be answered."),
    "joined": _("%(name)s has joined."),
    "resolved": _("The conversation is closed. Write again at any time."),
    "with_person": _("You are writing with %(name)s."),
    "waiting": _("Somebody will be with you in a moment."),
    "position": _("You are number %(position)s in the queue."),
    "wait": _("It takes about %(minutes)s min."),
    "closed": _("We are closed right now."),
    "closed_until": _("We are closed right now and back on %(when)s."),
    "email": _("Your e-mail address"),
    "leave_email": _("Answer me there"),
    "contact_kept": _("We will answer to %(contact)s."),
    "typing": _("is typing"),
    "rate": _("How did we do?"),
    "stars": _("%(count)s of 5"),
    "rating_comment": _("What should we know? (optional)"),
    "attach": _("Attach a file"),
    "file_too_large": _("The file is too large."),
    "file_empty": _("The file is empty."),
    "file_refused": _("Images, PDF files and plain text can be sent, nothing else."),
    "sent": _("Sent"),
    "check_field": _("Please check this."),
    "open_link": _("Open"),
    "earlier": _("Earlier conversations"),
    "no_earlier": _("There are no earlier conversations."),
    "too_long": _("%(count)s of %(most)s characters"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetConfig:
    """How the widget of a channel looks and speaks on a page in this language.

    Attributes:
        texts: every string that the widget shows, by its name.
    """

    title: str
    language: str
    greeting: str
    accent: str
    on_accent: str
    starters: Sequence[str]
    proactive_rules: Sequence[ProactiveRule]
    max_characters: int
    texts: Mapping[str, str]


def build_config(channel: Channel, *, language: Language, max_characters: int) -> WidgetConfig:
    """How the widget of a channel looks and speaks on a page in this language."""
    look = channel.look
    say = list_translations(language).gettext
    return WidgetConfig(
        title=look.title,
        language=language,
        greeting=look.greetings.get(language) or say(GREETING),
        accent=look.accent,
        on_accent=look.on_accent,
        starters=[text for text in look.starters if detect_language(text) == language],
        proactive_rules=[
            rule for rule in look.proactive_rules if detect_language(rule.text) == language
        ],
        max_characters=max_characters,
        texts={name: say(text) for name, text in TEXTS.items()},
    )
