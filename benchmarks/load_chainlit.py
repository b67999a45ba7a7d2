"""Chainlit before the model that streams: its app, and who talks to it.

Run in an environment of its own (`chainlit==2.12.0`, `openai`): by `chainlit run` it is the app, which passes each message
on and streams what comes; by Python it is the client, and prints one line of JSON.

    python load_chainlit.py PORT CONVERSATIONS MINUTES THINK
"""

import asyncio
import json
import os
import random
import sys
import time
import uuid
from functools import cache

import chainlit
import socketio
from openai import AsyncOpenAI

RAMP_SECONDS = 20.0
PATIENCE_SECONDS = 120.0
LEAST_THINK = 0.5
QUESTION = "How do I get a refund?"


@cache
def open_model() -> AsyncOpenAI:
    """One client for all, as chainlit's own examples have it."""
    return AsyncOpenAI(base_url=os.environ["MODEL_URL"], api_key="none")


@chainlit.on_message
async def pass_on(message: chainlit.Message) -> None:
    """The app."""
    reply = chainlit.Message(content="")
    stream = await open_model().chat.completions.create(
        model="mock", messages=[{"role": "user", "content": message.content}], stream=True
    )
    async for chunk in stream:
        if chunk.choices and (text := chunk.choices[0].delta.content):
            await reply.stream_token(text)
    await reply.update()


class Customer:
    """One browser."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient()
        self.first = 0.0
        self.done = asyncio.Event()
        for event in ("stream_start", "stream_token"):
            self.client.on(event, self.note)
        self.client.on("task_end", self.end)

    async def note(self, step: dict[str, object]) -> None:
        """A piece of text, with which a stream may begin."""
        if step.get("token") or step.get("output"):
            self.first = self.first or time.perf_counter()

    async def end(self, *_: object) -> None:
        self.done.set()

    async def enter(self, port: int) -> None:
        auth = {"sessionId": str(uuid.uuid4()), "clientType": "webapp", "userEnv": "{}"}
        await self.client.connect(
            f"http://127.0.0.1:{port}",
            socketio_path="/ws/socket.io",
            transports=["websocket"],
            auth=auth,
            wait_timeout=60,
        )
        await self.client.emit("connection_successful")
        await asyncio.sleep(1)

    async def ask(self) -> tuple[float, float]:
        """Seconds until the first text, and until the end."""
        self.first, begun = 0.0, time.perf_counter()
        self.done.clear()
        message = {"id": str(uuid.uuid4()), "type": "user_message", "name": "user"}
        message |= {"output": QUESTION, "createdAt": "2026-01-01T00:00:00Z"}
        await self.client.emit("client_message", {"message": message, "fileReferences": []})
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.done.wait()
        return self.first - begun, time.perf_counter() - begun


async def main() -> None:
    port, count = int(sys.argv[1]), int(sys.argv[2])
    minutes, think = float(sys.argv[3]), float(sys.argv[4])
    until = time.perf_counter() + minutes * 60
    replies: list[tuple[float, float]] = []

    async def converse(number: int) -> None:
        draw = random.Random(number)
        await asyncio.sleep(draw.uniform(0, RAMP_SECONDS))
        customer = Customer()
        await customer.enter(port)
        while time.perf_counter() < until:
            replies.append(await customer.ask())
            await asyncio.sleep(think * draw.uniform(LEAST_THINK, 2 - LEAST_THINK))
        await customer.client.disconnect()

    ended = await asyncio.gather(*map(converse, range(count)), return_exceptions=True)
    failed = [type(each).__name__ for each in ended if isinstance(each, Exception)]
    print(json.dumps({"replies": replies, "failed": failed}))


if __name__ == "__main__":
    asyncio.run(main())
