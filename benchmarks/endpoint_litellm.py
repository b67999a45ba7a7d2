"""The mock model asked through litellm's router, in the process of the caller.

PYTHON-OF-LITELLM benchmarks/endpoint_litellm.py PORT CONNECTIONS CALLS
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator

from endpoint_calls import KEY, MAX_TOKENS, MESSAGES, drain, measure
from litellm import Router


async def ask_router(port: int, connections: int, calls: int) -> dict[str, float]:
    """`Router.acompletion`, streamed."""
    params = {"model": "openai/mock", "api_base": f"http://127.0.0.1:{port}/v1", "api_key": KEY}
    router = Router(model_list=[{"model_name": "mock", "litellm_params": params}])

    async def write() -> AsyncIterator[str]:
        answer = await router.acompletion(
            "mock",
            MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
            max_tokens=MAX_TOKENS,
            temperature=0.0,
        )
        async for chunk in answer:
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    async def ask() -> float:
        return await drain(write())

    return await measure([ask] * connections, calls)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask_router(*map(int, sys.argv[1:])))))
