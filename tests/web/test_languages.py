"""Which language a page speaks, and that it speaks it throughout."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from fastapi import Request
from jinja2.ext import babel_extract

from kefu.web import LANGUAGE_COOKIE, choose_language, list_translations
from kefu.web.rendering import AREAS

TEMPLATES = sorted(AREAS.glob("*/templates/*.html"))
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
    for path in sorted(AREAS.glob("*/*.py")):
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


def test_every_string_has_a_chinese_translation_and_none_is_left_over() -> None:
    catalogue = list_translations("zh")._catalog  # type: ignore[attr-defined]
    translated = {source for source, target in catalogue.items() if source and target}
    assert translated == {*strings_of_templates(), *strings_of_modules()}


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
