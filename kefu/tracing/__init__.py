"""Tracing: what became of an answer; today the thumbs a customer gave it."""

from kefu.tracing.records import Feedback, Rating
from kefu.tracing.store import list_feedback, replace_feedback

__all__ = ["Feedback", "Rating", "list_feedback", "replace_feedback"]
