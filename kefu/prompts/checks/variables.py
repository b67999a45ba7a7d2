"""Whether what is filled in is stated, used and given."""

import re
from collections.abc import Iterator
from string import Template

from kefu.prompts.checks.subject import Subject, used_variables
from kefu.prompts.records import SectionName
from kefu.prompts.rendering import FENCE

_OTHER_SYNTAX = re.compile(
    r"\{\{\s*[a-z_]\w*\s*\}\}|(?<![{$\w])\{[a-z_]\w*\}|%\([a-z_]\w*\)s|<<\s*[a-z_]\w*\s*>>",
    re.IGNORECASE,
)


def undefined_variables(subject: Subject) -> Iterator[str]:
    """Used, but not stated in the front matter."""
    stated = {each.name for each in subject.specification.variables} | {FENCE}
    used = used_variables("\n".join(text for _, text in subject.texts()))
    yield from (f"${name}" for name in sorted(used - stated))


def unused_variables(subject: Subject) -> Iterator[str]:
    """Stated, but not used."""
    used = used_variables("\n".join(text for _, text in subject.texts()))
    for each in subject.specification.variables:
        if each.name not in used:
            yield f"${each.name}"


def variables_left_out(subject: Subject) -> Iterator[str]:
    """What the model has to read for this use and is not sent."""
    if subject.contract is None:
        return
    used = used_variables(subject.specification.body(SectionName.MESSAGE))
    for each in subject.contract.variables:
        if each.is_foreign and not each.is_optional and each.name not in used:
            yield f"${each.name}"


def variables_nobody_gives(subject: Subject) -> Iterator[str]:
    """Variables that Kefu does not fill in for this use, or fills in with another type."""
    if subject.contract is None:
        return
    given = {each.name: each for each in subject.contract.variables}
    for each in subject.specification.variables:
        known = given.get(each.name)
        if known is None:
            yield f"${each.name}"
        elif (known.type, known.choices) != (each.type, each.choices):
            yield f"${each.name}: {known.type}"


def optional_made_needed(subject: Subject) -> Iterator[str]:
    """Variables that Kefu may leave out for this use and that are not stated as optional."""
    if subject.contract is None:
        return
    optional = {each.name for each in subject.contract.variables if each.is_optional}
    for each in subject.specification.variables:
        if each.name in optional and not each.is_optional:
            yield f"${each.name}"


def unexplained_variables(subject: Subject) -> Iterator[str]:
    """Variables without a meaning or without an example."""
    for each in subject.specification.variables:
        if not each.meaning or not each.example:
            yield f"${each.name}"


def broken_placeholders(subject: Subject) -> Iterator[str]:
    """A $ that neither begins a name nor is written twice."""
    for _, text in subject.texts():
        for found in Template.pattern.finditer(text):
            if found["invalid"] is not None:
                yield text[found.start() : found.start() + 20].split("\n")[0]


def foreign_placeholders(subject: Subject) -> Iterator[str]:
    """Places written as in another template language; they would be sent as they stand."""
    for name, text in subject.texts():
        if name is not SectionName.EXAMPLES:
            yield from (found[0] for found in _OTHER_SYNTAX.finditer(text))
