"""An endpoint as it is entered on a page: the checks of the settings, and what a page needs beyond.

Who may enter endpoints may not thereby read the server: its variables and files are no keys here,
its files no models, and addresses at which clouds hand out credentials are refused.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kefu.errors import BadInput, BadSettings, KefuError
from kefu.llm.addresses import is_refused
from kefu.llm.endpoints import resolve
from kefu.settings import EndpointSettings

FIELDS = tuple(name for name in EndpointSettings.model_fields if name != "key")
LONGEST_KEY = 4000
LONGEST_URL = 500
LONGEST_NAME = 200
OVERALL = ""
"""Under which a problem stands that is not one of a single field."""

CHECKS = {
    "missing": BadInput("This is needed."),
    "string_pattern_mismatch": BadInput(
        "Small letters, digits, dots and hyphens, at most 63, with a letter or digit first."
    ),
    "literal_error": BadInput("Choose one of the list."),
    "enum": BadInput("Choose one of the list."),
    "int_parsing": BadInput("This has to be a whole number."),
    "float_parsing": BadInput("This has to be a number."),
    "decimal_parsing": BadInput("This has to be a number."),
    "finite_number": BadInput("This has to be a finite number."),
}
"""What pydantic's checks without a bound say, by their names."""


def read_fields(form: Mapping[str, str]) -> dict[str, str]:
    """The fields that are not empty, without the key."""
    given = {name: form.get(name, "").strip() for name in FIELDS}
    return {name: value for name, value in given.items() if value}


async def find_problems(fields: Mapping[str, str], *, key: str = "") -> dict[str, KefuError]:
    """What is wrong, by field; empty when it can be kept."""
    unseen = [name for name, value in fields.items() if not value.isprintable()]
    if unseen:
        return dict.fromkeys(unseen, BadInput("There are characters in this that cannot be seen."))
    try:
        given = EndpointSettings.model_validate(fields)
    except ValidationError as error:
        return {str(each["loc"][0]): _explain(each) for each in error.errors()}
    problems = {
        "preset": _problem_of_preset(given),
        "url": await _problem_of_url(given.url),
        "model": _problem_of_model(given.model),
        "key": _problem_of_key(key),
        OVERALL: _problem_of_all(given),
    }
    return {name: problem for name, problem in problems.items() if problem is not None}


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


def _explain(problem: ErrorDetails) -> BadInput:
    """What one of pydantic's checks says, in a sentence that can be translated."""
    bounds = problem.get("ctx", {})
    match problem["type"]:
        case "greater_than":
            return BadInput("This has to be more than %(bound)s.", bound=bounds["gt"])
        case "greater_than_equal":
            return BadInput("This has to be at least %(bound)s.", bound=bounds["ge"])
        case "less_than_equal":
            return BadInput("This has to be at most %(bound)s.", bound=bounds["le"])
        case kind:
            return CHECKS.get(kind) or BadInput(
                "This cannot be used: %(problem)s.", problem=problem["msg"]
            )


def _problem_of_preset(given: EndpointSettings) -> BadInput | None:
    if given.preset == "local":
        return BadInput("A model that Kefu runs itself is set in kefu.toml.")
    return None


async def _problem_of_url(url: str | None) -> BadInput | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return BadInput("This is no address.")
    if parts.username or parts.password or parts.query or parts.fragment or len(url) > LONGEST_URL:
        return BadInput(
            "Only host, port and path belong into the address; the key has a field of its own."
        )
    if await is_refused(parts.hostname or ""):
        return BadInput(
            "This address is link-local: there machines hand out credentials, not models."
        )
    return None


def _problem_of_model(model: str) -> BadInput | None:
    if len(model) > LONGEST_NAME:
        return BadInput("At most %(most)s characters.", most=LONGEST_NAME)
    return None


def _problem_of_key(key: str) -> BadInput | None:
    if key.startswith(("env:", "file:")):
        return BadInput("Variables and files of the server can be named in kefu.toml only.")
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        return BadInput("A key has at most %(most)s printable ASCII characters.", most=LONGEST_KEY)
    return None


def _problem_of_all(given: EndpointSettings) -> BadSettings | None:
    try:
        resolve(given, origin="page")
    except BadSettings as error:
        return error
    return None
