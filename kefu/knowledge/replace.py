"""Put documents in the place of what a file held before."""

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.db import Connection
from kefu.knowledge.records import Base, PreparedDocument
from kefu.knowledge.store import chunks as chunk_store
from kefu.knowledge.store import documents as document_store
from kefu.knowledge.store import files as file_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the documents of a file go.

    Attributes:
        known: key -> checksum of the documents that the file held before.
    """

    base: Base
    file_id: int
    audience: str
    known: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a call stored."""

    added_count: int = 0
    changed_count: int = 0
    chunk_count: int = 0


async def store_documents(
    conn: Connection, target: Target, batch: Sequence[PreparedDocument]
) -> Stored:
    """Store those documents of the batch that differ from what is known."""
    different = [each for each in batch if target.known.get(each.key) != each.checksum]
    if not different:
        return Stored()
    ids = [
        await document_store.upsert_document(
            conn,
            document,
            base_id=target.base.id,
            file_id=target.file_id,
            audience=target.audience,
        )
        for document in different
    ]
    old = await chunk_store.list_chunk_ids(conn, ids)
    rows = [
        (document_id, target.audience, document.language, document.chunks)
        for document_id, document in zip(ids, different, strict=True)
    ]
    await chunk_store.insert_chunks(conn, target.base.id, rows)
    if old:
        await chunk_store.take_over_vectors(conn, ids, old_chunk_ids=old)
        await chunk_store.delete_chunks(conn, target.base.id, old)
    changed = sum(each.key in target.known for each in different)
    return Stored(
        added_count=len(different) - changed,
        changed_count=changed,
        chunk_count=sum(len(each.chunks) for each in different),
    )


async def withdraw_documents(conn: Connection, base: Base, document_ids: Sequence[int]) -> None:
    """Take documents out of the index and remember that they were there."""
    chunk_ids = await chunk_store.list_chunk_ids(conn, document_ids)
    await chunk_store.delete_chunks(conn, base.id, chunk_ids)
    await document_store.mark_withdrawn(conn, document_ids)


async def withdraw_files(conn: Connection, base: Base, file_ids: Sequence[int]) -> int:
    """Withdraw what vanished files held and return how many documents that were."""
    document_ids = await document_store.list_file_documents(conn, file_ids)
    if document_ids:
        await withdraw_documents(conn, base, document_ids)
    await file_store.clear_files(conn, file_ids)
    return len(document_ids)
