"""Ingestion of real product documentation: rate, memory, size of the index.

    python benchmarks/ingestion.py [--product cas] [--language en]

One product in both languages with embeddings, then one whole language without waiting for them.
"""

import argparse
import asyncio
import resource
import shutil
import tarfile
import tempfile
from pathlib import Path

from bench_data import data_root

from kefu.db import Connection
from kefu.knowledge import IngestReport, ingest, list_statuses
from kefu.resources import Resources, open_resources
from kefu.settings import Settings


def unpack(root: Path, target: Path, languages: list[str]) -> None:
    """The Markdown files as they were exported."""
    for language in languages:
        with tarfile.open(root / "alicloud" / f"docs.{language}.tar.xz") as archive:
            archive.extractall(target / language, filter="data")


def find_folders(work: Path, product: str) -> list[Path]:
    """The product's folder in each language."""
    found = (folder for folder in work.glob(f"*/**/{product}") if folder.is_dir())
    return sorted(folder for folder in found if folder.relative_to(work).parts[0] != "data")


async def measure(resources: Resources, paths: list[Path], base: str, *, wait: bool) -> None:
    """Ingest and print one line."""
    report = await ingest(resources, paths, base_name=base, wait=wait)
    again = await ingest(resources, paths, base_name=base, wait=wait)
    async with resources.database.connection() as conn:
        size, characters = await read_size(conn, base)
    print_row(base, report, again, size=size, characters=characters)


async def read_size(conn: Connection, base: str) -> tuple[int, int]:
    """Bytes on disk and characters of text of a base."""
    status = next(each for each in await list_statuses(conn) if each.name == base)
    return status.index_bytes, status.character_count


def print_row(
    base: str, report: IngestReport, again: IngestReport, *, size: int, characters: int
) -> None:
    """Peak memory is of this process and the largest of its children so far."""
    peak = sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    stored = report.chunk_count
    print(
        f"| {base} | {report.file_count} | {len(report.problems)} | {stored}"
        f" | {report.seconds:.0f} | {report.file_count / report.seconds:.1f}"
        f" | {report.embedded_count / report.seconds:.1f} | {again.seconds:.1f}"
        f" | {peak / 1024:.0f} | {characters / 1e6:.1f} | {size / 1e6:.0f} |",
        flush=True,
    )
    for problem in report.problems[:5]:
        print(f"<!-- {problem.reason} -->")


async def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--product", default="cas")
    parser.add_argument("--language", choices=["zh", "en"], default="en")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="kefu-bench-"))
    try:
        unpack(data_root(), work, ["zh", "en"])
        print(
            "| base | files | problems | chunks | s | files/s | embedded/s | again s"
            " | peak MB | M characters | MB on disk |\n|---|---|---|---|---|---|---|---|---|---|---|"
        )
        async with open_resources(Settings(data_dir=work / "data")) as resources:
            folders = find_folders(work, options.product)
            await measure(resources, folders, f"{options.product}-both", wait=True)
            folder = work / options.language
            await measure(resources, [folder], f"all-{options.language}", wait=False)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main())
