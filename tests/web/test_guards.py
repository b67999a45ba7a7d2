"""What every request passes, on an application of a few lines."""

import logging
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient, Response
from starlette.middleware import Middleware

from kefu.errors import Conflict, ModelUnavailable, NotFound
from kefu.web import (
    BodyLimit,
    LastResort,
    SameOrigin,
    SecurityHeaders,
    Static,
    install_problem_handlers,
    read_form,
)

LIMIT = 64 * 1024


@pytest.fixture
def app() -> FastAPI:
    guards = (SecurityHeaders, LastResort, SameOrigin, BodyLimit)
    app = FastAPI(middleware=[Middleware(guard) for guard in guards])
    install_problem_handlers(app)
    app.mount("/static", Static())

    @app.post("/size")
    async def count(request: Request) -> int:
        return len(await request.body())

    @app.post("/form")
    async def echo(request: Request) -> dict[str, str]:
        return await read_form(request)

    @app.get("/{kind}")
    async def fail(kind: str, limit: int = 1) -> None:
        raise {
            "gone": NotFound("There is no such thing."),
            "taken": Conflict("Somebody else is at it."),
            "slow": ModelUnavailable("The model does not answer."),
        }.get(kind, RuntimeError("secret detail"))

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/gone", 404, "not_found"),
        ("/taken", 409, "conflict"),
        ("/slow", 503, "model_unavailable"),
        ("/bug", 500, "internal"),
        ("/no/such/page", 404, "not_found"),
        ("/static/none.css", 404, "not_found"),
        ("/size", 405, "method_not_allowed"),
        ("/gone?limit=x", 400, "bad_input"),
    ],
)
async def test_an_error_is_a_status_a_type_and_a_sentence(
    client: AsyncClient, path: str, status: int, kind: str
) -> None:
    response = await (client.delete(path) if status == 405 else client.get(path))
    assert response.status_code == status
    error = response.json()["error"]
    assert error["type"] == kind
    assert error["message"].endswith(".")
    assert "Traceback" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_an_unforeseen_error_is_logged_under_the_reference_that_is_told(
    client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        error = (await client.get("/bug")).json()["error"]
    assert "secret" not in error["message"]
    assert error["reference"] in error["message"]
    assert error["reference"] in caplog.text
    assert "secret detail" in caplog.text


async def test_what_is_unavailable_says_when_to_come_back(client: AsyncClient) -> None:
    assert int((await client.get("/slow")).headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh-CN", "这里没有内容。"), ("en", "There is nothing here.")]
)
async def test_a_browser_gets_errors_as_a_page_in_its_language(
    client: AsyncClient, language: str, sentence: str
) -> None:
    headers = {"accept": "text/html,*/*", "accept-language": language}
    response = await client.get("/no/such/page", headers=headers)
    assert response.status_code == 404
    assert sentence in response.text


async def test_a_page_about_an_error_escapes_what_it_tells(client: AsyncClient) -> None:
    headers = {"accept": "text/html"}
    response = await client.get("/gone", params={"limit": "<script>"}, headers=headers)
    assert response.status_code == 400
    assert "<script>" not in response.text


async def test_security_headers_forbid_foreign_and_inline_content(client: AsyncClient) -> None:
    headers = (await client.get("/static/kefu.css")).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


async def post(client: AsyncClient, content: bytes, **headers: str) -> Response:
    return await client.post("/size", content=content, headers=headers)


async def test_a_body_up_to_the_limit_is_read_whole(client: AsyncClient) -> None:
    response = await post(client, b"x" * LIMIT)
    assert response.json() == LIMIT


async def test_a_larger_body_is_refused_with_or_without_its_length(client: AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1024

    assert (await post(client, b"x" * (LIMIT + 1))).status_code == 413
    chunked = await client.post("/size", content=endless())
    assert chunked.status_code == 413
    assert chunked.json()["error"]["type"] == "too_large"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://kefu"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "http://behind.a.proxy"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://kefu.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://kefu"}, 403),
    ],
)
async def test_only_this_site_may_make_a_browser_write(
    client: AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await post(client, b"", **headers)).status_code == status


async def test_reading_is_open_to_every_origin(client: AsyncClient) -> None:
    response = await client.get("/static/kefu.css", headers={"origin": "http://evil.example"})
    assert response.status_code == 200


async def test_static_files_are_not_sent_again_while_they_are_the_same(client: AsyncClient) -> None:
    first = await client.get("/static/kefu.css")
    headers = {"if-none-match": first.headers["etag"]}
    assert (await client.get("/static/kefu.css", headers=headers)).status_code == 304
    assert first.headers["cache-control"] == "no-cache"


async def test_a_form_is_read_and_an_unreadable_one_refused(client: AsyncClient) -> None:
    response = await client.post("/form", content="a=1&a=2&b=%E9%80%80")
    assert response.json() == {"a": "2", "b": "退"}
    assert (await client.post("/form", content=b"\xff")).status_code == 400
    assert (
        await client.post("/form", content="&".join("a=1" for _ in range(99)))
    ).status_code == 400
