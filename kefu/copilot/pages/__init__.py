"""The desk: lists of conversations, one of them, and what the copilot says to it."""

from kefu.copilot.pages.desk import router

__all__ = ["router"]
