"""What a model can do beside writing: answer by a JSON schema, and call a tool."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from openai import OpenAIError
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.messages import ModelRequest, ModelResponse, ToolCallPart, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.tools import ToolDefinition

from kefu.errors import ModelRejected, ModelUnavailable
from kefu.llm.calls import Usage
from kefu.llm.chat import NO_WISHES, Wire
from kefu.llm.endpoints import Endpoint
from kefu.llm.failures import MALFORMED
from kefu.llm.http import open_client

WHOLE_ANSWER_SECONDS = 60.0


class ModelWire(Wire, Protocol):
    """A wire whose model can be asked for more than text."""

    async def reach(self) -> Endpoint:
        """The endpoint to ask for more than text."""
        ...


class Order(BaseModel):
    """What a model is asked to read out of a sentence."""

    model_config = ConfigDict(extra="forbid", strict=True)

    order_number: int
    city: str


PROFILE = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
"""`max_tokens` is what all servers understand."""

ORDER_SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "order", "strict": True, "schema": Order.model_json_schema()},
}
ORDER_STATUS = ToolDefinition(
    name="order_status",
    description="Looks up where an order is.",
    parameters_json_schema=Order.model_json_schema(),
)


class AbilityWire:
    """Asks for JSON or for a call of a tool; what comes is written only when it is right."""

    def __init__(self, wire: ModelWire, *, with_tool: bool) -> None:
        """Without the tool a schema is given."""
        self._wire = wire
        self._with_tool = with_tool

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        usage: Usage,
        wishes: Mapping[str, Any] = NO_WISHES,  # noqa: ARG002 - it has its own
    ) -> AsyncGenerator[str, None]:
        """The order as JSON.

        Raises:
            ModelRejected: the model lacks the ability.
            ModelUnavailable: it does not answer.
        """
        endpoint = await self._wire.reach()
        settings = OpenAIChatModelSettings(max_tokens=max_tokens, temperature=0.0)
        if not self._with_tool:
            settings["extra_body"] = {"response_format": ORDER_SCHEMA}
        try:
            async with asyncio.timeout(WHOLE_ANSWER_SECONDS), _open_model(endpoint) as model:
                response = await model_request(
                    model,
                    [ModelRequest(parts=[UserPromptPart(prompt)], instructions=instructions)],
                    model_settings=settings,
                    model_request_parameters=ModelRequestParameters(
                        function_tools=[ORDER_STATUS] if self._with_tool else []
                    ),
                )
        except TimeoutError:
            raise ModelUnavailable("It did not answer in time.") from None
        except (AgentRunError, OpenAIError, *MALFORMED) as error:
            raise ModelRejected("It does not accept the request.") from error
        if response.usage.input_tokens:
            usage.input_tokens = response.usage.input_tokens
            usage.output_tokens = response.usage.output_tokens
        yield self._read(response).model_dump_json()

    async def aclose(self) -> None:
        """The wire belongs to others."""

    def _read(self, response: ModelResponse) -> Order:
        given = response.text or ""
        if self._with_tool:
            calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
            if not calls or calls[0].tool_name != ORDER_STATUS.name:
                raise ModelRejected("It did not call the tool.")
            given = calls[0].args_as_json_str()
        try:
            return Order.model_validate_json(given)
        except ValidationError:
            raise ModelRejected(f"What it answered does not fit the schema: {given:.80}") from None


@asynccontextmanager
async def _open_model(endpoint: Endpoint) -> AsyncIterator[OpenAIChatModel]:
    settings = endpoint.settings
    client = open_client(
        endpoint.url, settings.key, timeout_seconds=settings.first_token_seconds, tries=1
    )
    async with client:
        provider = OpenAICompatibleProvider("kefu", openai_client=client, profile=PROFILE)
        yield OpenAIChatModel(endpoint.model, provider=provider)
