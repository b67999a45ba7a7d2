"""Take files into a base: read only what changed, replace whole documents, survive a kill.

Every document is stored with its chunks and index in one transaction. A file counts as taken in
only after its last document, so a killed ingestion goes on where it was when it is run again.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path

from opentelemetry import trace
from opentelemetry.trace import StatusCode

from kefu.errors import BadInput, TooLarge
from kefu.knowledge.candidate import Judge, Writing, open_writing
from kefu.knowledge.embedding import embed_waiting, require_same_embedder
from kefu.knowledge.isolation import ParserPool
from kefu.knowledge.lexical_index import has_drifted
from kefu.knowledge.plan import Changes, FileToRead, file_checksum, plan_changes
from kefu.knowledge.prepare import prepare
from kefu.knowledge.recorded import note_withdrawal
from kefu.knowledge.records import (
    Base,
    Handling,
    IngestReport,
    PreparedDocument,
    Problem,
    Source,
    StoredFile,
    Suspicion,
)
from kefu.knowledge.replace import Target, store_documents, withdraw_documents, withdraw_files
from kefu.knowledge.scan import Scan, resolve_roots, scan
from kefu.knowledge.sources import (
    ensure_sources,
    get_source,
    is_within,
    require_audience_name,
)
from kefu.knowledge.store import bases as base_store
from kefu.knowledge.store import chunks as chunk_store
from kefu.knowledge.store import documents as document_store
from kefu.knowledge.store import files as file_store
from kefu.resources import Resources

BASE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
DOCUMENTS_A_TRANSACTION = 200
DEFAULT_BASE = "main"
UNREADABLE = "It cannot be read: it is a broken link, no ordinary file, or not permitted."

AS_BEFORE = Handling()
tracer = trace.get_tracer("kefu.knowledge")

OnProgress = Callable[[IngestReport], None]


async def ingest(  # noqa: PLR0913 - what may differ from one ingestion to another
    resources: Resources,
    paths: Sequence[Path],
    *,
    base_name: str = DEFAULT_BASE,
    handling: Handling = AS_BEFORE,
    wait: bool = True,
    judge: Judge | None = None,
    on_progress: OnProgress = lambda _: None,
) -> IngestReport:
    """Bring a base up to date with what lies under `paths`.

    `handling` says who may see it (a source that is known keeps what is left open); without
    `wait` the chunks get their vectors later and are found by their words until then. With a
    `judge` everything or nothing is taken in: it looks at the base as it would be, and what it
    raises leaves the base as it was.

    Raises:
        BadInput: a path does not exist, a folder that held files is empty, the name of the base
            or audience cannot be used, or a judge is to look at chunks without vectors.
        Conflict: another process ingests into the base, or its embedder differs.
    """
    roots = resolve_roots(paths)
    require_audience_name(handling.audience)
    if judge is not None and not wait:
        raise BadInput("What is gated has to wait for its vectors: leave --no-wait out.")
    base = await ensure_base(resources, base_name)
    started = time.monotonic()
    report = IngestReport(base=base.name)
    attributes = {"kefu.product": "knowledge", "kefu.base": base.name}
    async with (
        resources.database.connection() as conn,
        base_store.only_writer(conn, base),
        ParserPool(resources.settings.ingest) as parsers,
        open_writing(resources.database, base, judge) as writing,
    ):
        with tracer.start_as_current_span("ingest", attributes=attributes) as span:
            run = _Ingestion(
                resources, base, parsers, writing=writing, report=report, on_progress=on_progress
            )
            try:
                await run.take_in(roots, handling, wait=wait)
            except ExceptionGroup as group:
                raise _first(group) from group
            finally:
                span.set_attributes(_describe(report))
    report.seconds = time.monotonic() - started
    on_progress(report)
    return report


def _describe(report: IngestReport) -> dict[str, int]:
    """As attributes of the span that ingests."""
    return {
        "kefu.file_count": report.file_count,
        "kefu.read_count": report.read_count,
        "kefu.chunk_count": report.chunk_count,
        "kefu.embedded_count": report.embedded_count,
        "kefu.problem_count": len(report.problems),
    }


async def ensure_base(resources: Resources, name: str) -> Base:
    """The base of that name, made when it is not there.

    Raises:
        BadInput: the name cannot be used.
        Conflict: its vectors come from another embedder.
    """
    if not BASE_NAME.fullmatch(name):
        raise BadInput(
            f"{name!r} cannot name a knowledge base: use up to 63 of a-z, 0-9, - and _, "
            "beginning with a letter or digit."
        )
    embedder = resources.embedder
    async with resources.database.transaction() as conn:
        base = await base_store.find_base(conn, name) or await base_store.insert_base(
            conn, name, embedder=embedder.name, dimensions=embedder.dimensions
        )
    require_same_embedder(base, embedder)
    return base


class _Ingestion:
    """One run over some roots; stores one file after another while others are being parsed."""

    def __init__(
        self,
        resources: Resources,
        base: Base,
        parsers: ParserPool,
        *,
        writing: Writing,
        report: IngestReport,
        on_progress: OnProgress,
    ) -> None:
        self.database = writing.database
        self.record = writing.record
        self.embedder = resources.embedder
        self.settings = resources.settings.ingest
        self.base = base
        self.parsers = parsers
        self.report = report
        self.on_progress = on_progress
        self.writing = asyncio.Lock()

    async def take_in(self, roots: Sequence[Path], handling: Handling, *, wait: bool) -> None:
        is_parsed = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            if wait:
                tasks.create_task(self._embed(until=is_parsed))
            for root in roots:
                await self._take_in_root(root, handling)
            await self._renew_weights()
            is_parsed.set()
        async with self.database.connection() as conn:
            self.report.waiting_count = await chunk_store.count_waiting(conn, self.base.id)

    async def _take_in_root(self, root: Path, handling: Handling) -> None:
        found = await asyncio.to_thread(scan, root)
        async with self.database.transaction() as conn:
            sources = await ensure_sources(
                conn, self.base, found.root, handling, record=self.record
            )
            stored = await file_store.list_files(conn, self.base.id)
        checksum = partial(file_checksum, max_bytes=self.settings.max_file_mb << 20)
        changes = await asyncio.to_thread(plan_changes, found, stored, checksum=checksum)
        held_count = sum(not file.is_withdrawn for file in changes.vanished)
        if held_count and found.is_empty:
            raise BadInput(
                f"{found.root} is empty, but files were taken in from it ({held_count}). "
                "Is it mounted? `kefu knowledge withdraw` withdraws them. Nothing was changed."
            )
        self._count(found, changes)
        await self._apply(changes, sources)
        await self._note_unreadable(found, stored)
        queue = asyncio.Queue[FileToRead]()
        for file in changes.to_read:
            queue.put_nowait(file)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self.settings.workers):
                tasks.create_task(self._read_all(queue, sources))
        async with self.database.connection() as conn:
            await file_store.finish_source(conn, get_source(sources, found.root).id)

    def _count(self, found: Scan, changes: Changes) -> None:
        report = self.report
        report.file_count += len(found.files)
        report.unchanged_count += changes.unchanged_count + len(changes.touched)
        report.renamed_count += len(changes.renamed)
        report.to_read_count += len(changes.to_read)
        for suffix, count in found.unsupported.items():
            report.unsupported[suffix] = report.unsupported.get(suffix, 0) + count
        self.on_progress(report)

    async def _apply(self, changes: Changes, sources: Sequence[Source]) -> None:
        """Do what needs no reading, in one transaction."""
        async with self.database.transaction() as conn:
            for before, found in changes.renamed:
                source = get_source(sources, found.name)
                await file_store.move_file(conn, before.id, source=source, path=found.name)
            for before, found in (*changes.touched, *changes.renamed):
                await file_store.finish_file(
                    conn,
                    before.id,
                    stat=(found.size_bytes, found.modified_ns),
                    checksum=None if before.is_outdated else before.checksum,
                )
            gone = [file.id for file in changes.vanished]
            count = await withdraw_files(conn, self.base, gone)
            self.report.withdrawn_count += count
            if count:
                subject = ", ".join(source.uri for source in sources)
                await self.record(conn, note_withdrawal(self.base, subject, count=count))

    async def _read_all(self, queue: asyncio.Queue[FileToRead], sources: Sequence[Source]) -> None:
        while not queue.empty():
            file = queue.get_nowait()
            source = get_source(sources, file.found.name)
            with tracer.start_as_current_span(
                "read", attributes={"kefu.path": file.found.name}
            ) as span:
                try:
                    await self._read(file, source)
                except (BadInput, TooLarge) as error:
                    span.set_status(StatusCode.ERROR, str(error))
                    await self._note_problem(file, source, str(error))
            self.report.read_count += 1
            self.on_progress(self.report)

    async def _read(self, file: FileToRead, source: Source) -> None:
        async with self.database.transaction() as conn:
            file_id = await file_store.upsert_file(conn, self.base.id, source.id, file.found.name)
            known = await document_store.list_document_checksums(conn, file_id)
        target = Target(base=self.base, file_id=file_id, audience=source.audience, known=known)
        seen: dict[str, int] = {}
        batch: list[PreparedDocument] = []
        async with aclosing(self.parsers.parse(file.found.path)) as parsed:
            async for document in parsed:
                prepared = await asyncio.to_thread(
                    prepare,
                    document,
                    path=file.found.path,
                    count_tokens=self.embedder.count_tokens,
                    max_tokens=self.settings.chunk_tokens,
                )
                if prepared.signs:
                    self.report.suspicions.append(_suspicion(file, prepared))
                if prepared.chunks:
                    batch.append(_with_unique_key(prepared, seen))
                if len(batch) == DOCUMENTS_A_TRANSACTION:
                    await self._store(target, batch)
                    batch = []
        if not seen:
            raise BadInput("It holds no text but empty headings or marks.")
        await self._finish(file, target, batch, seen)

    async def _store(self, target: Target, batch: Sequence[PreparedDocument]) -> None:
        async with self.writing, self.database.transaction() as conn:
            stored = await store_documents(conn, target, batch)
        self.report.added_count += stored.added_count
        self.report.changed_count += stored.changed_count
        self.report.chunk_count += stored.chunk_count
        self.on_progress(self.report)

    async def _finish(
        self,
        file: FileToRead,
        target: Target,
        batch: Sequence[PreparedDocument],
        seen: Iterable[str],
    ) -> None:
        """Store the last documents, withdraw those the file no longer has, and call it done."""
        async with self.writing, self.database.transaction() as conn:
            stored = await store_documents(conn, target, batch)
            gone = await document_store.list_file_documents(
                conn, [target.file_id], keys_to_keep=sorted(seen)
            )
            if gone:
                await withdraw_documents(conn, self.base, gone)
            await file_store.finish_file(
                conn,
                target.file_id,
                stat=(file.found.size_bytes, file.found.modified_ns),
                checksum=file.checksum,
            )
        self.report.added_count += stored.added_count
        self.report.changed_count += stored.changed_count
        self.report.chunk_count += stored.chunk_count
        self.report.withdrawn_count += len(gone)

    async def _note_problem(self, file: FileToRead, source: Source, reason: str) -> None:
        async with self.database.transaction() as conn:
            file_id = await file_store.upsert_file(conn, self.base.id, source.id, file.found.name)
            await file_store.note_problem(conn, file_id, reason)
            held = await document_store.list_file_documents(conn, [file_id])
        problem = Problem(path=file.found.name, reason=reason, held_count=len(held))
        self.report.problems.append(problem)

    async def _note_unreadable(self, found: Scan, stored: Sequence[StoredFile]) -> None:
        """Files and folders that could be looked at before keep what they held."""
        async with self.database.transaction() as conn:
            for path in found.unreadable:
                held = [each.id for each in stored if is_within(each.path, path)]
                for file_id in held:
                    await file_store.note_problem(conn, file_id, UNREADABLE)
                count = len(await document_store.list_file_documents(conn, held))
                problem = Problem(path=path, reason=UNREADABLE, held_count=count)
                self.report.problems.append(problem)

    async def _renew_weights(self) -> None:
        async with self.database.transaction() as conn:
            base = await base_store.get_base(conn, self.base.name)
            if has_drifted(base):
                await chunk_store.renew_weights(conn, base)

    async def _embed(self, *, until: asyncio.Event) -> None:
        def count(done: int) -> None:
            self.report.embedded_count += done
            self.on_progress(self.report)

        await embed_waiting(self.database, self.embedder, self.base, on_progress=count, until=until)


def _with_unique_key(document: PreparedDocument, seen: dict[str, int]) -> PreparedDocument:
    """Number a key that the file repeats, so that no document replaces another."""
    key = document.key
    while key in seen:
        seen[document.key] += 1
        key = f"{document.key}~{seen[document.key]}"
    seen[key] = 1
    return document if key == document.key else replace(document, key=key)


def _suspicion(file: FileToRead, document: PreparedDocument) -> Suspicion:
    return Suspicion(path=file.found.name, title=document.parsed.title, signs=document.signs)


def _first(group: ExceptionGroup) -> Exception:
    """What went wrong first, where several tasks ended together."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


async def renew_embeddings(resources: Resources, base_name: str) -> Base:
    """Make every chunk of a base wait for a vector of the embedder in the settings.

    Raises:
        NotFound: there is no such base.
        Conflict: another process ingests into it.
    """
    embedder = resources.embedder
    async with resources.database.connection() as conn:
        base = await base_store.get_base(conn, base_name)
        async with base_store.only_writer(conn, base):
            async with conn.transaction():
                await chunk_store.forget_embeddings(
                    conn, base.id, embedder=embedder.name, dimensions=embedder.dimensions
                )
            # Not before the old vectors are dead: an index build looks at them as well.
            await base_store.create_vector_indexes(conn, base.id, dimensions=embedder.dimensions)
        return await base_store.get_base(conn, base_name)
