"""Passwords: argon2id hashes, and what is too easy to guess.

Hashing takes tens of milliseconds and 64 MB on purpose, so it runs on two threads of its own.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from zxcvbn import zxcvbn

from kefu.errors import BadInput

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 200
LEAST_GUESSES = 10**9
JUDGED_CHARACTERS = 72  # of what is longer the beginning alone must be good enough
WORDS = Path(__file__).parent / "words" / "passwords.txt"

Weakness = Literal["short", "long", "easy"]

_HASHER = PasswordHasher()
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


def find_weakness(password: str, *, about: Sequence[str] = ()) -> Weakness | None:
    """Whether an attacker would try this password among the first.

    The number of guesses is estimated from lists of breached passwords, names and words, from
    keyboard rows, dates, repetitions and the usual substitutions (zxcvbn, USENIX Security 2016),
    with words about the person first.
    """
    if len(password) < LEAST_CHARACTERS:
        return "short"
    if len(password) > MOST_CHARACTERS:
        return "long"
    known = [*_list_words(), *about]
    guesses = zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=known)["guesses"]
    return "easy" if guesses < LEAST_GUESSES else None


def require_good_password(password: str, *, about: Sequence[str] = ()) -> None:
    """Refuse a weak password.

    Raises:
        BadInput: too short, too long, or too easy to guess.
    """
    match find_weakness(password, about=about):
        case "short":
            raise BadInput("A password has at least %(least)s characters.", least=LEAST_CHARACTERS)
        case "long":
            raise BadInput("A password has at most %(most)s characters.", most=MOST_CHARACTERS)
        case "easy":
            raise BadInput(
                "This password is known from breaches or easily guessed. Four words that have"
                " nothing to do with each other make a good one."
            )
        case None:
            return


async def hash_password(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def verify_password(password: str, kept: str | None) -> bool:
    """Whether it is the password; without a hash it takes as long and is never right."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, password, kept)


def needs_hashing_again(kept: str) -> bool:
    """Whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(kept)


def _verify(password: str, kept: str | None) -> bool:
    nothing = _hash_of_nothing()  # made by whoever comes first, known or not
    try:
        _HASHER.verify(kept or nothing, password)
    except VerifyMismatchError:
        return False
    return kept is not None


@cache
def _hash_of_nothing() -> str:
    return _HASHER.hash("")


@cache
def _list_words() -> Sequence[str]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
