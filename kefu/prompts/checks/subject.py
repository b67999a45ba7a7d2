"""What the checks read: a specification, cut into rules and examples."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import Template

from kefu.prompts.records import SectionName, Specification
from kefu.text import SpanKind, index_terms, split_sentences

RULING = (
    SectionName.SCOPE,
    SectionName.RULES,
    SectionName.STYLE,
    SectionName.SAFETY,
    SectionName.OUTPUT,
)
"""The sections that hold rules."""

_OUTPUT_LABEL = re.compile(
    r"^[ \t>*-]*(?:Output|Answer|输出|回答)\**[ \t]*[:：]\**[ \t]*", re.MULTILINE | re.IGNORECASE
)
_FENCED = re.compile(r"\s*(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<body>.*?)\n(?P=fence)", re.DOTALL)
_NEGATION = re.compile(
    r"\b(?:not|never|no|cannot|don['’]t|mustn['’]t|without|avoid|refuse)\b|不|勿|禁止|切忌|避免|没有?",
    re.IGNORECASE,
)
_DUTY = re.compile(
    _NEGATION.pattern
    + r"|\b(?:always|must|should|does?|you|please|the|an?|to|be)\b"
    + r"|必须|应当|应该|务必|一律|总是|始终|须|要|都|请|得",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a check is given.

    Attributes:
        contract: the specification that Kefu ships for the same use, None for a use of one's own.
    """

    specification: Specification
    contract: Specification | None
    count_tokens: Callable[[str], int]

    def texts(self) -> Iterator[tuple[SectionName | None, str]]:
        """Every section with its name."""
        for section in self.specification.sections:
            yield section.name, section.body

    def rules(self) -> Iterator[str]:
        """The sentences and items of the sections that hold rules."""
        for name in RULING:
            for span in split_sentences(self.specification.body(name)):
                if span.kind not in {SpanKind.CODE, SpanKind.HEADING}:
                    yield span.text

    def outputs(self) -> Iterator[str]:
        """What the examples say the model writes: behind "Output:", to the next blank line."""
        text = self.specification.body(SectionName.EXAMPLES)
        for label in _OUTPUT_LABEL.finditer(text):
            rest = text[label.end() :]
            fenced = _FENCED.match(rest)
            yield (fenced["body"] if fenced else rest.split("\n\n")[0]).strip()


def used_variables(text: str) -> set[str]:
    """The names that stand behind a $ in a text."""
    return set(Template(text).get_identifiers())


def is_negated(rule: str) -> bool:
    """Whether a rule forbids something."""
    return bool(_NEGATION.search(rule))


def telling_terms(rule: str) -> frozenset[str]:
    """What a rule is about, whether it demands or forbids it."""
    return frozenset(index_terms(_DUTY.sub(" ", rule)))


def shorten(text: str) -> str:
    """Enough of a text to find it by."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
