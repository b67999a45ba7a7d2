"""What a client of chat completions sends, and what of it is a question and its history."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from kefu.answering import Turn
from kefu.chatbot.turns import HISTORY_TURNS, MAX_QUESTION_CHARACTERS
from kefu.conversations import ClientKey
from kefu.errors import BadInput, NotFound
from kefu.viewer import DataClass

MODEL = "kefu"
MAX_MESSAGES = 1000
MAX_EARLIER_CHARACTERS = 8000
"""Of an earlier answer; what stands behind them is not read."""

WITHOUT_EFFECT = frozenset({
    "frequency_penalty", "logit_bias", "max_completion_tokens", "max_tokens", "metadata",
    "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key",
    "prompt_cache_options", "prompt_cache_retention", "reasoning_effort", "safety_identifier",
    "seed", "service_tier", "store", "temperature", "top_p", "user", "verbosity",
})  # fmt: skip
"""They tune a model or say who pays; the release that is live decides how Kefu answers."""

HARMLESS: dict[str, tuple[object, ...]] = {
    "audio": (None,),
    "function_call": (None, "none", "auto"),
    "functions": (None, []),
    "logprobs": (None, False),
    "modalities": (None, ["text"]),
    "moderation": (None,),
    "n": (None, 1),
    "response_format": (None, {"type": "text"}),
    "stop": (None, []),
    "tool_choice": (None, "none", "auto"),
    "tools": (None, []),
    "top_logprobs": (None, 0),
    "web_search_options": (None, {}),
}
"""The only values of what Kefu cannot do: leaving these out would answer something else."""


class Part(BaseModel):
    """A part of a message; of the kinds there are, text is read."""

    type: str = Field(max_length=50, examples=["text"])
    text: str = ""
    refusal: str = ""


def _name_kind(given: object) -> str:
    return "parts" if isinstance(given, list) else "text"


Content = Annotated[
    Annotated[str, Tag("text")] | Annotated[list[Part], Tag("parts")], Discriminator(_name_kind)
]
"""Told apart before it is read, so that what is wrong is said of the kind that was sent."""


class Message(BaseModel):
    """A message of the conversation so far, oldest first."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Content | None = None

    @property
    def text(self) -> str:
        """All that is written in it."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(map(_read_part, self.content or ()))


class StreamOptions(BaseModel):
    """What is streamed besides the answer."""

    include_usage: bool | None = None


class Extension(BaseModel):
    """What only Kefu understands."""

    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID | None = Field(
        None,
        description="Of an earlier answer, to ask on in that conversation: Kefu then goes by what"
        " it has stored and not by the earlier messages of the request.",
    )
    client_key: ClientKey | None = Field(
        None,
        description="Made by the sender for this question; sent again with it, the question is"
        " stored and answered once.",
    )


class CompletionRequest(BaseModel):
    """A conversation that waits for an answer."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(max_length=210, examples=[MODEL])
    messages: Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    kefu: Extension = Extension()

    @property
    def question(self) -> str:
        """What is to be answered."""
        last = self.messages[-1]
        if last.role != "user":
            raise BadInput("%(param)s: the last message must be the user's.", param="messages")
        return last.text

    @property
    def base(self) -> str | None:
        """The knowledge base that the model's name stands for, None: it names none."""
        family, _, base = self.model.partition("/")
        if family != MODEL:
            raise unknown_model(self.model)
        return base or None

    @property
    def wants_usage(self) -> bool:
        """Whether the stream ends with what was used."""
        return bool(self.stream_options and self.stream_options.include_usage)


def unknown_model(name: str) -> NotFound:
    """The error of a model that is none."""
    return NotFound(
        "The model %(model)r does not exist. GET /v1/models lists those that do.",
        model=name,
        param="model",
    )


def refuse_unsupported(extra: dict[str, Any]) -> None:
    """Refuse parameters that nobody knows, and those whose effect would be missed.

    Raises:
        BadInput: naming the parameter.
    """
    for name, value in extra.items():
        if name in WITHOUT_EFFECT:
            continue
        if name not in HARMLESS:
            raise BadInput("Unrecognized request argument supplied: %(param)s.", param=name)
        if value not in HARMLESS[name]:
            raise BadInput("%(param)s: Kefu does not support this. Leave it out.", param=name)


def read_history(messages: Sequence[Message], data_class: DataClass) -> tuple[Turn, ...]:
    """The last turns before the question; instructions and questions without answer drop out.

    `data_class` is the highest that an answer may have had.
    """
    said = [each for each in messages[:-1] if each.role in {"user", "assistant"} and each.text]
    return tuple(_pair_up(said, data_class))[-HISTORY_TURNS:]


def _pair_up(said: Sequence[Message], data_class: DataClass) -> Iterator[Turn]:
    for before, after in pairwise(said):
        if (before.role, after.role) == ("user", "assistant"):
            yield Turn(
                question=before.text[:MAX_QUESTION_CHARACTERS],
                answer=after.text[:MAX_EARLIER_CHARACTERS],
                data_class=data_class,
            )


def _read_part(part: Part) -> str:
    if part.type == "text":
        return part.text
    if part.type == "refusal":
        return part.refusal
    raise BadInput("%(param)s: Kefu reads text, not %(kind)s.", param="messages", kind=part.type)
