"""A page of a PDF file as an image, with what was quoted from it outlined."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kefu.errors import NotFound, TooLarge
from kefu.knowledge.excerpts import Original
from kefu.knowledge.records import PageBox
from kefu.parsing import ParseLimits
from kefu.settings import IngestSettings

LONGEST_SECONDS = 15.0
LARGEST_MB = 50
_LARGEST_MEMORY_MB = 1024
_SUFFIX = ".pdf"


def is_drawable(original: Original) -> bool:
    """Whether the file is a PDF, as it was when it was read, still under the path of its source.

    What has changed since is not drawn: the quote may stand elsewhere in it.
    """
    path = Path(original.path)
    if path.suffix.lower() != _SUFFIX:
        return False
    try:
        status = path.stat()
        is_inside = path.resolve(strict=True).is_relative_to(Path(original.root).resolve())
    except (OSError, ValueError):
        return False
    is_same = (status.st_size, status.st_mtime_ns) == (original.size_bytes, original.modified_ns)
    return is_inside and is_same and status.st_size <= LARGEST_MB << 20


async def draw_page(
    original: Original, boxes: Sequence[PageBox], *, settings: IngestSettings
) -> bytes:
    """The page of the boxes as PNG, drawn by a process of its own.

    Raises:
        NotFound: the file is gone, has changed, or cannot be drawn.
        TooLarge: it takes too long.
    """
    if not is_drawable(original):
        raise NotFound("The file of this source is no longer at hand.")
    memory_mb = min(settings.parse_memory_mb, _LARGEST_MEMORY_MB)
    request = {
        "path": original.path,
        "page": boxes[0].page,
        "boxes": [[box.x0, box.y0, box.x1, box.y1] for box in boxes],
        "limits": asdict(ParseLimits(parse_memory_mb=memory_mb)),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kefu.parsing.page_painter"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        given = json.dumps(request).encode("ascii") + b"\n"
        image, _ = await asyncio.wait_for(process.communicate(given), LONGEST_SECONDS)
    except TimeoutError as error:
        raise TooLarge("This page takes too long to draw.") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise NotFound("This page cannot be drawn.")
    return image
