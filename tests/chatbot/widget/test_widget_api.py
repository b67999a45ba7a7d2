"""What the widget speaks to: which sites it lets in, whose conversations it gives to whom."""

import gzip
import json

import pytest
from documents import ABSTENTION, QUOTE
from httpx import AsyncClient
from scripted import ScriptedAnswerer
from shop_site import SHOP, sign
from visiting import ORIGIN, PLACE, ask, enter

MOST_BYTES = 40_000


async def test_the_script_is_small_and_not_sent_again(client: AsyncClient) -> None:
    first = await client.get("/widget.js", headers={"accept-encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert int(first.headers["content-length"]) == len(gzip.compress(first.content, mtime=0))
    assert int(first.headers["content-length"]) < MOST_BYTES
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await client.get("/widget.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    plain = await client.get("/widget.js", headers={"accept-encoding": "identity"})
    assert plain.text == first.text


async def test_the_configuration_is_in_the_language_of_the_page(
    client: AsyncClient, secret: str
) -> None:
    english = (await client.get(PLACE, headers=ORIGIN)).json()
    chinese = (await client.get(f"{PLACE}?language=zh", headers=ORIGIN)).json()
    assert english["texts"].keys() == chinese["texts"].keys()
    assert (english["texts"]["send"], chinese["texts"]["send"]) == ("Send", "发送")
    assert (english["accent"], english["on_accent"]) == ("#ffcc00", "#111111")
    assert secret not in json.dumps(english)


async def test_browsers_are_told_which_sites_a_channel_allows(
    client: AsyncClient, secret: str
) -> None:
    asked = ORIGIN | {"access-control-request-method": "POST"}
    preflight = await client.options(f"{PLACE}/messages", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == SHOP
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in preflight.headers
    refused = await client.post(f"{PLACE}/messages", json={"question": "?"}, headers=ORIGIN)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == SHOP  # or the widget cannot read why


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com", "sec-fetch-site": "cross-site"},
        {"origin": "https://shop.example.com.evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "http://shop.example.com", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "null"},
    ],
)
async def test_other_sites_are_refused(
    client: AsyncClient, secret: str, headers: dict[str, str]
) -> None:
    for response in (
        await client.get(PLACE, headers=headers),
        await client.options(f"{PLACE}/visits", headers=headers),
        await client.post(f"{PLACE}/visits", json={}, headers=headers),
    ):
        assert response.status_code == 403
        assert "access-control-allow-origin" not in response.headers


async def test_the_site_of_one_channel_may_not_use_another_nor_the_rest_of_the_api(
    client: AsyncClient, secret: str
) -> None:
    other = await client.post("/api/widget/other/visits", json={}, headers=ORIGIN)
    assert other.status_code == 403
    rest = await client.post("/api/chat", json={"question": "?"}, headers=ORIGIN)
    assert rest.status_code == 403


async def test_an_answer_comes_as_elements_with_its_references(
    client: AsyncClient, secret: str, chunk_id: int
) -> None:
    headers = await enter(client)
    events = await ask(client, headers)
    names = [name for name, _ in events]
    assert (names[0], names[-1], names.count("text")) == ("turn", "answer", 3)
    message = events[-1][1]["message"]
    assert message["is_generated"]
    assert message["is_quoted"]
    paragraph = message["content"][0]
    assert paragraph["tag"] == "p"
    chips = [each for each in paragraph["children"] if isinstance(each, dict)]
    assert chips[-1]["attributes"] == {"data-marker": "1"}
    (reference,) = message["references"]
    assert (reference["numbers"], reference["quote"]) == ("1–2", QUOTE)
    path = f"{PLACE}/sources/{reference['chunk_id']}"
    source = await client.get(path, params={"quote": QUOTE}, headers=headers)
    assert source.json()["title"] == "退款政策"
    assert '"tag":"mark"' in source.text
    assert '"tag":"script"' not in source.text


async def test_a_conversation_goes_on_and_is_read_again(
    client: AsyncClient, secret: str, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["天气？"] = ABSTENTION
    headers = await enter(client)
    id = (await ask(client, headers))[0][1]["conversation_id"]
    await ask(client, headers, "天气？", conversation_id=id)
    assert [turn.question for turn in answerer.asked[1][2]] == ["退款？"]
    read = await client.get(f"{PLACE}/conversations/{id}", headers=headers)
    messages = read.json()["messages"]
    assert [each["role"] for each in messages] == ["customer", "chatbot"] * 2
    assert messages[0]["content"] == ["退款？"]
    assert messages[-1]["is_abstention"]
    rating = {"conversation_id": id, "rating": "down", "comment": "No."}
    path = f"{PLACE}/messages/{messages[-1]['id']}/feedback"
    assert (await client.post(path, json=rating, headers=headers)).status_code == 200
    read = await client.get(f"{PLACE}/conversations/{id}", headers=headers)
    assert read.json()["messages"][-1]["rating"] == "down"


async def test_a_conversation_is_its_visitors_alone(client: AsyncClient, secret: str) -> None:
    owner = await enter(client)
    id = (await ask(client, owner))[0][1]["conversation_id"]
    identified = await enter(client, identity=sign(secret))
    for headers in (await enter(client), identified):
        assert (await client.get(f"{PLACE}/conversations/{id}", headers=headers)).status_code == 404
        further = {"question": "And now?", "conversation_id": id}
        asked = await client.post(f"{PLACE}/messages", json=further, headers=headers)
        assert asked.status_code == 404
    assert (await client.get(f"/api/conversations/{id}")).status_code == 404


async def test_a_customer_finds_the_conversation_on_another_device(
    client: AsyncClient, secret: str
) -> None:
    first = await enter(client, identity=sign(secret))
    id = (await ask(client, first))[0][1]["conversation_id"]
    second = await enter(client, identity=sign(secret))
    assert (await client.get(f"{PLACE}/conversations/{id}", headers=second)).status_code == 200


async def test_an_identity_that_nobody_signed_is_refused(client: AsyncClient, secret: str) -> None:
    given = {"identity": sign("another secret, long enough to sign with")}
    assert (await client.post(f"{PLACE}/visits", json=given, headers=ORIGIN)).status_code == 401


async def test_a_first_question_that_is_sent_again_begins_no_second_conversation(
    client: AsyncClient, secret: str, answerer: ScriptedAnswerer
) -> None:
    visitor, other = await enter(client), await enter(client)
    turns = [
        (await ask(client, who, client_key="k1"))[0][1]["conversation_id"]
        for who in (visitor, visitor, other)
    ]
    assert turns[0] == turns[1] != turns[2]
    assert len(answerer.asked) == 2
