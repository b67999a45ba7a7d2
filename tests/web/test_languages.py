"""Which language a page speaks, and that it speaks it throughout."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from fastapi import Request
from jinja2.ext import babel_extract

from kefu import errors
from kefu.errors import Conflict
from kefu.web import LANGUAGE_COOKIE, choose_language, list_translations
from kefu.web.languages import tell
from kefu.web.rendering import AREAS

TEMPLATES = sorted(AREAS.glob("*/templates/*.html"))
SHOWN_ELSEWHERE = (
    "db/unfit.py",
    *(str(each.relative_to(AREAS)) for each in sorted((AREAS / "conversations").rglob("*.py"))),
    "knowledge/store/bases.py",
    "knowledge/store/documents.py",
    "knowledge/unnamed.py",
    "llm/endpoints.py",
    "llm/entered.py",
    "llm/secrets.py",
    "releases/applying.py",
    "releases/live.py",
    "releases/moves.py",
    "releases/store.py",
    "text/mistakes.py",
)
"""Modules of areas without pages whose errors pages of other areas show."""
SCRIPTS = sorted(AREAS.glob("web/static/*.js"))


def request(*, accept: str = "", cookie: str = "") -> Request:
    headers = [(b"accept-language", accept.encode()), (b"cookie", cookie.encode())]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("en;q=0.5,zh;q=0.9", "zh"),
        ("de,fr;q=0.9", "en"),
        ("de,zh;q=0.1", "zh"),
        ("*", "en"),
        ("zh;q=nonsense,en", "en"),
        ("\x80;;;,,,", "en"),
    ],
)
def test_the_browser_language_decides(accept: str, language: str) -> None:
    assert choose_language(request(accept=accept)) == language


def test_the_language_chosen_on_the_page_comes_before_the_browser() -> None:
    assert choose_language(request(accept="zh", cookie=f"{LANGUAGE_COOKIE}=en")) == "en"
    assert choose_language(request(accept="zh", cookie=f"{LANGUAGE_COOKIE}=xx")) == "zh"


def strings_of_modules() -> Iterator[str]:
    """What modules name for pages to show: `_` marks it."""
    for path in sorted(AREAS.glob("**/*.py")):
        with path.open("rb") as file:
            for _, _, string, _ in extract_python(file, ("_",), [], {}):
                if string:
                    yield str(string)


def strings_of_templates() -> Iterator[str]:
    for path in TEMPLATES:
        with path.open("rb") as file:
            for _, _, string, _ in babel_extract(file, ("_", "gettext"), [], {"trimmed": "true"}):
                if string:  # what a variable holds is a string of a module
                    yield str(string[0] if isinstance(string, tuple) else string)


def errors_of_modules() -> Iterator[tuple[Path, ast.expr]]:
    """What errors that pages can show are raised with, in areas that have pages."""
    names = {name for name, kind in vars(errors).items() if isinstance(kind, type)} | {"Problem"}
    areas = {folder.parent for folder in AREAS.glob("*/templates")}
    paths = [each for area in areas for each in area.rglob("*.py") if "commands" not in str(each)]
    for path in [*paths, *(AREAS / each for each in SHOWN_ELSEWHERE)]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                given = [each.value for each in node.keywords if each.arg == "sentence"]
                yield from ((path, each) for each in [*node.args[:1], *given])


def strings_of_errors() -> Iterator[str]:
    for _, given in errors_of_modules():
        if isinstance(given, ast.Constant):
            yield str(given.value)


def test_what_an_error_says_is_a_key_of_the_catalogue() -> None:
    """Values are given beside the sentence, not put into it."""
    composed = {
        f"{path.relative_to(AREAS)}: {ast.unparse(given)}"
        for path, given in errors_of_modules()
        if isinstance(given, ast.JoinedStr | ast.BinOp)
    }
    assert composed == set()


def test_a_sentence_without_translation_is_told_in_english() -> None:
    known = tell(Conflict("%(email)s is disabled.", email="50%@example.com"), language="zh")
    assert (known.text, known.language) == ("50%@example.com 已停用。", "zh")
    unknown = tell(Conflict("It rains %(what)s.", what="cats"), language="zh")
    assert (unknown.text, unknown.language) == ("It rains cats.", "en")
    assert str(Conflict("It rains at 100 %.")) == "It rains at 100 %."


def test_a_sentence_in_a_sentence_is_told_in_the_same_language() -> None:
    inner = Conflict("%(email)s is disabled.", email="li@example.com")
    outer = Conflict("It rains: %(why)s", why=inner)
    assert tell(outer, language="zh").text == "It rains: li@example.com 已停用。"
    assert str(outer) == "It rains: li@example.com is disabled."


def test_every_string_has_a_chinese_translation_and_none_is_left_over() -> None:
    catalogue = list_translations("zh")._catalog  # type: ignore[attr-defined]
    translated = {source for source, target in catalogue.items() if source and target}
    assert translated == {
        *strings_of_templates(),
        *strings_of_modules(),
        *strings_of_errors(),
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_in_a_template_stands_outside_the_catalogue(path: Path) -> None:
    text = path.read_text()
    visible = re.sub(
        r"(?s)\{% block body_class %\}.*?\{% endblock %\}|"
        r"\{[{%].*?[%}]\}|<svg.*?</svg>|<button[^>]*name=\"language\".*?</button>",
        "",
        text,
    )
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"(?s)<[^>]*>", " ", visible))
    assert set(words) <= {"Kefu"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_hold_no_text_for_people(path: Path) -> None:
    text = path.read_text()
    code = re.sub(r"(?m)//.*$|/\*.*?\*/", "", text)
    assert not re.search(r"textContent = [`\"'][A-Za-z]{2}|alert\(|[\u4e00-\u9fff]", code)
