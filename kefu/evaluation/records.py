"""The vocabulary of evaluation: dataset, case, reply, grade, experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from json import dumps
from uuid import UUID

from kefu.answering import Writing
from kefu.text import Language, content_digest
from kefu.viewer import PUBLIC, Viewer

WITHOUT_EFFECT = frozenset({"retrieval.top_k"})
"""Settings of a candidate that act on searches alone; answers read hits of their own."""


class Behaviour(StrEnum):
    """What a good answer to a case does."""

    ANSWER = "answer"
    ASK_BACK = "ask_back"
    ABSTAIN = "abstain"
    HAND_OVER = "hand_over"
    REPLY = "reply"
    PROCEDURE = "procedure"


class Split(StrEnum):
    """What a case is for: to learn from, to choose by, to report on."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Origin(StrEnum):
    """Where a proposed case comes from."""

    CONVERSATION = "conversation"
    FEEDBACK = "feedback"
    KNOWLEDGE = "knowledge"
    TICKET = "ticket"


class Choice(StrEnum):
    """What a person prefers of two replies."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    NEITHER = "neither"


class ProposalStatus(StrEnum):
    """What became of a proposed case."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An earlier question of the conversation with the answer it got."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question with what a good answer to it does and says.

    Attributes:
        history: what was said before; with it the case is a whole conversation.
        facts: literals of a right answer, all of them; of each group any one will do.
        citations: documents, of each group one; a path or URL, or one with #id.
        forbidden: literals that no answer may hold, as the canaries of an attack.
        audiences: of whoever asks.
        note: for those who read the case.
    """

    id: str
    question: str
    behaviour: Behaviour = Behaviour.ANSWER
    language: Language
    split: Split
    history: tuple[Exchange, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    citations: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    audiences: tuple[str, ...] = (PUBLIC,)
    note: str = ""

    @property
    def asked_digest(self) -> str:
        """Of what decides the reply."""
        return digest_json([self.question, [asdict(each) for each in self.history], self.audiences])

    @property
    def digest(self) -> str:
        """Of what is asked and expected; where the case belongs and what it is called left out."""
        expected = [self.behaviour, self.facts, self.citations, self.forbidden, self.language]
        return digest_json([self.asked_digest, expected])

    @property
    def viewer(self) -> Viewer:
        """On whose behalf it is asked."""
        return Viewer(name="evaluation", audiences=frozenset(self.audiences))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Cases about one knowledge base, in versions.

    Attributes:
        version_count: at least one.
        case_count: of the latest version.
        proposal_count: cases that wait for a review.
    """

    id: int
    name: str
    base: str
    version_count: int
    case_count: int
    proposal_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVersion:
    """The cases of a dataset as they were once; it never changes.

    Attributes:
        unsealed_by: who had the single results of its test cases shown; None: they are sealed.
    """

    id: int
    dataset: str
    base: str
    number: int
    digest: str
    author: str
    note: str
    created_at: datetime
    case_count: int
    unsealed_by: str | None

    def __str__(self) -> str:
        return f"{self.dataset}@{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A case that nobody has reviewed yet, or what became of it.

    Attributes:
        base: that the dataset is about.
        origin_key: what it was made of: the id of an answer, or a digest.
    """

    id: int
    dataset: str
    base: str
    origin: Origin
    origin_key: str
    case: Case
    status: ProposalStatus
    created_at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What a reply cites.

    Attributes:
        text: title, headings and text of the cited chunk.
    """

    marker: int
    uri: str
    id: str | None
    quote: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document among the hits."""

    uri: str
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the endpoint that judges thinks of a reply."""

    judge: str
    is_good: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What Kefu did with a case.

    Attributes:
        found: documents of the hits, best first, each once.
        similarity: cosine of question and answer.
        cost_micros: millionths of `currency`; None where prices are not known.
        writing: what became of what a model wrote; None where none was asked to.
        error: why there is no answer.
    """

    answer: str
    behaviour: Behaviour | None
    language: str
    mode: str
    confidence: float
    citations: tuple[Cited, ...] = ()
    found: tuple[Found, ...] = ()
    similarity: float | None = None
    verdict: Verdict | None = None
    first_sentence_seconds: float | None = None
    total_seconds: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int | None = 0
    currency: str = ""
    notice: str | None = None
    writing: Writing | None = None
    error: str | None = None

    @property
    def is_answer(self) -> bool:
        """Whether the customer was told something about the question."""
        return self.behaviour in {Behaviour.ANSWER, Behaviour.PROCEDURE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What an evaluator thinks of one reply.

    Attributes:
        value: 0..1, or a quantity in the evaluator's unit.
        reason: a sentence with %(name)s where `values` go.
    """

    value: float
    reason: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason % self.values


Grades = Mapping[str, Grade]
"""By the evaluator's name; one that has nothing to say about a case is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is tried; whatever it does not name is as it is live.

    Attributes:
        prompts: versions or files of the prompt `answer`.
        endpoint: the one that writes; "none" has answers extracted.
        settings: key -> value, as answering.min_confidence.
    """

    prompts: tuple[str, ...] = ()
    endpoint: str | None = None
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A version of a dataset answered by a candidate.

    Attributes:
        splits: that were asked.
        sample: so many cases, drawn by the seed; None: all.
        judge: the endpoint that judges; None: none does.
        concurrency: cases that were asked at the same time.
        configuration: what the candidate came to, in full.
        fingerprint: of the configuration.
        knowledge_digest: of the base's documents and how they are indexed.
        endpoint_checks: what `kefu llm check` last found of the endpoints, by name.
        unproven: instructions of its prompts that are others than what was live, as records.
        release_id: of the release that was tried, with nothing changed.
        case_count: that are to be answered; `result_count` of them are.
    """

    id: int
    name: str
    version_id: int
    dataset: str
    version: int
    base: str
    splits: Sequence[str]
    sample: int | None
    seed: int
    judge: str | None
    concurrency: int
    candidate: Mapping[str, object]
    configuration: Mapping[str, object]
    fingerprint: str
    knowledge_digest: str
    endpoint_checks: Mapping[str, object]
    unproven: Sequence[Mapping[str, str]] = ()
    release_id: int | None
    case_count: int
    result_count: int
    is_sealed: bool
    author: str
    started_at: datetime
    finished_at: datetime | None

    def __str__(self) -> str:
        name = f" ({self.name})" if self.name else ""
        return f"experiment {self.id}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One case of an experiment.

    Attributes:
        is_cached: the reply is that of an earlier experiment with the same question, candidate and
            knowledge.
        replied_at: when the reply was made.
    """

    experiment_id: int
    case_id: str
    case_digest: str
    asked_digest: str
    split: Split
    tags: Sequence[str]
    language: str
    expected: Behaviour
    reply: Reply
    grades: Grades
    is_cached: bool
    replied_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A person's verdict on one reply."""

    experiment_id: int
    case_id: str
    author: str
    is_good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two replies to one case, as they are shown to somebody.

    Attributes:
        left_id: the experiment whose reply stands first.
    """

    id: UUID
    case_id: str
    left_id: int
    right_id: int
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What a person prefers of two replies.

    Attributes:
        choice: a Choice.
    """

    case_id: str
    left_id: int
    right_id: int
    author: str
    choice: str


def digest_json(value: object) -> str:
    """The same for the same value, always and everywhere."""
    return content_digest(dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
