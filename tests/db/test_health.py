"""Which servers Kefu works with, and what it says to the others."""

import pytest

from kefu.db import Connection, ServerFacts, inspect_server
from kefu.db.health import require_fit
from kefu.errors import DatabaseUnavailable


def facts(number: int = 180004, vector: str | None = "0.8.1") -> ServerFacts:
    version = f"{number // 10000}.{number % 10000}"
    return ServerFacts(version=version, version_number=number, vector=vector, size_bytes=1)


@pytest.mark.parametrize("vector", ["0.8.0", "0.8", "0.10.0", "1.0.0", "1"])
@pytest.mark.parametrize("number", [160000, 170002, 180004, 200000])
def test_server_that_is_young_enough_is_taken(number: int, vector: str) -> None:
    require_fit(facts(number, vector))


@pytest.mark.parametrize(
    ("unfit", "sentence"),
    [
        (facts(150012), r"PostgreSQL 15\.12 is too old: Kefu needs 16 or later"),
        (facts(vector=None), "no pgvector: install"),
        (facts(vector="0.7.4"), r"pgvector 0\.7\.4 is too old: Kefu needs 0\.8"),
        (facts(vector="0.5"), r"pgvector 0\.5 is too old"),
    ],
)
def test_server_that_lacks_something_is_told_what(unfit: ServerFacts, sentence: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=sentence):
        require_fit(unfit)


async def test_facts_are_those_of_the_server(conn: Connection) -> None:
    found = await inspect_server(conn)
    assert found.version_number >= 160000
    assert found.version.startswith(str(found.version_number // 10000))
    assert found.vector is not None
    assert found.size_bytes > 1_000_000
    require_fit(found)
