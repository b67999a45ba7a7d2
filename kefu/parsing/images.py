"""Text in images, with the optional extra `ocr`."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy
from PIL import Image, UnidentifiedImageError

from kefu.parsing.encoding import tidy
from kefu.parsing.limits import ParseLimits, not_a
from kefu.parsing.metadata import pick_title
from kefu.parsing.page_layout import Fragment, Page
from kefu.parsing.records import ParsedDocument
from kefu.parsing.typesetting import compose


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:  # noqa: ARG001
    """The text in one image."""
    try:
        with Image.open(path) as image:
            page = recognise(numpy.asarray(image.convert("RGB")))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise not_a(path, "image") from error
    markdown = tidy(compose([page]))
    yield ParsedDocument(title=pick_title(markdown, path), markdown=markdown, format="image")


def recognise(pixels: Any) -> Page:
    """The lines of text in a picture of a page."""
    result = _engine()(pixels)
    height, width = pixels.shape[:2]
    boxes = result.boxes if result.boxes is not None else ()
    fragments = [
        _fragment(box, text, width, height)
        for box, text in zip(boxes, result.txts or (), strict=True)
    ]
    return Page(width=width, height=height, fragments=fragments)


def _fragment(box: Any, text: str, width: float, height: float) -> Fragment:
    across, down = [float(x) for x, _ in box], [float(y) for _, y in box]
    top, bottom = min(down), max(down)
    size = round((bottom - top) / 4) * 4.0
    return Fragment(
        text=text,
        left=min(across),
        top=top,
        right=max(across),
        bottom=bottom,
        size=size,
        box=(min(across) / width, top / height, max(across) / width, bottom / height),
    )


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - an optional extra

    return RapidOCR()
