"""Chat completions through OpenAI's own client, over the network and with real answers."""

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI
from running_site import Site

pytestmark = pytest.mark.xdist_group("http_api")

QUESTION = "When are refunds paid?"


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[OpenAI]:
    with open_client(site, site.key) as client:
        yield client


def open_client(site: Site, key: str) -> OpenAI:
    return OpenAI(base_url=f"{site.url}/v1", api_key=key, max_retries=0)


def complete(client: OpenAI, *said: str, **more: Any) -> Any:
    """Ask with what was said before, by turns of user and assistant."""
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(said)]
    return client.chat.completions.create(**{"model": "kefu", "messages": messages} | more)


def post(site: Site, body: object, **headers: str) -> httpx.Response:
    url = f"{site.url}/v1/chat/completions"
    return httpx.post(url, json=body, headers=site.headers | headers)


def test_an_answer_comes_with_its_sources(client: OpenAI, site: Site) -> None:
    completion = complete(client, QUESTION)
    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert "within seven days" in choice.message.content
    first = choice.message.annotations[0].url_citation
    assert choice.message.content[first.start_index : first.end_index] == "[1]"
    assert first.title == "Refunds"
    assert f"/sources/{site.known['chunk_id']}?" in first.url
    assert completion.model == "kefu"
    assert completion.usage.total_tokens == (
        completion.usage.prompt_tokens + completion.usage.completion_tokens
    )
    assert completion.usage.prompt_tokens > 0


def test_the_whole_answer_of_kefu_comes_along(client: OpenAI, site: Site) -> None:
    answer = complete(client, QUESTION).kefu
    assert answer["outcome"] == "answered"
    assert answer["citations"][0]["quote"]
    stored = httpx.get(
        f"{site.url}/api/conversations/{answer['conversation_id']}", headers=site.headers
    ).json()
    assert stored["messages"][-1]["id"] == answer["message_id"]


def test_a_stream_says_the_same_piece_by_piece(client: OpenAI) -> None:
    whole = complete(client, QUESTION).choices[0].message
    chunks = list(complete(client, QUESTION, stream=True, stream_options={"include_usage": True}))
    *said, end, usage = chunks
    assert said[0].choices[0].delta.role == "assistant"
    assert "".join(each.choices[0].delta.content for each in said) == whole.content
    assert {each.id for each in chunks} == {chunks[0].id}
    assert end.choices[0].finish_reason == "stop"
    assert end.kefu["outcome"] == "answered"
    (note,) = end.choices[0].delta.annotations
    assert note == whole.annotations[0].model_dump()
    assert usage.choices == []
    assert usage.usage.completion_tokens > 0


def test_a_stream_tells_usage_only_when_asked(client: OpenAI) -> None:
    assert all(chunk.usage is None for chunk in complete(client, QUESTION, stream=True))


def test_what_was_said_before_is_understood(client: OpenAI) -> None:
    before = complete(client, QUESTION).choices[0].message.content
    answer = complete(client, QUESTION, before, "And when exactly?").kefu
    assert answer["outcome"] == "answered"
    alone = complete(client, "And when exactly?").kefu
    assert alone["outcome"] != "answered"


def test_a_stored_conversation_goes_on(client: OpenAI, site: Site) -> None:
    first = complete(client, QUESTION).kefu["conversation_id"]
    again = complete(
        client, "How are they paid?", extra_body={"kefu": {"conversation_id": first}}
    ).kefu
    assert again["conversation_id"] == first
    url = f"{site.url}/api/conversations/{first}"
    assert len(httpx.get(url, headers=site.headers).json()["messages"]) == 4


def test_parts_of_text_and_instructions_are_taken(site: Site) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    body = {"model": "kefu", "messages": messages, "temperature": 0, "max_tokens": 5, "n": 1}
    answer = post(site, body).json()
    assert "within seven days" in answer["choices"][0]["message"]["content"]


def test_bases_are_models(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["kefu"]
    assert client.models.retrieve("kefu").owned_by == "kefu"
    assert complete(client, QUESTION, model="kefu/main").model == "kefu/main"
    for name in ("kefu/nothing", "gpt-6"):
        with pytest.raises(openai.NotFoundError) as caught:
            client.models.retrieve(name)
        assert caught.value.code == "model_not_found"
        with pytest.raises(openai.NotFoundError):
            complete(client, QUESTION, model=name)


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("n", 2),
        ("stop", ["."]),
        ("tools", [{"type": "function", "function": {"name": "f", "parameters": {}}}]),
        ("response_format", {"type": "json_object"}),
        ("logprobs", True),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(client: OpenAI, param: str, value: Any) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        complete(client, QUESTION, **{param: value})
    assert caught.value.param == param
    assert caught.value.type == "invalid_request_error"


MALFORMED = {
    "no messages": ({"model": "kefu", "messages": []}, "messages"),
    "no question": (
        {"model": "kefu", "messages": [{"role": "assistant", "content": "Hello."}]},
        "messages",
    ),
    "an empty question": ({"model": "kefu", "messages": [{"role": "user", "content": ""}]}, None),
    "a picture": (
        {
            "model": "kefu",
            "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}],
        },
        "messages",
    ),
    "a result of a tool": (
        {"model": "kefu", "messages": [{"role": "tool", "content": "1"}]},
        "messages.0.role",
    ),
    "a parameter nobody knows": (
        {"model": "kefu", "messages": [{"role": "user", "content": "a"}], "colour": 1},
        "colour",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_requests_are_refused_in_the_shape_of_openai(site: Site, name: str) -> None:
    body, param = MALFORMED[name]
    response = post(site, body)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"
    assert error["message"]


def test_nobody_gets_in_without_a_key(site: Site) -> None:
    with (
        open_client(site, "kefu_000000000000_wrong") as stranger,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        complete(stranger, QUESTION)
    assert caught.value.code == "invalid_api_key"
    response = httpx.get(f"{site.url}/v1/models")
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "invalid_api_key"


def test_a_long_conversation_is_taken_and_an_endless_one_refused(site: Site) -> None:
    earlier = [
        {"role": role, "content": "refunds " * 600} for role in ("user", "assistant") for _ in "ab"
    ] * 10
    asked = [{"role": "user", "content": QUESTION}]
    assert post(site, {"model": "kefu", "messages": earlier + asked}).status_code == 200
    response = post(site, {"model": "kefu", "messages": earlier * 10 + asked})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"
