"""Hides what a reasoning model thinks aloud between <think> tags in the middle of its text."""

OPENING = "<think>"
CLOSING = "</think>"


class ThinkingFilter:
    """Takes deltas, gives back what may be shown; a tag may be cut anywhere between deltas."""

    def __init__(self) -> None:
        self._held = ""
        self._is_thinking = False

    def feed(self, delta: str) -> str:
        """What of the text so far may be shown and was not yet."""
        if not (self._held or self._is_thinking or "<" in delta):
            return delta
        self._held += delta
        shown = ""
        while True:
            tag = CLOSING if self._is_thinking else OPENING
            before, found, after = self._held.partition(tag)
            if not found:
                break
            shown += "" if self._is_thinking else before
            self._held = after
            self._is_thinking = not self._is_thinking
        return (shown + self._release(tag)).replace(CLOSING, "")

    def flush(self) -> str:
        """What was held back at the end of the stream."""
        rest = "" if self._is_thinking else self._held
        self._held = ""
        return rest

    def _release(self, tag: str) -> str:
        """All but an end that may be the beginning of a tag."""
        held = self._held
        tags = (tag, CLOSING)
        kept = max(
            length
            for length in range(len(CLOSING))
            if length <= len(held) and any(t.startswith(held[len(held) - length :]) for t in tags)
        )
        shown, self._held = held[: len(held) - kept], held[len(held) - kept :]
        return "" if self._is_thinking else shown
