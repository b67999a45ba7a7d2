"""Whether the box of a quoted sentence holds its words, on the PDF files of other projects' tests.

Each sentence and table row of each chunk is quoted; the letters that pdfplumber, a reader that
Kefu does not use for text, finds inside its boxes are held against it; words of scripts that run to
the left may stand there either way round. Reads the folder in KEFU_BENCH_DATA (default
../shared/data), subfolder documents/; `-v` prints what is missed.
"""

import os
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pdfplumber
from pdfplumber.utils.exceptions import PdfminerException

from kefu.errors import KefuError
from kefu.knowledge import NewChunk, PageBox, boxes_of
from kefu.knowledge.places import pack_places
from kefu.knowledge.prepare import prepare
from kefu.parsing import ParseLimits, parse_file
from kefu.text import SpanKind, split_sentences

DATA = Path(os.environ.get("KEFU_BENCH_DATA", "../shared/data")) / "documents"
PROJECTS = ("docling", "markitdown", "unstructured")
DETAILS = "-v" in sys.argv
LARGEST_BYTES = 6_000_000
NEARLY = 0.9
SHORTEST = 4  # letters of a sentence


@dataclass(slots=True)
class Tally:
    """Figures of one project's files."""

    files: int = 0
    refused: int = 0
    sentences: int = 0
    boxed: int = 0
    whole: int = 0
    nearly: int = 0
    areas: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)


def main() -> None:
    """Print one line per project."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for project in PROJECTS:
        for path in sorted((DATA / project).rglob("*.pdf")):
            if path.stat().st_size <= LARGEST_BYTES:
                try:
                    _measure(path, tallies[project])
                except PdfminerException as error:
                    print(f"{path.name}: pdfplumber cannot read it: {error}", file=sys.stderr)
    print("files        read refused sentences  boxed  all words  90% of letters  page share  own")
    for project, tally in tallies.items():
        count = max(tally.sentences, 1)
        print(
            f"{project:12} {tally.files:4} {tally.refused:7} {tally.sentences:9}"
            f" {tally.boxed / count:6.1%} {tally.whole / count:10.1%} {tally.nearly / count:15.1%}"
            f" {_median(tally.areas):11.1%} {_median(tally.shares):5.0%}"
        )


def _measure(path: Path, tally: Tally) -> None:
    try:
        [document] = parse_file(path, limits=ParseLimits())
    except KefuError:
        tally.refused += 1
        return
    chunks = prepare(document, path=path, count_tokens=lambda text: len(text) // 3, max_tokens=320)
    tally.files += 1
    with pdfplumber.open(path) as pdf:
        pages: dict[int, list[Any]] = {}
        for each in chunks.chunks:
            for sentence in _sentences(each.chunk):
                boxes = boxes_of(pack_places(each.chunk.places), each.chunk.text, sentence)
                for box in boxes:
                    if box.page not in pages:
                        pages[box.page] = _chars(pdf.pages[box.page - 1])
                _judge(path, sentence, boxes, pages, tally)


def _chars(page: Any) -> list[tuple[float, float, str]]:
    """Middle and text of each character, 0..1 of the page as it is shown."""
    left, top, right, bottom = page.bbox
    return [
        (
            ((char["x0"] + char["x1"]) / 2 - left) / (right - left),
            ((char["top"] + char["bottom"]) / 2 - top) / (bottom - top),
            char["text"],
        )
        for char in page.chars
    ]


def _sentences(chunk: NewChunk) -> Iterator[str]:
    for span in split_sentences(chunk.text):
        text = chunk.text[span.start : span.end]
        if span.kind is not SpanKind.HEADING and len(_letters(text)) >= SHORTEST:
            yield text


def _judge(
    path: Path,
    sentence: str,
    boxes: Sequence[PageBox],
    pages: dict[int, list[tuple[float, float, str]]],
    tally: Tally,
) -> None:
    tally.sentences += 1
    tally.boxed += bool(boxes)
    inside = "".join(
        text
        for box in boxes
        for x, y, text in pages[box.page]
        if box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1
    )
    found = _letters(inside)
    wanted = Counter(_letters(sentence))
    held = (wanted & Counter(found)).total() / wanted.total()
    tally.nearly += held >= NEARLY
    words = [_letters(word) for word in re.findall(r"\w+", sentence)]
    is_whole = all(word in found or word[::-1] in found for word in words)
    tally.whole += is_whole
    tally.areas.append(sum((box.x1 - box.x0) * (box.y1 - box.y0) for box in boxes))
    tally.shares.append(wanted.total() / max(len(found), wanted.total()))
    if DETAILS and not is_whole:
        print(f"{path.name}: {sentence!r}\n    {inside!r}")


def _letters(text: str) -> str:
    composed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in composed if letter.isalnum())


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


if __name__ == "__main__":
    main()
