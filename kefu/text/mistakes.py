"""What is said of a value that cannot be used: Kefu's words, not those of pydantic's types."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kefu.errors import BadInput
from kefu.text.catalogue import translatable as _

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST_PLACE = 100
UNKNOWN = _("it cannot be used")

_FIELD, _TEXT, _NUMBER, _WHOLE = (
    _("there is no such field"),
    _("write text"),
    _("write a number"),
    _("write a whole number"),
)
_LIST, _OBJECT, _SWITCH = _("write a list"), _("write an object"), _("write true or false")
_UUID = _("write a UUID, as in 0d9c9a0e-5b1f-4c6e-9c53-6f1c3a7be0d2")
_TIME = _("write a time with its zone, as in 2026-12-31T18:00:00Z")
_DAY = _("write a day, as in 2026-12-31")
_CHOICE = _("write %(expected)s")

SAID: Mapping[str, str] = {
    "missing": _("this is needed"),
    "extra_forbidden": _FIELD,
    "string_type": _TEXT,
    "string_unicode": _("it holds half of a character"),
    "string_too_short": _("it is empty or too short"),
    "string_too_long": _("write at most %(max_length)s characters"),
    "string_pattern_mismatch": _("write what matches %(pattern)s"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _("the number is too large"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "greater_than": _("write more than %(gt)s"),
    "greater_than_equal": _("write %(ge)s or more"),
    "less_than": _("write less than %(lt)s"),
    "less_than_equal": _("write %(le)s or less"),
    "is_instance_of": _LIST,
    "sequence_str": _LIST,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "too_short": _("give at least %(min_length)s"),
    "too_long": _("give at most %(max_length)s"),
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "literal_error": _CHOICE,
    "union_tag_not_found": _("%(discriminator)s is needed"),
    "union_tag_invalid": _("%(discriminator)s is one of %(expected_tags)s"),
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": _TIME,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
}
"""By the kind of the mistake; the gaps are filled from its context."""


def explain_mistake(problem: "ErrorDetails", *, place: str) -> BadInput:
    """Say in one sentence what is wrong with the value at a place."""
    return BadInput(
        "%(place)s: %(problem)s.", place=place[:LONGEST_PLACE], problem=_explain(problem)
    )


def _explain(problem: "ErrorDetails") -> BadInput | str:
    context = problem.get("ctx", {})
    if problem["type"] == "value_error":
        return str(context["error"]).removesuffix(".")
    sentence = SAID.get(problem["type"], UNKNOWN)
    return BadInput(sentence, **context)
