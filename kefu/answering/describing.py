"""What happens on the way to an answer: as attributes of spans, and told to whoever asks."""

from collections.abc import Callable, Sequence

from kefu.answering.records import Answer, AnswerEvent, Writing
from kefu.retrieval import Hit
from kefu.tracing import Value

OnHits = Callable[[Sequence[Hit]], None]


def ignore_hits(_hits: Sequence[Hit]) -> None:
    """For callers that do not ask."""


def describe_event(event: AnswerEvent) -> dict[str, Value]:
    """An answer as attributes of the span it ends; nothing of other events."""
    if not isinstance(event, Answer):
        return {}
    waits = {"first_sentence", "total"} & event.timings.keys()
    return {
        "kefu.outcome": event.outcome,
        "kefu.output": event.answer,
        "kefu.language": event.language,
        "kefu.mode": event.mode,
        "kefu.confidence": event.confidence,
        "kefu.citation_count": len(event.citations),
        **_describe_writing(event.writing),
        **{f"kefu.{name}_ms": round(event.timings[name] * 1000, 1) for name in waits},
    }


def _describe_writing(writing: Writing | None) -> dict[str, Value]:
    if writing is None:
        return {}
    return {
        "kefu.writing_end": writing.end,
        "kefu.written_count": writing.written_count,
        "kefu.kept_count": writing.kept_count,
        "kefu.repaired_count": writing.repaired_count,
        "kefu.entailed_count": writing.entailed_count,
        "kefu.is_quoted": writing.is_quoted,
    }
