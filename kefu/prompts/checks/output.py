"""Whether the output is stated, shown and kept to."""

import json
import re
from collections.abc import Iterator

from kefu.prompts.checks.subject import Subject, shorten
from kefu.prompts.records import OutputField, OutputFormat, OutputKind, SectionName, VariableType

_REFUSAL = re.compile(
    r"\b(?:when|if|where)\b.*\b(?:not|cannot|nothing|none|no|unclear|unsure)\b"
    r"|\b(?:refuse|decline|not sure|unsure|hand over|out of scope|unknown)\b"
    r"|拒绝|无法|不确定|未提及|没有(?:提到|说明|依据|答案|回答|帮助)|不包含|转人工|超出|都不符合|不要猜",
    re.IGNORECASE,
)
_CITED = re.compile(r"(?:\[\d{1,3}\])+[.。]?$")
_HEADING = re.compile(r"#{1,6} ")


def no_refusal(subject: Subject) -> Iterator[str]:
    """Nothing says what to do when the task cannot be done."""
    output = subject.specification.output
    if output and output.refusal:
        if not any(output.refusal in rule for rule in subject.rules()):
            yield output.refusal
    elif not any(_REFUSAL.search(rule) for rule in subject.rules()):
        yield str(subject.specification.key)


def unstated_output(subject: Subject) -> Iterator[str]:
    """The front matter does not say what comes out."""
    if subject.specification.output is None:
        yield "output"


def changed_output(subject: Subject) -> Iterator[str]:
    """Another output than the one that Kefu reads for this use."""
    if subject.contract is None or subject.contract.output is None:
        return
    given, wanted = subject.specification.output, subject.contract.output
    if given is None or _shape(given) != _shape(wanted):
        yield wanted.refusal or wanted.kind


def unnamed_fields(subject: Subject) -> Iterator[str]:
    """Fields and choices of the output that the section about it does not name."""
    output = subject.specification.output
    text = subject.specification.body(SectionName.OUTPUT)
    names = [each.name for each in output.fields] if output else []
    names += output.choices if output else []
    yield from (name for name in names if name not in text)


def no_examples(subject: Subject) -> Iterator[str]:
    """No example shows an output."""
    if not any(subject.outputs()):
        yield "Output:"


def broken_examples(subject: Subject) -> Iterator[str]:
    """Examples whose output is not what the front matter promises."""
    output = subject.specification.output
    if output is not None:
        yield from (shorten(text) for text in subject.outputs() if not fits(text, output))


def fits(text: str, output: OutputFormat) -> bool:
    """Whether a model that writes this keeps to the format."""
    if output.refusal and text == output.refusal:
        return True
    if output.max_characters and len(text) > output.max_characters:
        return False
    match output.kind:
        case OutputKind.CHOICE:
            return text in output.choices
        case OutputKind.JSON:
            return _is_object(text, output.fields)
        case OutputKind.TEXT:
            return bool(text) and (not output.has_citations or _is_cited(text))


def _is_cited(text: str) -> bool:
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )", text)]
    stating = [part for part in paragraphs if part and not _HEADING.match(part)]
    return bool(stating) and all(_CITED.search(part) for part in stating)


def _is_object(text: str, fields: tuple[OutputField, ...]) -> bool:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(given, dict) or set(given) - {each.name for each in fields}:
        return False
    return all(
        _is_value(given[each.name], each) if each.name in given else each.is_optional
        for each in fields
    )


def _is_value(value: object, given: OutputField) -> bool:
    match given.type:
        case VariableType.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case VariableType.LIST:
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case VariableType.CHOICE:
            return value in given.choices
        case VariableType.LANGUAGE:
            return value in {"zh", "en"}
        case VariableType.TEXT:
            return isinstance(value, str)
        case VariableType.LINE:
            return isinstance(value, str) and "\n" not in value


def _shape(output: OutputFormat) -> tuple[object, ...]:
    return output.kind, output.choices, output.fields, output.refusal, output.has_citations
