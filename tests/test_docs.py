"""Docs cannot lie: what they name exists, and what exists is named."""

import inspect
import re
import shlex
from collections.abc import Iterator
from enum import EnumType
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args
from urllib.parse import unquote

import pytest
import typer
from fastapi import FastAPI
from pydantic.fields import FieldInfo
from routes import list_routes

import kefu
from kefu import errors
from kefu.cli import app as cli
from kefu.cli.loading import Later
from kefu.evaluation import EVALUATORS, Gates, KnowledgeLimits, Monitors
from kefu.parsing import supported_suffixes
from kefu.prompts import CHECKS, list_shipped
from kefu.sections import Section
from kefu.server import create_app
from kefu.settings import (
    BENCHMARK_PREFIX,
    EndpointSettings,
    Settings,
    list_keys,
    load_settings,
    variable,
)

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
PAGES = sorted(
    (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "kefu" / "demo" / "README.md")
)
ELSEWHERE: set[Path] = set()

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NONE = "–"

SETTINGS = dict(list_keys())
AREAS = {
    module.name: import_module(f"kefu.{module.name}")
    for module in iter_modules(kefu.__path__)
    if module.ispkg and hasattr(import_module(f"kefu.{module.name}"), "__all__")
}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    return FENCE.sub("", text_of(path))


def sections_of(path: Path, *, level: int) -> dict[str, str]:
    """What stands below each heading of a level, by the names in backticks in that heading."""
    sections: dict[str, str] = {}
    for part in re.split(rf"^{'#' * level} ", text_of(path), flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        sections |= dict.fromkeys(re.findall(r"`([^`]+)`", heading), body)
    return sections


def list_commands(path: Path) -> list[str]:
    """Lines of a page's shell blocks, comments and continued lines taken care of."""
    blocks = "\n".join(body for kind, body in FENCE.findall(text_of(path)) if kind == "bash")
    lines = (shlex.split(line, comments=True) for line in blocks.replace("\\\n", " ").split("\n"))
    return [shlex.join(words) for words in lines if words]


def shown_default(field: FieldInfo) -> str:
    default = field.default
    if default in (None, "", ()):
        return NONE
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def shown_limits(field: FieldInfo) -> str:
    given = {
        name: getattr(each, name)
        for each in field.metadata
        for name in ("gt", "ge", "le", "max_length")
        if hasattr(each, name)
    }
    if "max_length" in given:
        return f"at most {given['max_length']}"
    if "le" in given:
        low = f"more than {given['gt']}" if "gt" in given else given["ge"]
        return f"{low} to {given['le']}"
    kinds = get_args(field.annotation) or (field.annotation,)
    enums = [each for kind in kinds if isinstance(kind, EnumType) for each in kind]
    choices = enums or [each for each in kinds if isinstance(each, str)]
    return ", ".join(f"`{each}`" for each in choices) or NONE


def row_start(key: str) -> str:
    start = f"| `{key}` | `{variable(key)}` | "
    has_fixed_default = SETTINGS[key].default_factory is None
    return f"{start}{shown_default(SETTINGS[key])} |" if has_fixed_default else start


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
@pytest.mark.parametrize("key", SETTINGS)
def test_readmes_list_every_setting(readme: Path, key: str) -> None:
    assert row_start(key) in text_of(readme), f"{readme.name} lacks: {row_start(key)} ..."


@pytest.mark.parametrize("key", SETTINGS)
def test_reference_lists_every_setting(key: str) -> None:
    field = SETTINGS[key]
    lines = text_of(REFERENCE / "settings.md").splitlines()
    row = next((line for line in lines if line.startswith(row_start(key))), "")
    end = f"| {shown_limits(field)} | {field.description} |"
    assert row.endswith(end), f"settings.md lacks: {row_start(key)} {end.removeprefix('| ')}"


@pytest.mark.parametrize("name", EndpointSettings.model_fields)
def test_reference_lists_every_key_of_an_endpoint(name: str) -> None:
    meaning = EndpointSettings.model_fields[name].description or "?"
    rows = sections_of(REFERENCE / "settings.md", level=2)["endpoints"].splitlines()
    row = next((line for line in rows if line.startswith(f"| `{name}` | ")), "")
    assert meaning.removesuffix(".") in row


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_name_only_known_variables(page: Path) -> None:
    known = {variable(key) for key in SETTINGS}
    named = {
        name
        for name in re.findall(r"\bKEFU_[A-Z][A-Z_]*[A-Z]\b", text_of(page))
        if not name.startswith(BENCHMARK_PREFIX)
    }
    assert named <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_toml_examples_are_settings(page: Path, tmp_path: Path) -> None:
    for kind, body in FENCE.findall(text_of(page)):
        if kind == "toml":
            (tmp_path / "kefu.toml").write_text(body, encoding="utf-8")
            load_settings()


def walk(command: Any, path: str = "kefu") -> Iterator[tuple[str, Any]]:
    """Every command with its full name, loaded; groups too."""
    command = command.load() if isinstance(command, Later) else command
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, f"{path} {name}")


CLI = typer.main.get_command(cli)
COMMANDS = dict(walk(CLI))


@pytest.mark.parametrize("path", COMMANDS)
def test_reference_lists_every_command_with_its_options(path: str) -> None:
    sections = sections_of(REFERENCE / "cli.md", level=2)
    assert path in sections, f"cli.md lacks a heading: ## `{path}`"
    for parameter in COMMANDS[path].params:
        names = [*parameter.opts, *parameter.secondary_opts]
        shown = names if names[0].startswith("-") else [parameter.name.upper()]
        for name in shown:
            assert f"`{name}" in sections[path], f"cli.md, {path}, lacks `{name}`"


