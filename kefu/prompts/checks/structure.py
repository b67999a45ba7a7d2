"""Whether a specification has its parts, and how much they cost."""

from collections import Counter
from collections.abc import Iterator

from kefu.prompts.checks.subject import Subject
from kefu.prompts.records import SectionName
from kefu.prompts.specification import HEADINGS


def missing_sections(subject: Subject) -> Iterator[str]:
    """Sections that are not there or say nothing."""
    specification = subject.specification
    for name in SectionName:
        if not specification.body(name):
            yield HEADINGS[specification.key.language][name]


def unknown_sections(subject: Subject) -> Iterator[str]:
    """Headings that no specification has, and text before the first heading."""
    for section in subject.specification.sections:
        if section.name is None:
            yield section.heading or section.body.split("\n")[0]


def repeated_sections(subject: Subject) -> Iterator[str]:
    """Headings that stand there twice."""
    counts = Counter(section.name for section in subject.specification.sections)
    for name, count in counts.items():
        if name is not None and count > 1:
            yield HEADINGS[subject.specification.key.language][name]


def too_many_tokens(subject: Subject) -> Iterator[str]:
    """What the prompt takes, when it is more than its budget."""
    specification = subject.specification
    whole = f"{specification.instructions}\n{specification.body(SectionName.MESSAGE)}"
    tokens = subject.count_tokens(whole)
    if tokens > specification.budget_tokens:
        yield f"{tokens} > {specification.budget_tokens}"
