"""What a message can hold beside its text: cards, quick replies, forms, and filled-in forms."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from kefu.errors import BadInput
from kefu.text import explain_mistake

MOST_BLOCKS = 10
Short = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
CLOSED = ConfigDict(extra="forbid")


def _check_address(given: str) -> str:
    if given and not given.startswith(("https://", "http://")):
        raise ValueError("an address begins with https:// or http://")
    return given


Address = Annotated[str, Field(max_length=2000), AfterValidator(_check_address)]


@dataclass(frozen=True, slots=True, kw_only=True, config=CLOSED)
class Card:
    """Something with a name, an image and facts: an order, a product.

    Attributes:
        facts: rows of name and value.
    """

    type: Literal["card"]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    text: Long = ""
    image_url: Address = ""
    link_url: Address = ""
    facts: Annotated[Sequence[tuple[Short, Short]], Field(max_length=20)] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=CLOSED)
class QuickReplies:
    """Answers to choose from."""

    type: Literal["quick_replies"]
    choices: Annotated[
        Sequence[Annotated[str, Field(min_length=1, max_length=80)]],
        Field(min_length=1, max_length=10),
    ]


@dataclass(frozen=True, slots=True, kw_only=True, config=CLOSED)
class FormField:
    """One thing that a form asks for.

    Attributes:
        pattern: that the whole value has to match, as HTML and Python both read it.
        hint: what is said when it does not.
    """

    name: Name
    label: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Literal["text", "email", "number", "date", "choice"] = "text"
    is_required: bool = True
    pattern: Annotated[str, Field(max_length=200)] = ""
    hint: Short = ""
    choices: Annotated[Sequence[Short], Field(max_length=30)] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=CLOSED)
class Form:
    """What the customer is asked to fill in."""

    type: Literal["form"]
    title: Short = ""
    fields: Annotated[Sequence[FormField], Field(min_length=1, max_length=12)]


@dataclass(frozen=True, slots=True, kw_only=True, config=CLOSED)
class FormReply:
    """A form as the customer filled it in."""

    type: Literal["form_reply"]
    values: Annotated[Mapping[Name, Long], Field(max_length=12)] = field(default_factory=dict)


Block = Annotated[Card | QuickReplies | Form | FormReply, Field(discriminator="type")]
BLOCKS: TypeAdapter[list[Block]] = TypeAdapter(list[Block])
FROM_CUSTOMERS = frozenset({"form_reply"})


def check_content(
    given: Sequence[Mapping[str, object]], *, is_customer: bool = False
) -> list[Mapping[str, object]]:
    """Read blocks as they came and give them as they are kept.

    Raises:
        BadInput: a block is unknown or holds what it may not.
    """
    if len(given) > MOST_BLOCKS:
        raise BadInput("A message has at most %(most)s blocks.", most=MOST_BLOCKS)
    try:
        blocks = BLOCKS.validate_python(list(given))
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(["content", *map(str, problem["loc"])])
        raise explain_mistake(problem, place=place) from error
    if is_customer and any(block.type not in FROM_CUSTOMERS for block in blocks):
        raise BadInput("Customers send text, files and filled-in forms.")
    kept: list[Mapping[str, object]] = BLOCKS.dump_python(blocks, mode="json")
    return kept
