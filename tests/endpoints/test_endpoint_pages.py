"""Endpoints on the page: who may look and change, what is refused, what becomes of the key."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from signing_in import CSRF_HEADER, sign_in

from kefu.audit import AuditEntry, AuditFilter, list_entries
from kefu.db import Database
from kefu.llm import CheckFinding, Endpoints, insert_check, list_endpoints
from kefu.llm.guarded import GuardedEndpoint
from kefu.llm.store import reserve
from kefu.resources import Resources
from kefu.server import attach
from kefu.settings import EmbeddingSettings, Settings
from kefu.viewer import DataClass
from tests.llm.misbehaving import serve, stream

HOME = "/admin/endpoints"
KEY = "sk-0123456789abcdef"
BAILIAN = {
    "name": "bailian",
    "preset": "dashscope",
    "model": "qwen-plus",
    "key": KEY,
    "input_price": "0.8",
    "output_price": "2",
    "currency": "CNY",
    "budget_per_day": "50",
}
OWN = {"name": "own", "url": "http://192.168.3.4:8000/v1", "model": "qwen3"}


@pytest.fixture
async def admin(client: AsyncClient, database: Database) -> AsyncClient:
    await sign_in(client, database, "admin")
    return client


async def add(client: AsyncClient, fields: dict[str, str]) -> Response:
    response = await client.post(HOME, data=fields)
    assert response.status_code == 303, problems(response.text)
    return response


def problems(page: str) -> list[str]:
    found = re.findall(r'lang="en">([^<]*)<', page)
    return [each.replace("&#39;", "'") for each in found if each]


def names(page: str) -> list[str]:
    return re.findall(r'id="endpoint-([^"]+)"', page)


async def entries(database: Database) -> list[AuditEntry]:
    async with database.connection() as conn:
        return await list_entries(conn, AuditFilter(action="endpoint"), limit=100)


async def test_who_may_look_and_who_may_change(client: AsyncClient, database: Database) -> None:
    assert (await client.get(HOME)).status_code == 401
    await sign_in(client, database, "editor")
    assert (await client.get(HOME)).status_code == 403
    await sign_in(client, database, "manager")
    page = await client.get(HOME)
    assert page.status_code == 200
    assert "Add an endpoint" not in page.text
    assert (await client.get(f"{HOME}/_add")).status_code == 403
    assert (await client.get(f"{HOME}/fixed")).status_code == 403
    for path in (HOME, *(f"{HOME}/own{action}" for action in ("", "/up", "/down", "/delete"))):
        assert (await client.post(path, data=OWN)).status_code == 403


async def test_a_form_without_its_token_changes_nothing(
    admin: AsyncClient, database: Database
) -> None:
    token = admin.headers.pop(CSRF_HEADER)
    assert (await admin.post(HOME, data=OWN)).status_code == 403
    assert (await admin.post(HOME, data=OWN | {"csrf": token})).status_code == 303


async def test_endpoints_of_the_settings_are_shown_and_cannot_be_changed(
    admin: AsyncClient,
) -> None:
    page = (await admin.get(HOME)).text
    assert names(page) == ["fixed"]
    assert "From the settings, read only" in page
    assert "10.0.0.7:8000" in page
    assert "sk-of" not in page
    assert (await admin.get(f"{HOME}/fixed")).status_code == 404
    assert (await admin.post(f"{HOME}/fixed", data=OWN)).status_code == 404
    assert (await admin.post(f"{HOME}/fixed/delete")).status_code == 404


async def test_an_entered_endpoint_is_asked_at_once_with_its_key(
    admin: AsyncClient, endpoints: Endpoints
) -> None:
    await endpoints.refresh()
    async with serve(stream("fine")) as server:
        await add(admin, OWN | {"url": server.url, "key": KEY, "data_class": "restricted"})
        await endpoints.refresh()
        assert [each.name for each in endpoints.list_endpoints()] == ["fixed", "own"]
        decision = await endpoints.decide("chat", DataClass.RESTRICTED)
        guarded = endpoints.directory.open(decision.allowed[1], GuardedEndpoint)
        assert guarded.endpoint.settings.key.get_secret_value() == KEY


async def test_the_key_is_stored_encrypted_and_shown_nowhere(
    admin: AsyncClient, database: Database
) -> None:
    await add(admin, BAILIAN)
    refused = await admin.post(f"{HOME}/bailian", data=BAILIAN | {"queue": "many", "key": KEY})
    pages = [await admin.get(HOME), await admin.get(f"{HOME}/bailian"), refused]
    assert [each.status_code for each in pages] == [200, 200, 400]
    assert all(KEY not in each.text for each in pages)
    assert "A key is stored" in pages[0].text
    assert "A key is stored. Leave this empty to keep it." in pages[1].text
    async with database.connection() as conn:
        (stored,) = await list_endpoints(conn)
    assert KEY.encode() not in bytes(stored.encrypted_key or b"")
    assert KEY not in f"{stored.settings}{await entries(database)}"


async def test_the_key_is_kept_replaced_and_removed(
    admin: AsyncClient, database: Database, endpoints: Endpoints
) -> None:
    async def key() -> str | None:
        endpoints.forget()
        await endpoints.refresh()
        secret = endpoints.list_endpoints()[1].settings.key
        return secret.get_secret_value() if secret else None

    await add(admin, BAILIAN)
    form = BAILIAN | {"key": ""}
    for change, expected in (
        ({"model": "qwen-max"}, KEY),
        ({"key": "sk-other"}, "sk-other"),
        ({"drops_key": "yes"}, None),
    ):
        assert (await admin.post(f"{HOME}/bailian", data=form | change)).status_code == 303
        assert await key() == expected
    keys = [each.facts["key"] for each in await entries(database)]
    assert keys == ["removed", "entered", "kept", "entered"]


async def test_a_stored_key_does_not_follow_the_endpoint_to_another_host(
    admin: AsyncClient,
) -> None:
    await add(admin, BAILIAN)
    moved = BAILIAN | {"key": "", "url": "https://elsewhere.example.com/v1"}
    response = await admin.post(f"{HOME}/bailian", data=moved)
    assert response.status_code == 400
    assert problems(response.text) == [
        "The address has changed: enter its key, or remove the stored one."
    ]
    response = await admin.post(f"{HOME}/bailian", data=moved | {"key": "sk-other"})
    assert response.status_code == 303


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": "Own!"}, "Small letters, digits, dots and hyphens"),
        ({"name": ""}, "This is needed."),
        ({"name": "fixed"}, "Another endpoint is called fixed."),
        ({"purpose": "poetry"}, "Choose one of the list."),
        ({"concurrency": "0"}, "This has to be at least 1."),
        ({"queue": "many"}, "This has to be a whole number."),
        ({"input_price": "-1"}, "This has to be at least 0."),
        ({"data_class": "secret"}, "Choose one of the list."),
        ({"model": ""}, "Endpoint own: set model to the name of the model it should run."),
        ({"url": "ftp://host/v1"}, "Endpoint own: url is no http address. Set url or preset."),
        ({"url": "http://me:secret@host/v1"}, "the key has a field of its own."),
        ({"url": "http://[::1/v1"}, "This is no address."),
        ({"model": "qwen\u0000"}, "There are characters in this that cannot be seen."),
        ({"preset": "local", "url": ""}, "A model that Kefu runs itself is set in kefu.toml."),
        ({"key": "env:HOME"}, "can be named in kefu.toml only."),
        ({"key": "file:/etc/passwd"}, "can be named in kefu.toml only."),
        ({"key": "one\ntwo"}, "printable ASCII"),
        (
            {"url": "https://api.example.com/v1", "budget_per_day": "5"},
            "Endpoint own: budget_per_day needs input_price and output_price",
        ),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_saved(
    admin: AsyncClient, database: Database, change: dict[str, str], problem: str
) -> None:
    response = await admin.post(HOME, data=OWN | change)
    assert response.status_code == 400
    assert any(problem in each for each in problems(response.text)), problems(response.text)
    async with database.connection() as conn:
        assert await list_endpoints(conn) == []
    assert await entries(database) == []


async def test_a_chinese_page_says_in_chinese_what_is_wrong(admin: AsyncClient) -> None:
    wrong = {"name": "Own!", "concurrency": "0", "input_price": "cheap", "url": "http://a?b"}
    chinese = {"accept-language": "zh"}
    page = (await admin.post(HOME, data=OWN | wrong, headers=chinese)).text
    found = re.findall(r'-problem"><span lang="zh-CN">([^<]*)<', page)
    assert len(found) == 3  # the address is looked at when the fields are in order
    assert "不能小于 1。" in found
    assert problems(page) == []


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.1.1:8000",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "2852039166",
        "0xA9FEA9FE",
        "0251.0376.0251.0376",
        "[fd00:ec2::254]",
        "100.100.100.200",
    ],
)
async def test_addresses_that_hand_out_credentials_are_refused(
    admin: AsyncClient, host: str
) -> None:
    response = await admin.post(HOME, data=OWN | {"url": f"http://{host}/v1"})
    assert response.status_code == 400
    assert "link-local" in " ".join(problems(response.text))


@pytest.mark.parametrize("host", ["192.168.3.4", "127.0.0.1:8000", "[fd12::1]", "gpu.lan"])
async def test_private_addresses_are_allowed(admin: AsyncClient, host: str) -> None:
    await add(admin, OWN | {"url": f"http://{host}/v1"})


async def test_the_order_can_be_changed_and_endpoints_deleted(
    admin: AsyncClient, endpoints: Endpoints, database: Database
) -> None:
    for name in ("one", "two", "three"):
        await add(admin, OWN | {"name": name})
    await endpoints.refresh()
    assert (await admin.post(f"{HOME}/three/up")).status_code == 303
    assert (await admin.post(f"{HOME}/one/up")).status_code == 303
    assert (await admin.post(f"{HOME}/one/down")).status_code == 303
    assert names((await admin.get(HOME)).text) == ["fixed", "three", "one", "two"]
    await endpoints.refresh()
    assert [each.name for each in endpoints.list_endpoints()[1:]] == ["three", "one", "two"]
    assert (await admin.post(f"{HOME}/one/delete")).status_code == 303
    await endpoints.refresh()
    assert [each.name for each in endpoints.list_endpoints()[1:]] == ["three", "two"]
    assert (await admin.post(f"{HOME}/one/delete")).status_code == 404
    actions = [each.action for each in await entries(database)]
    assert actions[:3] == ["endpoint.deleted", "endpoint.moved", "endpoint.moved"]
    assert (await entries(database))[-1].actor.startswith("admin.")


async def test_the_page_shows_spending_state_and_the_last_check(
    admin: AsyncClient, database: Database, endpoints: Endpoints
) -> None:
    await add(admin, BAILIAN)
    found = CheckFinding(kind="speed", is_ok=True, value=41.5, unit="tokens/s", detail="<b>")
    async with database.connection() as conn:
        today = datetime.now(UTC).date()
        await reserve(conn, "bailian", today, micros=1_250_000, budget_micros=50_000_000)
        await insert_check(conn, "bailian", [found])
    await endpoints.refresh()
    guarded = endpoints.directory.open(endpoints.list_endpoints()[1], GuardedEndpoint)
    for _ in range(5):
        guarded.breaker.fail()
    page = (await admin.get(HOME)).text
    assert "1.2500 / 50 CNY" in page
    assert "<b>41.5</b> tokens/s" in page
    assert 'title="&lt;b&gt;"' in page
    assert "Failed repeatedly, left alone" in page
    assert "Public cloud" in page


async def test_a_form_is_filled_in_from_what_is_known_of_a_service(admin: AsyncClient) -> None:
    page = (await admin.get(f"{HOME}/_add", params={"preset": "dashscope"})).text
    assert 'value="https://dashscope.aliyuncs.com/compatible-mode/v1"' in page
    assert '<option value="public_cloud" selected>' in page
    assert (await admin.get(f"{HOME}/_add", params={"preset": "<x>"})).status_code == 200


async def test_what_cannot_be_used_is_shown_with_the_reason(
    admin: AsyncClient, settings: Settings
) -> None:
    await add(admin, BAILIAN)
    (settings.data_dir / "secrets.key").unlink()
    page = (await admin.get(HOME)).text
    assert "A stored key cannot be read" in page
    assert "Not used" in page


async def test_what_was_saved_stands_in_the_form_again(admin: AsyncClient) -> None:
    await add(admin, BAILIAN | {"queue_seconds": "2.5"})
    page = (await admin.get(f"{HOME}/bailian")).text
    for value in ("qwen-plus", "0.8", "2.5"):
        assert f'value="{value}"' in page
    assert '<option value="CNY" selected>' in page
    assert Decimal(re.findall(r'name="budget_per_day" value="([^"]*)"', page)[0]) == 50
    assert (await admin.get(f"{HOME}/nobody")).status_code == 404


async def test_the_embedder_can_be_neither_deleted_nor_given_another_model(
    app: FastAPI, admin: AsyncClient, settings: Settings, resources: Resources
) -> None:
    chosen = settings.model_copy(update={"embedding": EmbeddingSettings(endpoint="own")})
    attach(app, replace(resources, settings=chosen))
    given = OWN | {"purpose": "embedding"}
    await add(admin, given)
    changed = await admin.post(f"{HOME}/own", data=given | {"model": "bge-m3"})
    assert changed.status_code == 400
    assert "This is the embedder" in changed.text
    assert (await admin.post(f"{HOME}/own/delete")).status_code == 409
    assert (await admin.post(f"{HOME}/own", data=given | {"concurrency": "3"})).status_code == 303
