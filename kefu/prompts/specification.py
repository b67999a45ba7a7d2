"""Reads a prompt specification: Markdown with front matter."""

import re
from dataclasses import replace
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kefu.errors import BadInput
from kefu.prompts.records import (
    Origin,
    OutputField,
    OutputFormat,
    OutputKind,
    PromptKey,
    Section,
    SectionName,
    Specification,
    Variable,
    VariableType,
)
from kefu.text import BadYaml, Language, detect_language, read_yaml, refers_back

LONGEST_TEXT = 50_000
"""Characters; more is no prompt."""

DEFAULT_BUDGET_TOKENS = 1500
NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
SAID = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "model_type": "its fields are missing, as in type: text",
    "string_type": "it is no text; put it in quotation marks",
    "string_pattern_mismatch": "write lower-case letters, digits and hyphens, as in answer",
}
"""Where pydantic's own words are about its types."""

HEADINGS: dict[Language, dict[SectionName, str]] = {
    "en": {name: name.capitalize() for name in SectionName},
    "zh": {
        SectionName.ROLE: "角色",
        SectionName.SCOPE: "任务范围",
        SectionName.RULES: "业务规则",
        SectionName.STYLE: "交互风格",
        SectionName.SAFETY: "安全",
        SectionName.OUTPUT: "输出格式",
        SectionName.EXAMPLES: "示例",
        SectionName.MESSAGE: "消息",
    },
}
_NAMES = {heading.casefold(): name for each in HEADINGS.values() for name, heading in each.items()}
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING_OR_FENCE = re.compile(r"^(?:##[ \t]+(?P<heading>.+?)[ \t#]*|(?P<fence>`{3,}|~{3,}).*)$")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Variable(_Strict):
    type: VariableType
    origin: Origin = Origin.KEFU
    meaning: str = Field("", max_length=300)
    example: str = Field("", max_length=4000)
    optional: bool = False
    choices: tuple[str, ...] = ()


class _OutputField(_Strict):
    type: VariableType
    choices: tuple[str, ...] = ()
    optional: bool = False


class _Output(_Strict):
    format: OutputKind
    choices: tuple[str, ...] = ()
    fields: dict[str, _OutputField] = Field(default_factory=dict, max_length=40)
    refusal: str | None = Field(None, min_length=1, max_length=60)
    citations: bool = False
    max_characters: int | None = Field(None, ge=1)


class _FrontMatter(_Strict):
    name: str = Field(pattern=f"^{NAME}$", max_length=60)
    language: Language
    purpose: str = Field(min_length=1, max_length=300)
    budget_tokens: int = Field(DEFAULT_BUDGET_TOKENS, ge=50, le=100_000)
    variables: dict[str, _Variable] = Field(default_factory=dict, max_length=40)
    output: _Output | None = None


@lru_cache(maxsize=128)
def parse_specification(text: str) -> Specification:
    """Read a specification; what it says is judged by `lint`, not here.

    Raises:
        BadInput: in one sentence: no front matter, a field that is missing, unknown or wrong.
    """
    text = tidy(text)
    found = _FRONT_MATTER.match(text)
    if not found:
        raise BadInput("The prompt has no front matter: begin the file with --- and its fields.")
    front = _read_front_matter(found[1])
    return Specification(
        key=PromptKey(name=front.name, language=front.language),
        purpose=front.purpose,
        variables=tuple(_variable(name, each) for name, each in front.variables.items()),
        output=_output(front.output) if front.output else None,
        budget_tokens=front.budget_tokens,
        sections=tuple(_split_sections(text[found.end() :])),
        text=text,
    )


def plain_specification(line: str, *, like: Specification) -> Specification:
    """A prompt of bare instructions, given the same fenced texts as another one.

    Raises:
        BadInput: there are no instructions, or too many.
    """
    line = tidy(line).strip()
    if not line:
        raise BadInput("The prompt is empty.")
    texts = "\n".join(f"${each.name}" for each in like.variables if each.is_foreign)
    return replace(
        like,
        key=PromptKey(name=like.key.name, language=detect_language(line)),
        purpose="",
        sections=(
            Section(name=SectionName.ROLE, heading="", body=line.replace("$", "$$")),
            Section(name=SectionName.MESSAGE, heading="", body=texts),
        ),
        text=line,
    )


