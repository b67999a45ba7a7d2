"""Fills a specification in: text that somebody else wrote is always fenced."""

from collections.abc import Iterable, Mapping
from string import Template

from kefu.errors import BadInput
from kefu.prompts.records import (
    Rendered,
    SectionName,
    Specification,
    Value,
    Variable,
    VariableType,
)
from kefu.prompts.shipped import find_contract
from kefu.safety import neutralise
from kefu.text import Language, content_digest

FENCE = "fence"
"""The variable that every prompt may use without stating it."""

LANGUAGE_NAMES: dict[Language, dict[str, str]] = {
    "en": {"zh": "Chinese (简体中文)", "en": "English"},
    "zh": {"zh": "中文", "en": "英文（English）"},
}


def render(specification: Specification, values: Mapping[str, Value]) -> Rendered:
    """Fill in every variable; a value that the prompt does not ask for is left out.

    What Kefu did not write stands between marks made from that very text, so no text can close
    its own, and holds nothing invisible nor a token of a chat template. An optional value that is
    not given leaves nothing.

    Raises:
        BadInput: a value is missing or of another type, or the prompt is malformed.
    """
    written = {each.name: _write(specification, each, values) for each in specification.variables}
    foreign = _foreign_names(specification)
    written |= {name: neutralise(written[name]) for name in foreign}
    fence = make_fence(written[name] for name in foreign)
    for name in foreign:
        if written[name]:
            written[name] = f"<{name} {fence}>\n{written[name]}\n</{name} {fence}>"
    written[FENCE] = fence
    return Rendered(
        instructions=_fill(specification, specification.instructions, written),
        message=_fill(specification, specification.body(SectionName.MESSAGE), written),
        fence=fence,
    )


def list_examples(specification: Specification) -> dict[str, Value]:
    """The values that the front matter gives as examples, with which it can be previewed."""
    return {each.name: _example(each) for each in specification.variables}


def read_values(specification: Specification, given: Mapping[str, object]) -> dict[str, Value]:
    """Values as a person or a file gives them: text where a number or a list is wanted.

    Raises:
        BadInput: the prompt has no such variable.
    """
    known = {each.name: each for each in specification.variables}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise BadInput(
            "%(prompt)s has no variable %(unknown)s; it has %(known)s.",
            prompt=specification.key,
            unknown=", ".join(unknown),
            known=", ".join(known) or "–",
        )
    return {name: _read(known[name], value) for name, value in given.items()}


def _read(variable: Variable, value: object) -> Value:
    if variable.type is VariableType.LIST and isinstance(value, list):
        return [str(each) for each in value]
    text = str(value)
    if variable.type is VariableType.LIST:
        return [each for each in text.split("\n") if each.strip()]
    return float(text) if variable.type is VariableType.NUMBER and _is_number(text) else text


def make_fence(texts: Iterable[str]) -> str:
    """A mark that none of the texts holds and nobody can know before they are put together."""
    whole = "\n".join(texts)
    fence = f"data-{content_digest(whole)[:10]}"
    while fence in whole:
        fence = f"data-{content_digest(whole + fence)[:10]}"
    return fence


def _foreign_names(specification: Specification) -> list[str]:
    """By its own statement, or by that of the shipped prompt for the same use."""
    contract = find_contract(specification.key)
    stated = (*specification.variables, *(contract.variables if contract else ()))
    foreign = {each.name for each in stated if each.is_foreign}
    return [each.name for each in specification.variables if each.name in foreign]


def _fill(specification: Specification, text: str, values: Mapping[str, str]) -> str:
    try:
        return Template(text).substitute(values)
    except KeyError as error:
        raise BadInput(
            "%(prompt)s does not state its variable %(reason)s.",
            prompt=specification.key,
            reason=error,
        ) from None
    except ValueError as error:
        raise BadInput(
            "%(prompt)s has a $ without a name: %(reason)s.", prompt=specification.key, reason=error
        ) from None


def _write(specification: Specification, variable: Variable, values: Mapping[str, Value]) -> str:
    value = values.get(variable.name)
    if value is None or value == "":
        if variable.is_optional:
            return ""
        raise BadInput(
            "%(prompt)s needs a value for %(variable)s.",
            prompt=specification.key,
            variable=variable.name,
        )
    text = _as_text(variable, value, specification.key.language)
    if text is None:
        allowed = f" ({', '.join(variable.choices)})" if variable.choices else ""
        raise BadInput(
            "%(variable)s of %(prompt)s has to be a %(type)s.",
            variable=variable.name,
            prompt=specification.key,
            type=f"{variable.type}{allowed}",
        )
    return text


def _as_text(variable: Variable, value: Value, language: Language) -> str | None:
    """A value as it stands in the prompt, None when it is of another type."""
    match variable.type:
        case VariableType.TEXT if isinstance(value, str):
            return value
        case VariableType.LINE if isinstance(value, str):
            return " ".join(value.split())
        case VariableType.CHOICE if value in variable.choices:
            return str(value)
        case VariableType.LANGUAGE if isinstance(value, str):
            return LANGUAGE_NAMES[language].get(value)
        case VariableType.NUMBER if isinstance(value, int | float):
            return str(value)
        case VariableType.LIST if isinstance(value, list | tuple):
            return "\n".join(f"- {' '.join(each.split())}" for each in value)
        case _:
            return None


def _example(variable: Variable) -> Value:
    match variable.type:
        case VariableType.NUMBER:
            return float(variable.example) if _is_number(variable.example) else 1
        case VariableType.LIST:
            return [each for each in variable.example.split("\n") if each] or [variable.name]
        case VariableType.CHOICE:
            return variable.example or variable.choices[0]
        case VariableType.LANGUAGE:
            return variable.example or "en"
        case VariableType.TEXT | VariableType.LINE:
            return variable.example or f"({variable.name})"


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
