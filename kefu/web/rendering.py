"""Templates: one environment a language, every value escaped."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from kefu.web.languages import Language, choose_language, list_translations

Theme = Literal["auto", "light", "dark"]

THEMES: Sequence[Theme] = ("auto", "light", "dark")
THEME_COOKIE = "kefu_theme"
AREAS = Path(__file__).parent.parent
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def render(template: str, page: object, *, language: Language) -> str:
    """Fill a template, named "area/file.html", with its context."""
    return _environment(language).get_template(template).render(page=page)


def render_page(
    request: Request, template: str, page: object, *, status: int = 200
) -> HTMLResponse:
    """Answer with a page in the language and the theme of the request."""
    text = (
        _environment(choose_language(request))
        .get_template(template)
        .render(page=page, theme=choose_theme(request))
    )
    headers = {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
    return HTMLResponse(text, status_code=status, headers=headers)


def choose_theme(request: Request) -> str:
    """The theme chosen on the page; "auto" follows the device."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


@cache
def _environment(language: Language) -> Environment:
    folders = {folder.parent.name: folder for folder in AREAS.glob("*/templates")}
    environment = Environment(
        loader=PrefixLoader({area: FileSystemLoader(path) for area, path in folders.items()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals["language"] = language
    environment.globals["html_language"] = HTML_LANGUAGES[language]
    catalogue = list_translations(language)
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    return environment
