"""Signatures by Standard Webhooks, beside the specification's own example and its own library."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from kefu.errors import BadInput, NotSignedIn
from kefu.safety import find_place, make_secret, sign_headers, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    headers = sign_headers([SECRET], ID, at=AT, body=BODY)
    assert headers["webhook-signature"] == SIGNATURE
    assert verify([SECRET], headers, BODY, now=AT) == ID


def test_the_own_library_of_the_specification_takes_what_is_signed_here() -> None:
    secrets = [make_secret(), make_secret()]
    at = int(datetime.now(UTC).timestamp())
    headers = sign_headers(secrets, "msg_1", at=at, body=BODY)
    for secret in secrets:
        assert Webhook(secret).verify(BODY, headers) == json.loads(BODY)


def test_what_the_library_signs_is_taken_here() -> None:
    at = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", at, BODY.decode()),
    }
    assert verify([make_secret(), SECRET], headers, BODY, now=at.timestamp()) == "msg_1"


SIGNED = sign_headers([SECRET], ID, at=AT, body=BODY)
WRONG = {
    "no headers": ({}, BODY, AT),
    "another body": (SIGNED, BODY + b" ", AT),
    "another id": (SIGNED | {"webhook-id": "msg_2"}, BODY, AT),
    "another moment": (SIGNED | {"webhook-timestamp": str(AT + 1)}, BODY, AT),
    "too old": (SIGNED, BODY, AT + 301),
    "from the future": (SIGNED, BODY, AT - 301),
    "a moment that is none": (SIGNED | {"webhook-timestamp": "²"}, BODY, AT),
    "a moment without end": (SIGNED | {"webhook-timestamp": "9" * 400}, BODY, AT),
    "another version": (SIGNED | {"webhook-signature": "v2" + SIGNATURE[2:]}, BODY, AT),
    "letters that are none": (SIGNED | {"webhook-signature": "v1,é"}, BODY, AT),
    "nothing signed": (SIGNED | {"webhook-signature": " "}, BODY, AT),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_signed_well_is_refused(name: str) -> None:
    headers, body, now = WRONG[name]
    with pytest.raises(NotSignedIn):
        verify([SECRET], headers, body, now=now)
    with pytest.raises(NotSignedIn):
        verify([], SIGNED, BODY, now=AT)


def test_a_secret_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="base64"):
        sign_headers(["whsec_???"], ID, at=AT, body=BODY)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "[::1]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "2130706433",
    ],
)
async def test_addresses_of_the_own_network_are_refused(host: str) -> None:
    assert isinstance(await find_place(f"http://{host}/hook", allows_private=False), str)


async def test_what_hands_out_credentials_is_refused_even_where_private_is_allowed() -> None:
    assert isinstance(await find_place("http://169.254.169.254/", allows_private=True), str)
    assert not isinstance(await find_place("http://127.0.0.1/", allows_private=True), str)
