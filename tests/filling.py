"""Small bases, stored through `kefu.knowledge` without files."""

from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path

from kefu.errors import ModelUnavailable
from kefu.knowledge import Base, embed_waiting, ensure_base, get_base
from kefu.knowledge.prepare import prepare
from kefu.knowledge.replace import Target, store_documents
from kefu.knowledge.store import files as file_store
from kefu.llm import FakeEmbedder, Vectors
from kefu.parsing import ParsedDocument
from kefu.resources import Resources

SUPPORT = {
    "Errors": "`InvalidParameter.NotFound` means that the parameter is unknown.",
    "Codes": "LH-4031 says that the account is locked.",
    "More codes": "LH-4032 says that the account is closed.",
    "Release 2.3": "Since v2.3.1 the console has a dark theme.",
    "Release 2.4": "Since v2.4.0 the console has a search box.",
    "Network": "The gateway of the private network is 10.0.0.1 by default.",
    "Other network": "The gateway of the public network is 10.0.0.2 by default.",
    "云主机": "ECS实例创建以后可以修改密码。",
    "数据库": "RDS实例创建以后可以修改端口。",
    "退款": "包年订单七天内可以全额退款。",
}


class CountingEmbedder(FakeEmbedder):
    """Remembers the questions it was given, call by call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(len(texts))
        return await super().embed_queries(texts)


class SilentEmbedder(FakeEmbedder):
    """Does not answer questions."""

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        raise ModelUnavailable("The embedder does not answer.")


async def main_base(resources: Resources) -> Base:
    async with resources.database.connection() as conn:
        return await get_base(conn, "main")


async def fill(
    resources: Resources,
    texts: Mapping[str, str],
    *,
    base: str = "main",
    audience: str = "public",
    embed: bool = True,
) -> Base:
    """Store documents given as title -> Markdown, in one transaction."""
    target_base = await ensure_base(resources, base)
    async with resources.database.transaction() as conn:
        uri = f"/{audience}"
        sources = await file_store.list_sources(conn, target_base.id)
        source_id = next((source.id for source in sources if source.uri == uri), None)
        if source_id is None:
            source_id = await file_store.insert_source(conn, target_base.id, uri, audience=audience)
        for title, text in texts.items():
            path = Path(f"/{audience}/{title}.md")
            file_id = await file_store.upsert_file(conn, target_base.id, source_id, str(path))
            document = prepare(
                ParsedDocument(title=title, markdown=text, format="markdown"),
                path=path,
                count_tokens=resources.embedder.count_tokens,
                max_tokens=320,
            )
            target = Target(base=target_base, file_id=file_id, audience=audience, known={})
            await store_documents(conn, target, [document])
    if embed:
        await embed_waiting(resources.database, resources.embedder, target_base)
    async with resources.database.connection() as conn:
        return await get_base(conn, base)


def idf(chunk_count: int, holding_count: int) -> float:
    return log(1 + (chunk_count - holding_count + 0.5) / (holding_count + 0.5))
