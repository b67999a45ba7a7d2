"""The process that draws one page of a PDF file: a request as JSON comes in, a PNG goes out.

It ends with `REFUSED` where the file cannot be drawn.
"""

import json
import sys
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw

from kefu.parsing.limits import ParseLimits
from kefu.parsing.worker import allow_memory, die_with_parent

REFUSED = 3
_WIDTH = 1000  # pixels
_TALLEST = 3  # times the width
_MARGIN = 4  # pixels around what is outlined
_LINE = 3
_COLOUR = (214, 92, 20)


def main() -> None:
    """Draw what is asked for."""
    request = json.loads(sys.stdin.buffer.readline())
    die_with_parent()
    allow_memory(ParseLimits(**request["limits"]))
    try:
        image = _draw(request["path"], request["page"])
    except (pypdfium2.PdfiumError, IndexError, MemoryError, ValueError):
        sys.exit(REFUSED)
    outline(image, request["boxes"])
    image.save(sys.stdout.buffer, format="PNG")


def outline(image: Image.Image, boxes: list[list[float]]) -> None:
    """Draw a frame around each area, given by its edges, 0..1 of the image."""
    pen = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in boxes:
        pen.rectangle(
            (
                x0 * image.width - _MARGIN,
                y0 * image.height - _MARGIN,
                x1 * image.width + _MARGIN,
                y1 * image.height + _MARGIN,
            ),
            outline=_COLOUR,
            width=_LINE,
        )


def _draw(path: str, page: int) -> Image.Image:
    with pypdfium2.PdfDocument(path) as document:
        if page > len(document):
            raise IndexError
        width, height = document[page - 1].get_size()
        if not (width > 0 and 0 < height <= _TALLEST * width):
            raise ValueError
        picture: Any = document[page - 1].render(scale=_WIDTH / width).to_pil()
        return picture.convert("RGB")  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
