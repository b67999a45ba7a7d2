"""What is said of values that cannot be used: one sentence, in words that are not pydantic's."""

import httpx
import pytest
from running_site import Site

pytestmark = pytest.mark.xdist_group("http_api")

NOBODY = "00000000-0000-0000-0000-000000000000"
A_UUID = "write a UUID, as in 0d9c9a0e-5b1f-4c6e-9c53-6f1c3a7be0d2."
CHAT = "/api/chat"
MESSAGES = f"/api/desk/conversations/{NOBODY}/messages"

SAID: list[tuple[str, dict[str, object], str]] = [
    (CHAT, {}, "question: this is needed."),
    (CHAT, {"question": 1}, "question: write text."),
    (CHAT, {"question": ""}, "question: it is empty or too short."),
    (CHAT, {"question": "a" * 2001}, "question: write at most 2000 characters."),
    (CHAT, {"question": "a", "conversation_id": "b"}, f"conversation_id: {A_UUID}"),
    (CHAT, {"question": "a", "conversation_id": 1}, f"conversation_id: {A_UUID}"),
    (CHAT, {"question": "a", "stream": "maybe"}, "stream: write true or false."),
    (CHAT, {"question": "a", "c" * 500: 1}, f"{'c' * 100}: there is no such field."),
    (MESSAGES, {"content": "a"}, "content: write a list."),
    (MESSAGES, {"content": [1]}, "content.0: write an object."),
    (MESSAGES, {"content": [{}] * 11}, "content: give at most 10."),
    (MESSAGES, {"content": [{}]}, "content.0: 'type' is needed."),
    (MESSAGES, {"mentions": ["a"]}, "mentions.0: write a whole number."),
    (MESSAGES, {"mentions": [0]}, "mentions.0: write 1 or more."),
    ("/api/desk/canned-responses", {"language": "de"}, "language: write 'zh' or 'en'."),
    ("/v1/chat/completions", {"model": "kefu", "messages": []}, "messages: give at least 1."),
    (
        "/v1/chat/completions",
        {"model": "kefu", "messages": [{"role": "user", "content": [{}]}]},
        "messages.0.content.parts.0.type: this is needed.",
    ),
]


@pytest.mark.parametrize(("path", "body", "said"), SAID, ids=[each[2][:60] for each in SAID])
def test_what_cannot_be_used_is_said_in_plain_words(
    site: Site, path: str, body: dict[str, object], said: str
) -> None:
    required = {"shortcut": "a", "text": "b"} if path.endswith("canned-responses") else {}
    response = httpx.post(site.url + path, json=required | body, headers=site.headers)
    assert response.status_code == 400
    assert response.json()["error"]["message"] == said


def test_half_a_character_is_called_so(site: Site) -> None:
    headers = site.headers | {"Content-Type": "application/json"}
    response = httpx.post(site.url + CHAT, content=b'{"question":"\\ud800"}', headers=headers)
    assert response.json()["error"]["message"] == "question: it holds half of a character."


def test_a_name_that_cannot_be_seen_is_none(site: Site) -> None:
    for name in ("\u202e", "\u200b \u2060"):
        response = httpx.post(
            f"{site.url}/api/desk/queues", json={"name": name}, headers=site.headers
        )
        assert response.json()["error"]["message"] == "The name has 1 to 60 characters."
