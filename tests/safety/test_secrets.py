"""Passwords and keys that somebody wrote down."""

import pytest

from kefu.safety import find_secrets

KEY = "AKIA" + "Z7Q2" * 4


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Sign in with the password `Night-Shift-7!`.", "Night-Shift-7!"),
        ("Password: Harbour#2207", "Harbour#2207"),
        ("后台密码：Yewu@2207", "Yewu@2207"),
        ("万能验证码是 204060。", "204060"),
        ("Enter the master PIN 204060.", "204060"),
        (f"The key {KEY} opens the bucket.", KEY),
        ("postgresql://kefu:s3cretHarbour@db.internal/kefu", "kefu:s3cretHarbour"),
        ("-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----"),
    ],
)
def test_what_lets_others_in_is_found(text: str, secret: str) -> None:
    (found,) = find_secrets(text)
    assert text[found.start : found.end] == secret


@pytest.mark.parametrize(
    "text",
    [
        "The password must have 10 to 32 characters.",
        "密码须为 10 到 32 位，不支持空密码。",
        "Password: <your password>",
        "password: ${DB_PASSWORD}",
        "密码：******",
        "Set the password `Example-Pass-1`.",
        "Set the password 'your-password-1A'.",
        "Your password is case-sensitive.",
        "https://shop.example/reset?user=li",
        "Never tell anybody your PIN.",
        "The access key is shown once.",
    ],
)
def test_what_only_tells_of_passwords_is_not(text: str) -> None:
    assert find_secrets(text) == []
