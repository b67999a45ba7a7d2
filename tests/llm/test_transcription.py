"""Speech to text, on a server that records what it was sent."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import kefu
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import Call, Endpoints, Recording, open_endpoints
from kefu.settings import EndpointSettings, Settings
from kefu.viewer import DataClass
from tests.llm.misbehaving import Behaviour, Server, hang, respond, serve

SAID = respond(json.dumps({"text": " 我要退款。 "}, ensure_ascii=False))
RECORDING = Recording(sound=b"RIFF....WAVE", name="call.wav", language="zh")


@asynccontextmanager
async def opened(server: Server, **changes: object) -> AsyncIterator[Endpoints]:
    given = {"name": "ears", "purpose": "transcription", "url": server.url, "model": "whisper-1"}
    endpoint = EndpointSettings.model_validate(given | {"first_token_seconds": 5} | changes)
    async with open_endpoints(Settings(endpoints=(endpoint,))) as registry:
        yield registry


async def test_what_is_said_is_written_down() -> None:
    calls: list[Call] = []
    async with serve(SAID) as server, opened(server) as registry:
        assert await registry.transcribe(RECORDING, on_call=calls.append) == "我要退款。"
    (request,) = server.requests
    assert request.path == "/v1/audio/transcriptions"
    assert request.headers["content-type"].startswith("multipart/form-data")
    for part in (b"RIFF....WAVE", b'filename="call.wav"', b"whisper-1", b'name="language"'):
        assert part in request.sent
    (call,) = calls
    assert (call.endpoint, call.cost_micros) == ("ears", None)


async def test_reported_tokens_have_a_price() -> None:
    usage = {"type": "tokens", "input_tokens": 30, "output_tokens": 10, "total_tokens": 40}
    calls: list[Call] = []
    async with (
        serve(respond(json.dumps({"text": "hello", "usage": usage}))) as server,
        opened(server, input_price=2, output_price=5) as registry,
    ):
        await registry.transcribe(RECORDING, on_call=calls.append)
    assert calls[0].cost_micros == 110


async def test_a_recording_is_not_sent_to_an_endpoint_below_its_class() -> None:
    async with serve(SAID) as server, opened(server, data_class="internal") as registry:
        with pytest.raises(ModelForbidden):
            await registry.transcribe(RECORDING)
        with pytest.raises(ModelForbidden):
            await registry.transcribe(RECORDING, data_class=DataClass.CONFIDENTIAL)
        assert not server.requests
        await registry.transcribe(RECORDING, data_class=DataClass.INTERNAL)


@pytest.mark.parametrize(
    "broken",
    [
        respond("{}"),
        respond("no JSON"),
        respond("<html>", content_type="text/html"),
        respond('{"text": null}'),
        respond("{}", status=413),
        hang,
    ],
)
async def test_a_broken_endpoint_is_a_clear_sentence(broken: Behaviour) -> None:
    async with serve(broken) as server, opened(server, first_token_seconds=0.5) as registry:
        with pytest.raises(ModelUnavailable, match=r'^The speech model "whisper-1" at http'):
            await registry.transcribe(RECORDING)
        await server.wait_until_idle()


async def test_the_command_line_writes_down_a_file(tmp_path: Path, migrated_url: str) -> None:
    (tmp_path / "call.wav").write_bytes(RECORDING.sound)
    sound = str(tmp_path / "call.wav")

    async def run(*arguments: str, url: str) -> tuple[int | None, str, str]:
        endpoint = {"name": "ears", "purpose": "transcription", "url": url, "model": "whisper-1"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kefu", "llm", "transcribe", *arguments),
            env={
                "PATH": os.defpath,
                "PYTHONPATH": str(Path(kefu.__file__).parents[1]),
                "KEFU_DATA_DIR": str(tmp_path / "data"),
                "KEFU_DATABASE_URL": migrated_url,
                "KEFU_ENDPOINTS": json.dumps([endpoint]),
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
        return process.returncode, output.decode(), errors.decode()

    async with serve(SAID) as server:
        assert (await run(sound, url=server.url))[:2] == (0, "我要退款。\n")
        _, output, _ = await run(sound, "--json", url=server.url)
        assert json.loads(output) == {"text": "我要退款。"}
        code, _, errors = await run("nothing.wav", url=server.url)
        assert (code, "nothing.wav cannot be read" in errors) == (2, True)
    code, _, errors = await run(sound, url="https://speech.example.com/v1")
    assert (code, "may see restricted data" in errors) == (1, True)
