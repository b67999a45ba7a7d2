"""Templates: one environment a language, every value escaped."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from kefu.viewer import ANONYMOUS, Viewer
from kefu.web.addresses import find_way_back, has_page
from kefu.web.languages import Language, choose_language, list_translations, tell
from kefu.web.markdown import Attributes, render_answer

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
    """Answer with a page in the language and the theme of the request, for its viewer."""
    viewer, csrf_token = find_viewer(request)

    def may_open(path: str, permission: str) -> bool:
        return permission in viewer.permissions and has_page(request, path)

    text = (
        _environment(choose_language(request))
        .get_template(template)
        .render(
            page=page,
            theme=choose_theme(request),
            path=request.url.path,
            way_back=find_way_back(request),
            viewer=viewer,
            csrf_token=csrf_token,
            people=getattr(request.state, "people", {}),
            may_open=may_open,
        )
    )
    headers = {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
    return HTMLResponse(text, status_code=status, headers=headers)


def choose_theme(request: Request) -> str:
    """The theme chosen on the page; "auto" follows the device."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def note_viewer(
    request: Request, viewer: Viewer, *, csrf_token: str, people: Mapping[str, str]
) -> None:
    """Let the page of this request know whom it is for, and what its forms must carry.

    `people` are the names of those who work here, by what stands in records: their addresses.
    """
    request.state.viewer = viewer
    request.state.csrf_token = csrf_token
    request.state.people = people


def find_viewer(request: Request) -> tuple[Viewer, str]:
    """Whom the page of this request is for, with the token of its forms."""
    viewer = getattr(request.state, "viewer", ANONYMOUS)
    return viewer, getattr(request.state, "csrf_token", "")


def _as_answer(text: str, citations: Mapping[int, Attributes] = MappingProxyType({})) -> Markup:
    return Markup(render_answer(text, citations))  # noqa: S704 - markdown-it escapes all text


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
    environment.globals["html_languages"] = HTML_LANGUAGES
    environment.globals["tell"] = partial(tell, language=language)
    environment.filters["answer"] = _as_answer
    catalogue = list_translations(language)
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    return environment
