"""Knowledge: what a company knows, taken in from files, cut into chunks and indexed.

A base is searched as a whole; its sources (folders and files) hold files, a file one or more
documents, a document its chunks. `ingest` brings a base up to date; `get_excerpt` shows a chunk
in its place.
"""

from kefu.knowledge.candidate import Judge
from kefu.knowledge.consistency import IndexReport, check_index
from kefu.knowledge.editions import Counterpart, Edition
from kefu.knowledge.embedding import (
    embed_waiting,
    keep_embedding,
    require_same_embedder,
    vector_literal,
)
from kefu.knowledge.excerpts import Excerpt, Original
from kefu.knowledge.ingest import DEFAULT_BASE, ensure_base, ingest, renew_embeddings
from kefu.knowledge.lexical_index import K1
from kefu.knowledge.page_images import draw_page, is_drawable
from kefu.knowledge.places import boxes_of
from kefu.knowledge.records import (
    Base,
    BaseStatus,
    ChangeKind,
    ChunkKind,
    DocumentChange,
    Handling,
    IngestReport,
    NewChunk,
    PageBox,
    Problem,
    ReadableBase,
    SampledChunk,
    UnreadFile,
)
from kefu.knowledge.store.bases import (
    delete_base,
    digest_base,
    find_base,
    get_base,
    list_bases,
    read_version,
)
from kefu.knowledge.store.documents import (
    find_last_change,
    find_original,
    get_excerpt,
    list_changes,
    list_chunks,
    list_document_ids,
    list_holding,
    list_names,
    list_nearest,
    sample_chunks,
)
from kefu.knowledge.store.editions import list_counterparts, list_editions
from kefu.knowledge.store.files import list_unread
from kefu.knowledge.store.status import list_readable_bases, list_statuses
from kefu.knowledge.unnamed import choose_base
from kefu.knowledge.validity import OUTDATED, Validity, bare_title, list_marks, name_series

__all__ = [
    "DEFAULT_BASE",
    "K1",
    "OUTDATED",
    "Base",
    "BaseStatus",
    "ChangeKind",
    "ChunkKind",
    "Counterpart",
    "DocumentChange",
    "Edition",
    "Excerpt",
    "Handling",
    "IndexReport",
    "IngestReport",
    "Judge",
    "NewChunk",
    "Original",
    "PageBox",
    "Problem",
    "ReadableBase",
    "SampledChunk",
    "UnreadFile",
    "Validity",
    "bare_title",
    "boxes_of",
    "check_index",
    "choose_base",
    "delete_base",
    "digest_base",
    "draw_page",
    "embed_waiting",
    "ensure_base",
    "find_base",
    "find_last_change",
    "find_original",
    "get_base",
    "get_excerpt",
    "ingest",
    "is_drawable",
    "keep_embedding",
    "list_bases",
    "list_changes",
    "list_chunks",
    "list_counterparts",
    "list_document_ids",
    "list_editions",
    "list_holding",
    "list_marks",
    "list_names",
    "list_nearest",
    "list_readable_bases",
    "list_statuses",
    "list_unread",
    "name_series",
    "read_version",
    "renew_embeddings",
    "require_same_embedder",
    "sample_chunks",
    "vector_literal",
]
