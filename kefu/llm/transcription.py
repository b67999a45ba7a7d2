"""Speech written down, by an OpenAI-compatible `POST /audio/transcriptions`."""

import asyncio

from openai import OpenAIError, omit
from openai.types.audio import Transcription
from openai.types.audio.transcription import UsageTokens

from kefu.errors import ModelUnavailable
from kefu.llm.calls import Usage
from kefu.llm.endpoints import Endpoint
from kefu.llm.failures import MALFORMED, Place
from kefu.llm.http import explain, open_client, raise_for
from kefu.llm.recording import Recording


class TranscriptionWire:
    """Asks one model what is said."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Nothing is sent before `transcribe`."""
        self._place = Place.of(endpoint)
        self._model = endpoint.model
        self._seconds = endpoint.settings.first_token_seconds
        self._client = open_client(
            endpoint.url, endpoint.settings.key, timeout_seconds=self._seconds, tries=1
        )

    async def transcribe(self, recording: Recording, *, usage: Usage) -> str:
        """What is said; empty where nothing is.

        Raises:
            ModelUnavailable: it does not answer as it should.
        """
        try:
            async with asyncio.timeout(self._seconds):
                answer: Transcription = await self._client.audio.transcriptions.create(
                    model=self._model,
                    file=(recording.name, recording.sound),
                    language=recording.language or omit,
                    response_format="json",
                )
            text = answer.text.strip()
        except OpenAIError as error:
            raise_for(error, self._place)
        except (TimeoutError, *MALFORMED) as error:
            raise ModelUnavailable(explain(error, self._place)) from error
        if isinstance(answer.usage, UsageTokens):
            usage.input_tokens = answer.usage.input_tokens
            usage.output_tokens = answer.usage.output_tokens
        return text

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()
