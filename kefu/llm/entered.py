"""An endpoint as it is entered on a page: the checks of the settings, and what a page needs beyond.

Who may enter endpoints may not thereby read the server: its variables and files are no keys here,
its files no models, and addresses at which clouds hand out credentials are refused.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from kefu.errors import BadSettings
from kefu.llm.addresses import is_refused
from kefu.llm.endpoints import resolve
from kefu.settings import EndpointSettings

FIELDS = tuple(name for name in EndpointSettings.model_fields if name != "key")
LONGEST_KEY = 4000
LONGEST_URL = 500
LONGEST_NAME = 200
OVERALL = ""
"""Under which a problem stands that is not one of a single field."""


def read_fields(form: Mapping[str, str]) -> dict[str, str]:
    """The fields that are not empty, without the key."""
    given = {name: form.get(name, "").strip() for name in FIELDS}
    return {name: value for name, value in given.items() if value}


async def find_problems(fields: Mapping[str, str], *, key: str = "") -> dict[str, str]:
    """What is wrong, by field, in the sentences of the settings; empty when it can be kept."""
    unseen = [name for name, value in fields.items() if not value.isprintable()]
    if unseen:
        return dict.fromkeys(unseen, "There are characters in this that cannot be seen.")
    try:
        given = EndpointSettings.model_validate(fields)
    except ValidationError as error:
        return {str(each["loc"][0]): _sentence(dict(each)) for each in error.errors()}
    problems = {
        "preset": _problem_of_preset(given),
        "url": await _problem_of_url(given.url),
        "model": "At most 200 characters." if len(given.model) > LONGEST_NAME else "",
        "key": _problem_of_key(key),
    }
    try:
        resolve(given, origin="page")
    except BadSettings as error:
        problems[OVERALL] = str(error)
    return {name: problem for name, problem in problems.items() if problem}


def as_stored(fields: Mapping[str, str]) -> dict[str, Any]:
    """What is kept of fields without problems."""
    given = EndpointSettings.model_validate(fields)
    return given.model_dump(mode="json", exclude_unset=True, exclude={"key"})


def is_same_place(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether both go to the same host, so that the key of the one is safe with the other."""
    try:
        return _origin(before) == _origin(after)
    except (BadSettings, ValueError):
        return False


def _origin(given: Mapping[str, Any]) -> tuple[str, str]:
    parts = urlsplit(resolve(EndpointSettings.model_validate(given), origin="page").url)
    return parts.scheme, parts.netloc.lower()


def _sentence(problem: dict[str, Any]) -> str:
    shown = f", not {problem['input']!r:.60}" if isinstance(problem["input"], str) else ""
    return f"{problem['msg']}{shown}."


def _problem_of_preset(given: EndpointSettings) -> str:
    if given.preset == "local":
        return "A model that Kefu runs itself is set in kefu.toml."
    return ""


async def _problem_of_url(url: str | None) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "This is no address."
    if parts.username or parts.password or parts.query or parts.fragment or len(url) > LONGEST_URL:
        return "Only host, port and path belong into the address; the key has a field of its own."
    if await is_refused(parts.hostname or ""):
        return "This address is link-local: there machines hand out credentials, not models."
    return ""


def _problem_of_key(key: str) -> str:
    if key.startswith(("env:", "file:")):
        return "Variables and files of the server can be named in kefu.toml only."
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        return f"A key has at most {LONGEST_KEY} printable ASCII characters."
    return ""
