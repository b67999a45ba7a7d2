"""The vocabulary of answering: citation, answer, and what happens on the way to it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kefu.knowledge import PageBox
from kefu.viewer import DataClass

EXTRACTIVE = "extractive"

_MARKER = re.compile(r"[ \t]*\[\d{1,3}\]")


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    ASKED_BACK = "asked_back"
    HANDED_OVER = "handed_over"
    REPLIED = "replied"


class Intent(StrEnum):
    """What a message wants."""

    QUESTION = "question"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    IDENTITY = "identity"
    PERSON = "person"
    COMPLAINT = "complaint"
    URGENT = "urgent"
    OUT_OF_SCOPE = "out_of_scope"
    ABUSIVE = "abusive"


class Stage(StrEnum):
    """What is being done while nothing can be shown yet."""

    SEARCHING = "searching"
    WRITING = "writing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier question of the conversation with the answer it got.

    Attributes:
        titles: of the documents that the answer cites.
        choices: what was offered where the answer asked back.
        data_class: the highest in the two.
    """

    question: str
    answer: str
    outcome: Outcome = Outcome.ANSWERED
    titles: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    data_class: DataClass = DataClass.RESTRICTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A reference from an answer to a chunk.

    Attributes:
        marker: 1-based number that stands as [1] in the answer.
        id: the document's own id where it had one.
        page: on which the quote begins, in formats with pages.
        quote: the words of the chunk that carry the statement, verbatim.
        boxes: the areas of pages in which the quote stands, or all of the chunk where it is
            not found in it; empty in formats without fixed pages.
    """

    marker: int
    chunk_id: int
    document_id: int
    uri: str
    id: str | None
    title: str
    heading_path: tuple[str, ...]
    page: int | None
    quote: str
    language: str
    boxes: tuple[PageBox, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A chunk, as it is named below an answer.

    Attributes:
        numbers: the markers of its citations, shortly: 1, 2, 3, 5 as "1–3, 5".
        place: the last heading above it, empty where there is none.
    """

    numbers: str
    citations: tuple[Citation, ...]

    @property
    def first(self) -> Citation:
        """By which it is opened."""
        return self.citations[0]

    @property
    def place(self) -> str:
        """Where in its document it stands."""
        return self.first.heading_path[-1] if self.first.heading_path else ""


def list_sources(citations: Sequence[Citation]) -> list[Source]:
    """One source for all citations of a chunk, in the order in which they come first."""
    by_chunk: dict[int, list[Citation]] = {}
    for citation in citations:
        by_chunk.setdefault(citation.chunk_id, []).append(citation)
    return [
        Source(numbers=_draw_together([each.marker for each in cited]), citations=tuple(cited))
        for cited in by_chunk.values()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Sent while nothing can be shown yet."""

    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A piece of the answer that was verified and may be shown.

    Attributes:
        text: Markdown with its markers, line breaks included; pieces are shown one after another.
        citations: those whose markers stand in the text.
    """

    text: str
    citations: tuple[Citation, ...]


class WritingEnd(StrEnum):
    """How a model's writing ended."""

    FINISHED = "finished"
    REFUSED = "refused"
    LEAKED = "leaked"
    FAILED = "failed"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What became of what a model wrote.

    Attributes:
        written_count: sentences, items and tables that state something.
        kept_count: of them, those that were shown.
        repaired_count: of the kept ones, those that cite what the model did not name for them.
        entailed_count: of the kept ones, those that a model found stated where verification had
            doubts.
        dropped: why the others were not shown, and how many each: names of the checks of
            verification, "question", "instructions", "cut off", "language".
        end: refused where it found no answer although retrieval did, leaked where it repeated its
            instructions, forbidden where no endpoint may see the data.
        is_quoted: the knowledge's own words stand beside or instead of what it wrote.
    """

    written_count: int
    kept_count: int
    repaired_count: int
    entailed_count: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    end: WritingEnd = WritingEnd.FINISHED
    is_quoted: bool = False

    def __add__(self, other: "Writing") -> "Writing":
        """Both, of two parts of one answer; what did not finish tells how they ended."""
        dropped = Counter(self.dropped) + Counter(other.dropped)
        return Writing(
            written_count=self.written_count + other.written_count,
            kept_count=self.kept_count + other.kept_count,
            repaired_count=self.repaired_count + other.repaired_count,
            entailed_count=self.entailed_count + other.entailed_count,
            dropped=dict(dropped),
            end=other.end if self.end is WritingEnd.FINISHED else self.end,
            is_quoted=self.is_quoted or other.is_quoted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The whole answer.

    Attributes:
        answer: the pieces joined; what was sent, or what abstains, asks back or hands over.
        language: of the question, "zh" or "en"; the answer is in it.
        mode: "extractive" or the name of the endpoint that wrote it.
        confidence: 0..1, that the knowledge holds the answer.
        timings: seconds by step: search, first_sentence, total.
        choices: what the question may be about, where it is asked back; one of them, sent as the
            next question of the conversation, resolves it.
        intent: what the message was taken for.
        read_as: the question without its typing errors, where some were taken for such.
        notice: why the answer is not what was hoped for, when something failed on the way.
        data_class: the highest in question, answer and what they build on.
        writing: what became of what a model wrote; None where none was asked to.
        related: questions that lead on from it and are answered too.
    """

    answer: str
    outcome: Outcome
    language: str
    citations: tuple[Citation, ...]
    mode: str
    confidence: float
    timings: dict[str, float] = field(default_factory=dict)
    notice: str | None = None
    choices: tuple[str, ...] = ()
    intent: Intent = Intent.QUESTION
    read_as: str | None = None
    data_class: DataClass = DataClass.RESTRICTED
    writing: Writing | None = None
    related: tuple[str, ...] = ()

    @property
    def sources(self) -> list[Source]:
        """What it cites."""
        return list_sources(self.citations)


AnswerEvent = Progress | Sentence | Answer


def strip_markers(text: str) -> str:
    """A text as one writes it who cites nothing."""
    return _MARKER.sub("", text)


def _draw_together(numbers: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
