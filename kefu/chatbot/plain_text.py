"""An answer for readers of plain text: programs of others that show nothing but letters."""

from kefu.answering import Answer
from kefu.chatbot.linking import link_source


def write_out(answer: Answer) -> str:
    """All of an answer that has to be said; choices stand as a list."""
    return "\n".join([answer.answer, *(f"- {choice}" for choice in answer.choices)])


def list_sources(answer: Answer, *, site: str) -> str:
    """A line for each citation: its marker, what is cited, and where that is to be read."""
    return "\n".join(
        f"[{each.marker}] {' > '.join((each.title, *each.heading_path))}:"
        f" {link_source(each, site=site)}"
        for each in answer.citations
    )
