"""What may leave the house does, nothing else: seen on the bytes that servers received."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from filling import fill

from kefu.answering import EXTRACTIVE, Outcome, Turn, answer
from kefu.db import Database
from kefu.knowledge import Handling, embed_waiting, ensure_base, ingest, list_bases
from kefu.knowledge.store.files import change_data_class, list_sources
from kefu.llm import Endpoints, FakeEmbedder, Vectors, open_endpoints
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, EndpointSettings, IngestSettings, Settings
from kefu.viewer import OPERATOR, DataClass
from tests.llm.misbehaving import Server, serve, stream

QUESTION = "How long does a refund of the pro plan take?"
SECRETS = {each: f"{each}marker" for each in DataClass}


@dataclass
class House:
    """Resources with documents of all classes, and one recording server per class."""

    resources: Resources
    servers: dict[DataClass, Server]

    def sent_to(self, data_class: DataClass) -> str:
        return json.dumps([each.body for each in self.servers[data_class].requests])


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    settings = Settings(answering=AnsweringSettings(min_confidence=0))
    resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
    for data_class, secret in SECRETS.items():
        texts = {"Pro plan": f"A refund of the pro plan takes 7 days, {secret}."}
        for name in (f"only-{data_class}", "all"):
            await fill(resources, texts, base=name, audience=data_class)
    async with database.connection() as conn:
        for base in await list_bases(conn):
            for source in await list_sources(conn, base.id):
                await change_data_class(conn, source.id, DataClass(source.audience))
    async with AsyncExitStack() as stack:
        servers = {
            each: await stack.enter_async_context(serve(stream("A refund takes 7 days. [1]")))
            for each in DataClass
        }
        yield House(resources=resources, servers=servers)


def endpoints_of(house: House, *classes: DataClass) -> Settings:
    given = tuple(
        EndpointSettings(name=str(each), url=house.servers[each].url, model="m", data_class=each)
        for each in classes
    )
    return house.resources.settings.model_copy(update={"endpoints": given})


async def ask(house: House, endpoints: Endpoints, base: str, **how: object) -> str:
    resources = replace(house.resources, endpoint=endpoints)
    given = await answer(resources, QUESTION, viewer=OPERATOR, base=base, **how)  # type: ignore[arg-type]
    assert given.outcome is Outcome.ANSWERED
    return given.mode


async def test_each_document_is_shown_to_the_first_endpoint_that_may_see_it(house: House) -> None:
    async with open_endpoints(endpoints_of(house, *DataClass)) as endpoints:
        modes = [await ask(house, endpoints, f"only-{each}") for each in DataClass]
    # What customers write is internal, so an endpoint for public data alone is never asked.
    assert modes == ["internal", "internal", "confidential", "restricted"]
    for held, secret in SECRETS.items():
        for seeing in DataClass:
            assert (secret in house.sent_to(seeing)) <= (held.rank <= seeing.rank)


async def test_where_no_endpoint_may_see_a_document_the_answer_is_quoted(house: House) -> None:
    settings = endpoints_of(house, DataClass.PUBLIC, DataClass.INTERNAL)
    async with open_endpoints(settings) as endpoints:
        assert await ask(house, endpoints, "only-restricted") == EXTRACTIVE
        assert await ask(house, endpoints, "all") == EXTRACTIVE
    assert not house.servers[DataClass.INTERNAL].requests


async def test_what_was_answered_before_counts_too(house: House) -> None:
    async with open_endpoints(endpoints_of(house, DataClass.INTERNAL)) as endpoints:
        said = Turn(question="And?", answer="secret", data_class=DataClass.CONFIDENTIAL)
        assert await ask(house, endpoints, "only-public", history=[said]) == EXTRACTIVE
        assert not house.servers[DataClass.INTERNAL].requests
        said = replace(said, data_class=DataClass.PUBLIC)
        assert await ask(house, endpoints, "only-public", history=[said]) == "internal"


async def test_an_answer_has_the_class_of_what_it_builds_on(house: House) -> None:
    classes = {
        each: (
            await answer(house.resources, QUESTION, viewer=OPERATOR, base=f"only-{each}")
        ).data_class
        for each in DataClass
    }
    assert classes == {
        DataClass.PUBLIC: DataClass.INTERNAL,
        DataClass.INTERNAL: DataClass.INTERNAL,
        DataClass.CONFIDENTIAL: DataClass.CONFIDENTIAL,
        DataClass.RESTRICTED: DataClass.RESTRICTED,
    }


class CloudEmbedder(FakeEmbedder):
    """May see what is internal, and remembers all it saw."""

    name = "cloud"
    data_class = DataClass.INTERNAL

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return await super().embed_documents(texts)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return await super().embed_documents(texts)


async def test_an_embedder_sees_no_chunk_above_its_class(
    committed_database: Database, tmp_path: Path
) -> None:
    embedder = CloudEmbedder()
    resources = Resources(
        settings=Settings(ingest=IngestSettings(workers=1)),
        database=committed_database,
        embedder=embedder,
    )
    for data_class, secret in SECRETS.items():
        (tmp_path / data_class).mkdir()
        (tmp_path / data_class / "a.md").write_text(f"Refunds, {secret}.")
        (tmp_path / data_class / "中文.md").write_text(f"退款 {secret}。")
        handling = Handling(data_class=data_class)
        await ingest(resources, [tmp_path / data_class], handling=handling)
    base = await ensure_base(resources, "main")
    assert await embed_waiting(resources.database, embedder, base) == 0
    for question in ("refunds restrictedmarker", "退款 confidentialmarker"):
        given = await answer(resources, question, viewer=OPERATOR)
        assert given.citations
    seen = " ".join(embedder.seen)
    assert [each for each in DataClass if SECRETS[each] in seen] == [
        DataClass.PUBLIC,
        DataClass.INTERNAL,
    ]
