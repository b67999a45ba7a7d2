"""What is refused as a password, and what is kept of one."""

import pytest

from kefu.accounts.passwords import (
    LEAST_CHARACTERS,
    find_weakness,
    hash_password,
    needs_hashing_again,
    require_good_password,
    verify_password,
)
from kefu.errors import BadInput

OLDER_COSTS = (
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Y9Sc7xOnbgLpf0dlXzG0DPPpVjMm8tZzVGfYiWvvvQs"
)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2024!",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "iloveyou1314",
        "summer2025!!",
        "woaini1314520",
        "zhongguo888888",
        "admin@1234567",
        "Kefu2026Kefu2026",
        "a" * 100,
    ],
)
def test_what_attackers_try_first_is_refused(password: str) -> None:
    assert find_weakness(password) == "easy"
    with pytest.raises(BadInput, match="breaches"):
        require_good_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "plum quartz onion",
        "vK3j9sQxLm2p",
        "窗外的梧桐树又黄了一年吧",
        "x7$kw!! Tram 94 lantern" * 4,
    ],
)
def test_what_nobody_would_try_is_accepted(password: str) -> None:
    assert find_weakness(password) is None


def test_short_and_endless_passwords_are_refused() -> None:
    assert find_weakness("x7$kQ!2w"[: LEAST_CHARACTERS - 1]) == "short"
    assert find_weakness("x7$kQ!2wPz" * 100) == "long"


def test_words_about_the_person_make_a_password_easy() -> None:
    password = "lin.wei@lanhe.example"
    assert find_weakness(password) is None
    assert find_weakness(password, about=("Lin Wei", "lin.wei@lanhe.example")) == "easy"


async def test_a_hash_is_argon2id_salted_and_only_good_for_its_password() -> None:
    kept = await hash_password("plum quartz onion")
    assert kept.startswith("$argon2id$")
    assert kept != await hash_password("plum quartz onion")
    assert await verify_password("plum quartz onion", kept)
    assert not await verify_password("plum quartz Onion", kept)


async def test_without_a_hash_no_password_is_right() -> None:
    assert not await verify_password("", None)
    assert not await verify_password("plum quartz onion", None)


async def test_a_hash_of_lower_costs_is_to_be_made_again() -> None:
    assert needs_hashing_again(OLDER_COSTS)
    assert not needs_hashing_again(await hash_password("plum quartz onion"))