def test_reference_lists_only_commands_and_options_that_exist() -> None:
    for path, body in sections_of(REFERENCE / "cli.md", level=2).items():
        assert path in COMMANDS
        known = {name for each in COMMANDS[path].params for name in each.opts + each.secondary_opts}
        assert set(re.findall(r"`(--[\w-]+)", body)) <= known | {"--help"}, path


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_shown_commands_can_be_parsed(page: Path) -> None:
    for line in list_commands(page):
        words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
        if words and words[0] == "kefu":
            parse(CLI, words[1:])


def parse(command: Any, words: list[str]) -> None:
    """Read words as the command line does; usage errors are raised."""
    command = command.load() if isinstance(command, Later) else command
    if hasattr(command, "commands"):
        with command.make_context("kefu", list(words)) as context:
            if not words[0].startswith("-"):
                _, inner, rest = command.resolve_command(context, list(words))
                parse(inner, rest)
    else:
        command.make_context(command.name, list(words)).close()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_shown_make_targets_exist(page: Path) -> None:
    targets = re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE)
    shown = [shlex.split(line)[1] for line in list_commands(page) if line.startswith("make ")]
    assert set(shown) <= set(targets)


def test_readmes_show_the_same_commands() -> None:
    english, chinese = map(list_commands, READMES)
    assert english == chinese


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings())


def test_reference_lists_every_route_and_no_other(app: FastAPI) -> None:
    headings = HEADING.findall(text_of(REFERENCE / "http-api.md"))
    routes = {str(route) for route in list_routes(app)}
    listed = {name for heading in headings for name in re.findall(r"`([A-Z]+ /[^`]*)`", heading)}
    assert listed == routes


@pytest.mark.parametrize("area", AREAS)
def test_reference_lists_every_public_name_and_no_other(area: str) -> None:
    body = sections_of(REFERENCE / "python.md", level=2).get(f"kefu.{area}", "")
    listed = set(re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE))
    names = set(AREAS[area].__all__)
    missing = "\n".join(suggest_row(AREAS[area], name) for name in sorted(names - listed))
    assert not missing, f"python.md, `kefu.{area}`, lacks:\n{missing}"
    assert listed <= names


def suggest_row(area: Any, name: str) -> str:
    """What could stand in the reference: the first line of the docstring."""
    meaning = inspect.getdoc(getattr(area, name)) or "..."
    return f"| `{name}` | {meaning.partition(chr(10))[0]} |"


def test_reference_lists_every_error_with_its_status() -> None:
    kinds = [
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.KefuError)
    ]
    page = text_of(REFERENCE / "errors.md")
    for kind in kinds:
        assert f"| `{kind.__name__}` | {kind.status} |" in page


def test_reference_lists_every_check_of_prompts_with_its_reason_and_its_mending() -> None:
    page = text_of(REFERENCE / "prompts.md")
    for check in CHECKS:
        row = f"| `{check.name}` | {check.severity} | {check.reason} | {check.mend} |"
        assert row in page, f"prompts.md lacks: {row}"


def test_reference_lists_every_shipped_prompt() -> None:
    page = text_of(REFERENCE / "prompts.md")
    languages: dict[str, list[str]] = {}
    for each in list_shipped():
        languages.setdefault(each.key.name, []).append(each.key.language)
    for name, written in languages.items():
        assert f"| `{name}` | {', '.join(written)} |" in page


def test_every_grade_is_explained_and_no_other() -> None:
    page = text_of(ROOT / "docs" / "explanation" / "grades.md")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [each.name for each in EVALUATORS]


TABLES = [(table, name) for table in (Monitors, KnowledgeLimits) for name in table.model_fields]


@pytest.mark.parametrize(("table", "name"), TABLES)
def test_every_limit_of_the_tables_in_gates_is_listed(table: type[Section], name: str) -> None:
    field = table.model_fields[name]
    row = f"| `{name}` | {shown_default(field)} | {field.description} |"
    assert row in text_of(ROOT / "docs" / "explanation" / "releases.md")


@pytest.mark.parametrize(
    "name", [each for each in Gates.model_fields if each not in ("monitors", "knowledge")]
)
def test_every_limit_of_a_gate_is_listed(name: str) -> None:
    field = Gates.model_fields[name]
    given = field.default if isinstance(field.default, tuple) else (field.default,)
    shown = ", ".join(f"`{each:g}`" if isinstance(each, float) else f"`{each}`" for each in given)
    row = f"| `{name}` | {NONE if field.default is None else shown} | {field.description} |"
    page = text_of(ROOT / "docs" / "how-to" / "measure-answers.md")
    assert row in page, f"measure-answers.md lacks: {row}"


def test_reference_lists_every_file_format() -> None:
    listed = set(re.findall(r"`(\.\w+)`", text_of(REFERENCE / "file-formats.md")))
    assert supported_suffixes() <= listed


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(prose_of(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists() or file in ELSEWHERE, f"{target} does not exist"
        if anchor:
            assert anchor in anchors_of(file), f"{target}: no such heading"


def anchors_of(page: Path) -> set[str]:
    """The anchors that are made of headings: lower case, spaces to hyphens, marks left out."""
    headings = HEADING.findall(prose_of(page))
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_every_page_of_the_docs_stands_in_their_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in LINK.findall(text_of(index))}
    assert set((ROOT / "docs").rglob("*.md")) - {index} <= linked
