"""The languages of the pages: which one a request gets, and its catalogue of strings."""

import gettext
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

Language = Literal["zh", "en"]

LANGUAGES: Sequence[Language] = ("zh", "en")
SOURCE_LANGUAGE: Language = "en"  # the strings in templates are in it
LANGUAGE_COOKIE = "kefu_language"
FOLDER = Path(__file__).parent / "locale"


@runtime_checkable
class Said(Protocol):
    """A sentence in English, the key of its translations, with the values of its `%(names)s`."""

    @property
    def sentence(self) -> str: ...
    @property
    def values(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence as it is shown, and the language it is in."""

    text: str
    language: Language


def tell(said: Said, *, language: Language) -> Told:
    """Put a sentence into a language; one that its catalogue lacks stays in English.

    A value that is a sentence itself is told in the language, too.
    """
    found = list_translations(language).gettext(said.sentence)
    values = {
        name: tell(value, language=language).text if isinstance(value, Said) else value
        for name, value in said.values.items()
    }
    text = found % values if values else found
    return Told(text=text, language=SOURCE_LANGUAGE if found == said.sentence else language)


def choose_language(request: Request) -> Language:
    """The language chosen on the page, else the one the browser prefers, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    preferred = _preferences(request.headers.get("accept-language", ""))
    wanted = negotiate_locale([chosen or "", *preferred], LANGUAGES, sep="-")
    return "zh" if wanted == "zh" else "en"


@cache
def list_translations(language: Language) -> gettext.NullTranslations:
    """The catalogue of a language, compiled in memory from its .po file."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    with (FOLDER / language / "LC_MESSAGES" / "kefu.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _preferences(header: str) -> list[str]:
    """Languages of an Accept-Language header, best first."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(","):
        name, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        weighted.append((-weight, name.strip().partition("-")[0].lower()))
    return [name for _, name in sorted(weighted, key=lambda each: each[0])]
