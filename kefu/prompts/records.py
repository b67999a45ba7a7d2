"""The vocabulary of prompts: specification, variable, version, label, finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kefu.text import Language

SHIPPED = 0
"""The number of the version that comes with Kefu; a company's own are counted from 1."""

NAMED_DIGITS = 8

Value = str | int | float | Sequence[str] | None
"""What a variable can be given."""


class SectionName(StrEnum):
    """What every specification says, in this order."""

    ROLE = "role"
    SCOPE = "task scope"
    RULES = "business rules"
    STYLE = "interaction style"
    SAFETY = "safety"
    OUTPUT = "output format"
    EXAMPLES = "examples"
    MESSAGE = "message"


class VariableType(StrEnum):
    """What a value has to be."""

    TEXT = "text"
    LINE = "line"
    LIST = "list"
    NUMBER = "number"
    CHOICE = "choice"
    LANGUAGE = "language"


class Origin(StrEnum):
    """Who wrote a value; what Kefu did not write itself is fenced."""

    KEFU = "kefu"
    CUSTOMER = "customer"
    RETRIEVED = "retrieved"
    STAFF = "staff"
    MODEL = "model"


class OutputKind(StrEnum):
    """What the model writes."""

    TEXT = "text"
    CHOICE = "choice"
    JSON = "json"


class Label(StrEnum):
    """What a version is for: the one being written, the one being tried, the one in use."""

    DRAFT = "draft"
    CANDIDATE = "candidate"
    LIVE = "live"


class Severity(StrEnum):
    """Whether a finding keeps a version from going live."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PromptKey:
    """A use of a language model and the language its instructions are written in."""

    name: str
    language: Language

    def __str__(self) -> str:
        return f"{self.name}.{self.language}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A place that is filled in for every call.

    Attributes:
        meaning: for the person who writes the prompt.
        example: stands in previews and in the count of tokens.
        is_optional: may be left out; nothing stands in its place then.
        choices: of the type choice.
    """

    name: str
    type: VariableType
    origin: Origin = Origin.KEFU
    meaning: str = ""
    example: str = ""
    is_optional: bool = False
    choices: tuple[str, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether somebody wrote it who must not give orders to the model."""
        return self.origin is not Origin.KEFU


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputField:
    """A field of an output that is a JSON object.

    Attributes:
        type: text, line, list (of texts), number or choice.
    """

    name: str
    type: VariableType
    choices: tuple[str, ...] = ()
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFormat:
    """What the model has to write.

    Attributes:
        choices: of the kind choice.
        fields: of the kind JSON.
        refusal: what it writes, alone, when it cannot do what it is asked to.
        has_citations: every paragraph ends with the numbers of excerpts, as in [1][2].
        max_characters: None: as many as it takes.
    """

    kind: OutputKind
    choices: tuple[str, ...] = ()
    fields: tuple[OutputField, ...] = ()
    refusal: str | None = None
    has_citations: bool = False
    max_characters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of the file and what stands below it.

    Attributes:
        name: None when the heading is none of those that a specification has.
    """

    name: SectionName | None
    heading: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One prompt, as its Markdown file says it.

    Attributes:
        output: None when the front matter does not state it.
        budget_tokens: most tokens the prompt may take before customers' and retrieved text.
        text: the file, as it was given.
    """

    key: PromptKey
    purpose: str
    variables: tuple[Variable, ...]
    output: OutputFormat | None
    budget_tokens: int
    sections: tuple[Section, ...]
    text: str

    def body(self, name: SectionName) -> str:
        """What stands in a section, nothing when it is missing."""
        return "\n\n".join(each.body for each in self.sections if each.name is name).strip()

    @property
    def instructions(self) -> str:
        """Everything but the message, as it is sent."""
        return "\n\n".join(
            f"## {each.heading}\n\n{each.body.strip()}" if each.heading else each.body.strip()
            for each in self.sections
            if each.name is not SectionName.MESSAGE
        ).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What is sent to a model.

    Attributes:
        fence: the mark around foreign text, unknown to whoever wrote it.
    """

    instructions: str
    message: str
    fence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A text that a prompt had; it never changes.

    Attributes:
        number: `SHIPPED` or counted from 1.
        digest: SHA-256 of the text.
        created_at: None for what comes with Kefu.
    """

    key: PromptKey
    number: int
    text: str
    digest: str
    author: str
    note: str
    created_at: datetime | None

    def __str__(self) -> str:
        return f"{self.key}@{self.number or 'shipped'}"

    @property
    def name(self) -> str:
        """What traces know it by; what is shipped may change with Kefu, its digest tells."""
        return f"{self}:{self.digest[:NAMED_DIGITS]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """Somebody gave a label to a version; the last one counts."""

    key: PromptKey
    label: Label
    number: int
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePrompt:
    """What is sent to models now: a specification and the version it stands in."""

    specification: Specification
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSummary:
    """One line of the list of prompts.

    Attributes:
        labels: the number of the version that has each label.
        is_shipped: whether Kefu comes with it.
    """

    key: PromptKey
    purpose: str
    is_shipped: bool
    version_count: int
    labels: Mapping[Label, int] = field(default_factory=dict)
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that lint found.

    Attributes:
        where: the words, variable or section concerned.
    """

    check: str
    severity: Severity
    where: str
    reason: str
    mend: str