def has_front_matter(text: str) -> bool:
    """Whether a text is meant to be a specification."""
    return tidy(text).startswith("---\n")


def tidy(text: str) -> str:
    """The text with plain line breaks and one at its end, as it is kept and hashed.

    Raises:
        BadInput: it is too long or holds a NUL character.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"
    if len(text) > LONGEST_TEXT:
        raise BadInput("The prompt is longer than %(most)s characters.", most=LONGEST_TEXT)
    if "\0" in text:
        raise BadInput("The prompt holds a NUL character.")
    return text


def _read_front_matter(block: str) -> _FrontMatter:
    if refers_back(block):
        raise BadInput("The front matter refers back to itself with *; write it out.")
    try:
        fields = read_yaml(block)
    except BadYaml as error:
        if error.line is None:
            raise BadInput("The front matter is not valid YAML.") from error
        raise BadInput(
            "The front matter is not valid YAML, line %(line)s.", line=error.line + 1
        ) from error
    if not isinstance(fields, dict):
        raise BadInput("The front matter holds no fields: write one a line, as in name: answer.")
    try:
        return _FrontMatter.model_validate(fields)
    except ValidationError as error:
        problem = error.errors()[0]
        said = SAID.get(problem["type"], problem["msg"].removeprefix("Value error, "))
        raise BadInput(
            "In the front matter, %(where)s: %(problem)s.",
            where=".".join(str(part) for part in problem["loc"] if part != "[key]"),
            problem=said,
        ) from None


def _variable(name: str, given: _Variable) -> Variable:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name == "fence":
        raise BadInput(
            "A variable cannot be called %(name)r: use lower case letters and _.", name=name
        )
    _require_choices(name, given.type is VariableType.CHOICE, given.choices)
    return Variable(
        name=name,
        type=given.type,
        origin=given.origin,
        meaning=given.meaning,
        example=given.example.strip(),
        is_optional=given.optional,
        choices=given.choices,
    )


def _output(given: _Output) -> OutputFormat:
    _require_choices("output", given.format is OutputKind.CHOICE, given.choices)
    if (given.format is OutputKind.JSON) != bool(given.fields):
        raise BadInput("An output of the format json, and no other, states its fields.")
    for name, each in given.fields.items():
        _require_choices(f"output.{name}", each.type is VariableType.CHOICE, each.choices)
    return OutputFormat(
        kind=given.format,
        choices=given.choices,
        fields=tuple(
            OutputField(name=name, type=each.type, choices=each.choices, is_optional=each.optional)
            for name, each in given.fields.items()
        ),
        refusal=given.refusal,
        has_citations=given.citations,
        max_characters=given.max_characters,
    )


def _require_choices(name: str, is_choice: bool, choices: tuple[str, ...]) -> None:  # noqa: FBT001
    if is_choice != bool(choices):
        raise BadInput(
            "In the front matter, %(name)s: a choice, and nothing else, has choices.", name=name
        )


def _split_sections(body: str) -> list[Section]:
    """Cut at the headings of the second level, but not inside a fence."""
    sections: list[Section] = []
    heading, lines, fence = "", list[str](), ""
    for line in body.split("\n"):
        found = _HEADING_OR_FENCE.match(line)
        if found and found["fence"]:
            fence = "" if fence and line.startswith(fence) else fence or found["fence"]
        if found and found["heading"] and not fence:
            sections.append(_section(heading, lines))
            heading, lines = found["heading"].strip(), []
        else:
            lines.append(line)
    sections.append(_section(heading, lines))
    return [each for each in sections if each.heading or each.body]


def _section(heading: str, lines: list[str]) -> Section:
    return Section(
        name=_NAMES.get(heading.casefold()), heading=heading, body="\n".join(lines).strip()
    )
