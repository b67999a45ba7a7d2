"""An answer, a command and an ingestion leave traces, and feedback finds its way to them."""

import asyncio
import re
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from traced_answers import QUESTION, SENTENCE, CalledEndpoint, tree

from kefu.answering import Sentence, stream_answer
from kefu.chatbot import begin_turn, finish_turn
from kefu.errors import DatabaseUnavailable
from kefu.knowledge import ingest
from kefu.llm import Endpoints
from kefu.resources import Resources
from kefu.tracing import Recorder, Trace, TraceFilter, get_trace, list_traces, record_traces
from kefu.viewer import ANONYMOUS

PHONE = "13812345678"


async def read_traces(resources: Resources, recorder: Recorder, **wanted: Any) -> list[Trace]:
    """All traces, the latest first, once they are written."""
    assert await asyncio.to_thread(recorder.flush)
    async with resources.database.connection() as conn:
        found = await list_traces(conn, TraceFilter(**wanted))
        return [await get_trace(conn, each.trace_id) for each in found]


async def ask(client: AsyncClient, question: str = QUESTION, **more: object) -> dict[str, Any]:
    response = await client.post("/api/chat", json={"question": question, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json() if not more else {}
    return answer


async def test_an_answer_leaves_one_trace_with_all_its_steps(
    resources: Resources, recorder: Recorder, client: AsyncClient
) -> None:
    await ask(client)
    (trace,) = await read_traces(resources, recorder)
    assert tree(list(trace.spans)) == {
        "turn": {
            "invoke_workflow answer": {
                "classify": {},
                "understand": {"correct": {}},
                "gather": {"retrieval main": {"embed": {}, "find": {}}, "tables": {}},
                "write": {"chat scripted": {}, "verify": {}},
            },
            "relate": {},
            "store": {},
        }
    }


async def test_a_streamed_answer_leaves_the_same_trace(
    resources: Resources, recorder: Recorder, client: AsyncClient
) -> None:
    await ask(client)
    await ask(client, stream=True)
    streamed, whole = await read_traces(resources, recorder)
    assert tree(list(streamed.spans)) == tree(list(whole.spans))


async def test_a_trace_tells_what_was_asked_answered_used_and_paid(
    resources: Resources, recorder: Recorder, client: AsyncClient
) -> None:
    answer = await ask(client)
    (trace,) = await read_traces(resources, recorder)
    summary = trace.summary
    assert (summary.product, summary.outcome) == ("chatbot", "answered")
    assert summary.question == QUESTION
    assert (summary.endpoints, summary.cost_micros, summary.currency) == (["house"], 250, "CNY")
    assert (summary.input_tokens, summary.output_tokens) == (120, 14)
    spans = {span.name: span for span in trace.spans}
    assert spans["turn"].attributes["kefu.output"] == answer["answer"]
    call = spans["chat scripted"]
    assert (call.endpoint, call.model, call.data_class) == ("house", "scripted", "internal")
    assert call.ttft_ms == 31.5


async def test_a_model_call_knows_its_product_prompt_and_conversation(
    resources: Resources, recorder: Recorder, client: AsyncClient
) -> None:
    answer = await ask(client)
    (trace,) = await read_traces(resources, recorder)
    spans = {span.name: span for span in trace.spans}
    call = spans["chat scripted"]
    assert call.product == "chatbot"
    assert call.conversation_id == answer["conversation_id"]
    assert call.prompt_version == spans["write"].prompt_version
    assert (call.prompt_version or "").startswith("answer.en@shipped:")


async def test_feedback_is_attached_to_the_trace_of_its_answer(
    resources: Resources, recorder: Recorder, client: AsyncClient
) -> None:
    answer = await ask(client)
    response = await client.post(
        f"/api/messages/{answer['message_id']}/feedback",
        json={
            "conversation_id": answer["conversation_id"],
            "rating": "down",
            "comment": "wrong",
            "correction": "30 days for members",
        },
    )
    assert response.json()["correction"] == "30 days for members"
    (trace,) = await read_traces(resources, recorder, rating="down")
    assert trace.message_id == UUID(answer["message_id"])
    assert trace.conversation_id == UUID(answer["conversation_id"])
    assert trace.summary.rating == "down"
    assert trace.feedback is not None
    assert (trace.feedback.comment, trace.feedback.correction) == ("wrong", "30 days for members")
    assert await read_traces(resources, recorder, rating="up") == []


async def test_personal_data_is_masked_before_it_is_stored(
    resources: Resources, recorder: Recorder, client: AsyncClient
) -> None:
    await ask(client, f"{QUESTION} Call me: {PHONE}\nor mail li.lei@example.com")
    (trace,) = await read_traces(resources, recorder)
    assert "[phone]" in (trace.summary.question or "")
    async with resources.database.connection() as conn:
        cursor = await conn.execute(
            "select count(*), count(*) filter (where s::text ~ '13812345678|li.lei@') from spans s"
        )
        assert await cursor.fetchone() == (len(trace.spans), 0)


async def test_without_content_a_trace_tells_only_how_it_went(
    resources: Resources, client: AsyncClient
) -> None:
    silent = resources.settings.tracing.model_copy(update={"content": False})
    settings = resources.settings.model_copy(update={"tracing": silent})
    async with record_traces(replace(resources, settings=settings)) as recorder:
        await ask(client)
        (trace,) = await read_traces(resources, recorder)
    assert trace.summary.question is None
    assert trace.summary.cost_micros == 250
    assert "14 days" not in str([span.attributes for span in trace.spans])


async def test_an_answer_the_customer_does_not_wait_for_is_cancelled(
    resources: Resources, recorder: Recorder
) -> None:
    turn = await begin_turn(resources, QUESTION, viewer=ANONYMOUS)
    events = finish_turn(resources, turn, viewer=ANONYMOUS, answerer=stream_answer)
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Sentence):
                break
    (trace,) = await read_traces(resources, recorder, outcome="cancelled")
    assert trace.summary.error is None
    assert {"turn", "chat scripted", "verify"} <= {span.name for span in trace.spans}


async def test_an_answer_that_fails_leaves_its_error(
    resources: Resources, recorder: Recorder
) -> None:
    async def break_down(*_: object, **__: object) -> Any:
        yield Sentence(text="", citations=())
        raise DatabaseUnavailable("The database went away.")

    turn = await begin_turn(resources, QUESTION, viewer=ANONYMOUS)
    with pytest.raises(DatabaseUnavailable):
        async for _ in finish_turn(resources, turn, viewer=ANONYMOUS, answerer=break_down):
            pass
    (trace,) = await read_traces(resources, recorder, has_error=True)
    assert trace.summary.outcome == "failed"
    assert trace.summary.error == "The database went away."


async def test_a_model_that_fails_leaves_an_error_and_an_extracted_answer(
    resources: Resources, recorder: Recorder
) -> None:
    failing = replace(resources, endpoint=CalledEndpoint([SENTENCE], fails_after=0))
    turn = await begin_turn(failing, QUESTION, viewer=ANONYMOUS)
    async for _ in finish_turn(failing, turn, viewer=ANONYMOUS, answerer=stream_answer):
        pass
    (trace,) = await read_traces(resources, recorder, has_error=True)
    assert trace.summary.outcome == "answered"
    assert {"write", "extract"} <= {span.name for span in trace.spans}


async def test_an_answer_without_a_model_is_no_error(
    resources: Resources, recorder: Recorder
) -> None:
    endpoints = Endpoints(resources.settings)
    alone = replace(resources, endpoint=endpoints, endpoints=endpoints)
    turn = await begin_turn(alone, QUESTION, viewer=ANONYMOUS)
    async for _ in finish_turn(alone, turn, viewer=ANONYMOUS, answerer=stream_answer):
        pass
    (trace,) = await read_traces(resources, recorder)
    assert trace.summary.outcome == "answered"
    assert not any(span.error for span in trace.spans)


async def test_traces_are_found_by_what_they_went_through(
    resources: Resources, recorder: Recorder, client: AsyncClient
) -> None:
    await ask(client)
    assert len(await read_traces(resources, recorder, endpoint="house", product="chatbot")) == 1
    for nothing in ({"endpoint": "other"}, {"product": "cli"}, {"min_seconds": 60.0}):
        assert await read_traces(resources, recorder, **nothing) == []


async def test_an_ingestion_leaves_a_trace_with_its_files(
    resources: Resources, recorder: Recorder, tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "good.md").write_text("# Opening hours\n\nWe are open from 9 to 18.\n")
    (folder / "empty.md").write_text("")
    await ingest(resources, [folder])
    (trace,) = await read_traces(resources, recorder, product="knowledge")
    spans = {span.attributes.get("kefu.path", span.name): span for span in trace.spans}
    assert spans["ingest"].attributes["kefu.read_count"] == 2
    errors = {Path(str(path)).name: span.error for path, span in spans.items()}
    assert errors["good.md"] is None
    assert errors["empty.md"]


async def test_every_attribute_and_span_stands_in_the_reference(
    resources: Resources, recorder: Recorder, client: AsyncClient
) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/trace-attributes.md").read_text()
    listed = set(re.findall(r"^\| `([\w. ]+)`", page, re.MULTILINE))
    await ask(client)
    await ingest(resources, [Path(__file__).parent / "conftest.py"])
    for trace in await read_traces(resources, recorder):
        for span in trace.spans:
            assert span.name in listed or span.name.partition(" ")[0] in listed
            assert span.attributes.keys() <= listed
