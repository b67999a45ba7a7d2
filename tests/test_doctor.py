"""The check-up: gates.toml, and an embedder that is an endpoint."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from kefu.db import Database
from kefu.doctor import Finding, examine
from kefu.knowledge import ensure_base
from kefu.llm import BuiltInEmbedder, Embedder, FakeEmbedder, replace_endpoint
from kefu.resources import Resources
from kefu.settings import Settings
from tests.llm.misbehaving import Behaviour, Request, respond, serve


def embedding_by(embedder: Embedder) -> Behaviour:
    async def embed(request: Request, writer: asyncio.StreamWriter) -> None:
        rows = await embedder.embed_documents(request.body["input"])  # type: ignore[arg-type]
        items = [{"index": place, "embedding": row.tolist()} for place, row in enumerate(rows)]
        await respond(json.dumps({"data": items}))(request, writer)

    return embed


async def check_embedder(database: Database, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setenv("KEFU_DATABASE_URL", database.url)
    monkeypatch.setenv("KEFU_EMBEDDING__ENDPOINT", "vectors")
    return next(each for each in [each async for each in examine()] if each.name == "embedder")


async def enter(database: Database, url: str) -> None:
    given = {"name": "vectors", "purpose": "embedding", "url": url, "model": "e5"}
    async with database.connection() as conn:
        await replace_endpoint(
            conn, "vectors", settings=given, encrypted_key=None, changed_by="admin"
        )


async def test_an_endpoint_of_the_settings_that_embeds_is_checked(
    committed_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with serve(embedding_by(BuiltInEmbedder())) as server:
        (tmp_path / "kefu.toml").write_text(
            f'[[endpoints]]\nname = "vectors"\npurpose = "embedding"\nurl = "{server.url}"\n'
            'model = "e5"\n'
        )
        found = await check_embedder(committed_database, monkeypatch)
    assert found.is_fine
    assert found.detail.startswith("e5, 384 dimensions")


async def test_an_entered_endpoint_that_does_not_answer_is_explained(
    committed_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(respond("{}", status=401)) as server:
        await enter(committed_database, server.url)
        found = await check_embedder(committed_database, monkeypatch)
    assert not found.is_fine
    assert found.how_to_mend == "Set key of endpoint vectors."


async def test_an_endpoint_that_is_not_there_is_named(
    committed_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await check_embedder(committed_database, monkeypatch)
    assert not found.is_fine
    assert "embedding.endpoint names vectors, which is not there." in found.detail


async def test_an_entered_endpoint_whose_model_is_not_that_of_the_bases_is_refused(
    committed_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = Resources(
        settings=Settings(), database=committed_database, embedder=FakeEmbedder(dimensions=8)
    )
    await ensure_base(filled, "main")
    async with serve(embedding_by(BuiltInEmbedder())) as server:
        await enter(committed_database, server.url)
        found = await check_embedder(committed_database, monkeypatch)
    assert not found.is_fine
    assert "Base 'main' holds vectors of 'fake', the settings name 'e5'." in found.detail


async def find_gates() -> Finding:
    return next(each for each in [each async for each in examine()] if each.name == "gates")


async def test_where_no_limits_are_given_the_defaults_are_said(tmp_path: Path) -> None:
    found = await find_gates()
    assert found.is_fine
    assert found.detail.startswith(f"no {tmp_path / 'gates.toml'}, so the defaults: at least accur")


async def test_limits_that_are_given_are_said_with_the_file_they_stand_in(tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text("accuracy = 0.6\nabstention_f1 = 0.5\nleast_cases = 12\n")
    found = await find_gates()
    assert found.detail == (
        f"{tmp_path / 'gates.toml'}: at least accuracy 0.6, faithfulness 0.98, abstention_f1 0.5,"
        " safety 1, format 0.98; at most p95_first_sentence_seconds 3, error_share 0,"
        " most_unproven 0; over at least 12 cases"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("accuracy = ", "is not valid TOML"),
        ("acuracy = 0.9", "there is no gate 'acuracy'"),
        ("accuracy = 9", "accuracy: Input should be less than or equal to 1"),
    ],
)
def test_a_broken_gates_toml_fails_the_check_up(
    command: Any, tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "gates.toml").write_text(text)
    found = command("doctor", "--json", code=1)
    broken = [each for each in found if not each["is_fine"]]
    assert [each["name"] for each in broken] == ["gates"]
    assert broken[0]["detail"].startswith(str(tmp_path / "gates.toml"))
    assert told in broken[0]["detail"]
    assert "Mend the file" in broken[0]["how_to_mend"]
