"""Answers as JSON of a schema: how they are asked for, found in what was written, and checked."""

import json
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from kefu.llm.loose_json import tighten

T = TypeVar("T", bound=BaseModel)

MOST_PROBLEMS = 5


class Unreadable(ValueError):
    """A text holds no JSON of the schema; says why, for the model."""


def instruct(instructions: str, schema: type[BaseModel]) -> str:
    """The instructions with how to answer: many servers take a schema and do not heed it."""
    shown = json.dumps(schema.model_json_schema(), ensure_ascii=False)
    return f"{instructions}\n\n{_prompt('json').substitute(schema=shown)}".strip()


def ask_again(prompt: str, *, answer: str, problem: Unreadable) -> str:
    """The prompt that has an answer mended."""
    return _prompt("repair").substitute(prompt=prompt, answer=answer, problem=problem)


def wish_for(schema: type[BaseModel]) -> dict[str, Any]:
    """As the OpenAI protocol asks for JSON of a schema."""
    given = {"name": "answer", "schema": schema.model_json_schema()}
    return {"response_format": {"type": "json_schema", "json_schema": given}}


def read_object(text: str, schema: type[T]) -> T:
    """What the text says, be there prose or a fence around it.

    Raises:
        Unreadable: there is no JSON object in it, or one with other fields or types.
    """
    try:
        return schema.model_validate(find_object(text))
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, each['loc'])) or 'the object'}: {each['msg']}"
            for each in error.errors()[:MOST_PROBLEMS]
        ]
        raise Unreadable("; ".join(problems) + ".") from error


def find_object(text: str) -> dict[str, Any]:
    """The longest JSON object in a text, or else in what it is without mistakes of form.

    Raises:
        Unreadable: there is none.
    """
    found = _find_objects(text) or _find_objects(tighten(text))
    if not found:
        raise Unreadable("it holds no complete JSON object.")
    return max(found, key=lambda each: each[0])[1]


def _find_objects(text: str) -> list[tuple[int, dict[str, Any]]]:
    """All that are not part of another, each with its length."""
    found: list[tuple[int, dict[str, Any]]] = []
    decoder = json.JSONDecoder(strict=False)
    at = 0
    while (at := text.find("{", at)) >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        found.append((end - at, value))
        at = end
    return found


@cache
def _prompt(name: str) -> Template:
    path = files("kefu.llm") / "prompts" / f"{name}.md"
    return Template(path.read_text(encoding="utf-8").strip())
