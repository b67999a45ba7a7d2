"""What a check finds of endpoints that can, cannot, and do not answer, on a real HTTP server."""

import asyncio
import json
from typing import Any

from kefu.db import Database
from kefu.llm import (
    CheckFinding,
    Effort,
    insert_check,
    list_last_checks,
    measure_endpoint,
    resolve_all,
)
from kefu.settings import EndpointSettings, Settings
from tests.llm.misbehaving import Request, Server, respond, serve, stream

ORDER = json.dumps({"order_number": 4711, "city": "Hamburg"})


def completion(message: dict[str, Any]) -> str:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant"} | message}
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    head = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "usage": usage}
    return json.dumps(head | {"choices": [choice]})


async def able(request: Request, writer: asyncio.StreamWriter) -> None:
    body = request.body
    if "tools" in body:
        call = {"name": "order_status", "arguments": ORDER}
        message = {
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": call}],
        }
        await respond(completion(message))(request, writer)
    elif "response_format" in body:
        await respond(completion({"content": ORDER}))(request, writer)
    else:
        text = json.dumps(body["messages"], ensure_ascii=False)
        words = (
            ("北京",) if "首都" in text else ("Par", "is") if "France" in text else ("one, ",) * 9
        )
        await asyncio.sleep(0.02)
        await stream(*words)(request, writer)


async def measure(server: Server | str, *, is_quick: bool = False) -> dict[str, CheckFinding]:
    url = server if isinstance(server, str) else server.url
    given = EndpointSettings(name="a", url=url, model="m", concurrency=4)
    (endpoint,) = resolve_all(Settings(endpoints=(given,)))
    effort = Effort(is_quick=is_quick)
    return {each.kind: each async for each in measure_endpoint(endpoint, effort=effort)}


async def test_an_able_endpoint_is_measured_in_all_respects() -> None:
    async with serve(able) as server:
        found = await measure(server)
    assert list(found) == [
        "reachable", "first_token", "speed", "json", "tools", "chinese", "english", "concurrency"
    ]  # fmt: skip
    assert all(each.is_ok for each in found.values())
    assert found["concurrency"].value in {1, 2, 4}
    assert (found["first_token"].value or 0) > 0.01


async def test_what_an_endpoint_cannot_do_is_found() -> None:
    async with serve(stream("I count one, two, three")) as server:
        found = await measure(server, is_quick=True)
    assert found["reachable"].is_ok
    assert "concurrency" not in found
    assert not any(found[kind].is_ok for kind in ("json", "tools", "chinese", "english"))


async def test_of_an_endpoint_that_does_not_answer_only_that_is_found() -> None:
    found = await measure("http://127.0.0.1:9/v1")
    assert list(found) == ["reachable"]
    assert not found["reachable"].is_ok
    assert "cannot be reached" in found["reachable"].detail


async def test_findings_are_kept_as_they_were(database: Database) -> None:
    finding = CheckFinding(kind="speed", is_ok=True, value=4.5, unit="tokens/s", detail="x")
    async with database.connection() as conn:
        await insert_check(conn, "a", [finding])
        (kept,) = await list_last_checks(conn)
    assert kept.findings == (finding,)
