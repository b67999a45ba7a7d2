"""What the parsers make of real files: refusals, time, and words against expected Markdown.

Reads the folder in KEFU_BENCH_DATA (default ../shared/data), subfolder documents/.
"""

import asyncio
import os
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from kefu.errors import BadInput, TooLarge
from kefu.knowledge.isolation import ParserPool
from kefu.parsing import supported_suffixes
from kefu.settings import IngestSettings

DATA = Path(os.environ.get("KEFU_BENCH_DATA", "../shared/data")) / "documents"
DETAILS = "-v" in sys.argv
BROKEN = ("crashed its parser", "broke its parser")
MARKS = re.compile(r"<!--.*?-->|\]\([^)]*\)|!\[[^\]]*\]|<br ?/?>", re.DOTALL)
WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W_]+")


@dataclass(slots=True)
class Tally:
    """Figures of one format."""

    files: int = 0
    parsed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    crashed: int = 0
    seconds: float = 0.0
    ours: list[tuple[float, float]] = field(default_factory=list)
    peers: list[tuple[float, float]] = field(default_factory=list)
    peer_seconds: float = 0.0


async def main() -> None:
    """Print one line per format."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    async with ParserPool(IngestSettings(workers=1)) as pool:
        for path in _files():
            await _measure(path, pool, tallies[path.suffix.lower()])
    print(
        "format   files parsed refused crashed  seconds | expected  recall  prec.     F1 | "
        "markitdown: recall  prec.     F1  seconds"
    )
    for suffix, tally in sorted(tallies.items()):
        _print(suffix, tally)
    for suffix, tally in sorted(tallies.items()):
        for reason, count in tally.refused.most_common():
            print(f"  {suffix:6} refused {count:3}: {reason}")


def _files() -> list[Path]:
    known = supported_suffixes()
    return [
        path
        for path in sorted(DATA.rglob("*"))
        if path.is_file() and path.suffix.lower() in known and not _is_expectation(path)
    ]


def _is_expectation(path: Path) -> bool:
    return any("groundtruth" in part or "expected" in part for part in path.parts)


async def _measure(path: Path, pool: ParserPool, tally: Tally) -> None:
    tally.files += 1
    started = time.monotonic()
    text = ""
    try:
        text = "\n".join([document.markdown async for document in pool.parse(path)])
        tally.parsed += 1
    except (BadInput, TooLarge) as error:
        reason = str(error).replace(path.name, "…").split(";")[0]
        if any(mark in reason for mark in BROKEN) or "longer than" in reason:
            tally.crashed += 1
            print(f"CRASHED {path}: {error}")
        tally.refused[re.sub(r"line \d+", "line N", reason)] += 1
    took = time.monotonic() - started
    tally.seconds += took
    if DETAILS:
        print(f"{took:6.2f}s {len(text):8} {path.relative_to(DATA)}")
    expected = _expected(path)
    if expected is not None:
        tally.ours.append(_overlap(text, expected))
        await asyncio.to_thread(_measure_peer, path, expected, tally)
        if DETAILS:
            print(f"      ours {_text(tally.ours[-1])} markitdown {_text(tally.peers[-1])}")


def _expected(path: Path) -> str | None:
    candidates = [
        path.parent.parent / "groundtruth" / f"{path.name}.md",
        path.parent.parent / "groundtruth" / f"{path.stem}.md",
        *([path.parent / "expected_outputs" / f"{path.stem}.md"] if path.suffix == ".pdf" else []),
    ]
    found = next((each for each in candidates if each.is_file()), None)
    text = found.read_text(encoding="utf-8") if found else ""
    return text if WORD.search(text) else None


def _measure_peer(path: Path, expected: str, tally: Tally) -> None:
    from markitdown import MarkItDown, MarkItDownException

    started = time.monotonic()
    try:
        text = MarkItDown().convert(str(path)).markdown
    except MarkItDownException:
        text = ""
    tally.peer_seconds += time.monotonic() - started
    tally.peers.append(_overlap(text, expected))


def _overlap(text: str, expected: str) -> tuple[float, float]:
    """Recall and precision of words, letters for Chinese and Japanese."""
    ours, theirs = Counter(_words(text)), Counter(_words(expected))
    common = (ours & theirs).total()
    return common / max(theirs.total(), 1), common / max(ours.total(), 1)


def _words(markdown: str) -> list[str]:
    without_marks = re.sub(
        r"<!--.*?-->|\]\([^)]*\)|!\[[^\]]*\]|<br ?/?>", " ", markdown, flags=re.S
    )
    return WORD.findall(without_marks.lower())


def _text(pair: tuple[float, float]) -> str:
    recall, precision = pair
    return f"{recall:6.3f} {precision:6.3f} {_f1(pair):6.3f}"


def _f1(pair: tuple[float, float]) -> float:
    return 2 * pair[0] * pair[1] / (pair[0] + pair[1]) if sum(pair) else 0.0


def _mean(pairs: list[tuple[float, float]]) -> str:
    if not pairs:
        return " " * 20
    recall, precision = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
    return f"{recall:6.3f} {precision:6.3f} {sum(map(_f1, pairs)) / len(pairs):6.3f}"


def _print(suffix: str, tally: Tally) -> None:
    print(
        f"{suffix:8} {tally.files:5} {tally.parsed:6} {tally.refused.total():7} {tally.crashed:7} "
        f"{tally.seconds:8.1f} | {len(tally.ours):8}  {_mean(tally.ours)} | "
        f"            {_mean(tally.peers)} {tally.peer_seconds:8.1f}"
    )


if __name__ == "__main__":
    asyncio.run(main())
