"""Requests that no browser sends, byte by byte: each is answered or refused, none breaks."""

import logging
import socket
from contextlib import suppress

import pytest
from running_site import Site

pytestmark = pytest.mark.xdist_group("http_api")

JSON = b"Content-Type: application/json\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
NOBODY = b"00000000-0000-0000-0000-000000000000"
ANSWER_SECONDS = 30.0


def send(site: Site, request: bytes) -> bytes:
    """What comes back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=ANSWER_SECONDS) as connection:
        with suppress(OSError):  # it hung up before all was sent
            connection.sendall(request)
        received = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                received += part
        return received


def status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def get(path: bytes, headers: bytes = b"", *, host: bytes = b"kefu") -> bytes:
    return b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n" % (path, host, headers)


def post(path: bytes, headers: bytes, body: bytes) -> bytes:
    head = b"POST %s HTTP/1.1\r\nHost: kefu\r\nConnection: close\r\n%s" % (path, headers)
    return b"%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body)


def ask(body: bytes, headers: bytes = JSON) -> bytes:
    return post(b"/api/chat", headers, body)


REQUESTS = {
    "header too long": (get(b"/", b"X-A: %s\r\n" % (b"a" * 200_000)), 400),
    "too many headers": (get(b"/", b"".join(b"X-%d: a\r\n" % n for n in range(20_000))), 400),
    "cookies that are no text": (get(b"/", b"Cookie: kefu_session=\xff; kefu_theme='<\r\n"), 200),
    "cookie with NUL": (get(b"/", b"Cookie: kefu_session=a\0b\r\n"), 400),
    "languages without end": (get(b"/", b"Accept-Language: %s\r\n" % (b"x;q=nan," * 4000)), 200),
    "host that is none": (get(b"/sign-in", host=b"[::1"), 200),
    "origin that is none": (post(b"/messages", FORM + b"Origin: http://[::1\r\n", b"a=1"), 403),
    "key that is no text": (get(b"/api/search?q=x", b"Authorization: Bearer kefu_\xff\r\n"), 401),
    "identity without end": (
        get(b"/api/search?q=x", b"Authorization: Bearer %s\r\n" % (b"e30." * 9999)),
        401,
    ),
    "token that is no text": (post(b"/sign-out", b"X-CSRF-Token: \xff\r\n", b"csrf=\xff"), 303),
    "path with NUL": (get(b"/api/conversations/%00"), 400),
    "static file outside": (get(b"/static/..%2f..%2fsettings.py"), 404),
    "static file with NUL": (get(b"/static/%00"), 404),
    "static file of a long name": (get(b"/static/" + b"a" * 5000), 404),
    "number too large for a row": (get(b"/sources/99999999999999999999"), 400),
    "number too long to read": (get(b"/api/chunks/" + b"9" * 5000), 400),
    "search for NUL": (get(b"/api/search?q=%00"), 200),
    "search for what is no text": (get(b"/api/search?q=%ff%ed%a0%80"), 200),
    "search in a base with NUL": (get(b"/api/search?q=x&base=%00"), 404),
    "search in a base of a long name": (get(b"/api/search?q=x&base=" + b"b" * 9999), 400),
    "search for signs": (get(b"/api/search?q=" + b"%25_%27%22%5c" * 99), 200),
    "parameter a thousand times": (get(b"/api/search?q=x" + b"&top_k=1" * 1000), 200),
    "page of a base with NUL": (get(b"/?base=%00"), 200),
    "way back with a line break": (get(b"/sign-in?next=/%0d%0aSet-Cookie:a=b"), 200),
    "brackets without end": (ask(b"[" * 60_000), 400),
    "brackets in brackets": (ask(b'{"question":%s%s}' % (b"[" * 30_000, b"]" * 30_000)), 400),
    "objects in objects": (ask(b'{"a":' * 10_000 + b"1" + b"}" * 10_000), 400),
    "JSON that is no text": (ask(b'{"question":"\xff\xfe"}'), 400),
    "half of a character": (ask(b'{"question":"a\\ud800"}'), 400),
    "name that is half a character": (ask(b'{"question":"a","\\ud800":1}'), 400),
    "question of NUL": (ask(b'{"question":"\\u0000"}'), 400),
    "base of NUL": (ask(b'{"question":"a","base":"\\u0000"}'), 404),
    "number without end": (ask(b'{"question":%s}' % (b"9" * 60_000)), 400),
    "not a number": (ask(b'{"question":NaN}'), 400),
    "nothing": (ask(b""), 400),
    "no content type": (ask(b"{}", b""), 415),
    "content type that is no text": (ask(b"{}", b"Content-Type: \xff\r\n"), 415),
    "file upload": (ask(b"--x", b"Content-Type: multipart/form-data; boundary=x\r\n"), 415),
    "compressed": (ask(b"\x1f\x8b0000", JSON + b"Content-Encoding: gzip\r\n"), 400),
    "body too large": (ask(b"x" * 70_000), 413),
    "form of many fields": (
        post(b"/messages", FORM, b"&".join(b"a%d=1" % n for n in range(5000))),
        400,
    ),
    "form with a base of NUL": (post(b"/messages", FORM, b"question=x&base=%00"), 404),
    "language with a line break": (post(b"/preferences", FORM, b"language=%0d%0a&theme=<"), 303),
    "sign-in with NUL": (post(b"/sign-in", FORM, b"email=%00a&password=%00"), 401),
    "sign-in with what is no text": (
        post(b"/sign-in", FORM, b"email=%ff%ed%a0%80&password=%ed%a0%80"),
        401,
    ),
    "password without end": (post(b"/sign-in", FORM, b"email=a@b&password=" + b"p" * 60_000), 401),
    "link that is no text": (post(b"/welcome/%ff%00", FORM, b"email=%00"), 404),
    "rating of nothing": (post(b"/messages/%s/feedback" % NOBODY, FORM, b"rating=up"), 404),
    "method that is none": (b"BREW / HTTP/1.1\r\nHost: kefu\r\nConnection: close\r\n\r\n", 405),
    "not HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "length below nothing": (b"POST / HTTP/1.1\r\nHost: k\r\nContent-Length: -1\r\n\r\n", 400),
    "two lengths": (
        b"POST /api/chat HTTP/1.1\r\nHost: k\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
        400,
    ),
    "chunk without end": (
        b"POST /api/chat HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n"
        + b"a" * 0xFFFFF,
        413,
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_hostile_request_is_refused_and_breaks_nothing(
    site: Site, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    request, expected = REQUESTS[name]
    with caplog.at_level(logging.ERROR):
        response = send(site, request)
    assert status(response) == expected, response[:300]
    assert not [record for record in caplog.records if record.name.startswith("kefu")]
    assert b"Traceback" not in response


def test_after_all_of_that_it_answers(site: Site) -> None:
    assert site.ask("When are refunds paid?")["outcome"] == "answered"
    assert status(send(site, get(b"/healthz"))) == 200
