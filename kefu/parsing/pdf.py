"""PDF files with a text layer; without one, by OCR if the extra for it is installed."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from kefu.errors import BadInput
from kefu.parsing.encoding import tidy
from kefu.parsing.files import has_ocr
from kefu.parsing.limits import ParseLimits, not_a, shown
from kefu.parsing.metadata import pick_title
from kefu.parsing.page_layout import Page, read_in_order
from kefu.parsing.page_text import read_page
from kefu.parsing.records import ParsedDocument, PrintedText
from kefu.parsing.typesetting import compose

_OCR_SCALE = 2.0
_META = {"Author": "author", "Subject": "subject", "Keywords": "keywords"}
_NOTHING_STATED = re.compile(r"\W*(?:anonymous|unspecified|untitled|unknown)?\W*", re.IGNORECASE)
_GENERATED_TITLES = ("Microsoft Word", "Microsoft PowerPoint", "Slide 1")


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:  # noqa: ARG001
    """One PDF file."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise BadInput(
                f"{shown(path)} has a password; remove the password and save it again."
            ) from error
        raise not_a(path, "PDF") from error
    with document:
        pages = list(_pages(document, path))
        properties = document.get_metadata_dict()
    markdown = tidy(compose(pages))
    stated = tidy(properties.get("Title", "")).strip()
    if _NOTHING_STATED.fullmatch(stated) or _is_generated(stated):
        stated = _opening(markdown)
    yield ParsedDocument(
        title=pick_title(markdown, path, stated=stated),
        markdown=markdown,
        format="pdf",
        metadata={
            name: tidy(properties[key])
            for key, name in _META.items()
            if not _NOTHING_STATED.fullmatch(properties.get(key, ""))
        },
        printed=tuple(_printed(pages)),
    )


def _printed(pages: list[Page]) -> Iterator[PrintedText]:
    """The fragments of all pages with their places, as they are read."""
    for number, page in enumerate(pages, start=1):
        for each in read_in_order(page):
            for fragment in each.fragments:
                if fragment.box:
                    yield PrintedText(text=fragment.text, page=number, box=fragment.box)


def _opening(markdown: str) -> str:
    """The heading with which the document begins."""
    found = re.match(r"#{1,6} (.+)", markdown)
    return found[1] if found else ""


def _is_generated(title: str) -> bool:
    """Whether a program made the title up, mostly from the name of the file."""
    return title.startswith(_GENERATED_TITLES) or title.lower().endswith(
        (".doc", ".docx", ".pdf", ".indd", ".qxd", ".ppt", ".pptx", ".dvi", ".tex")
    )


def _pages(document: pypdfium2.PdfDocument, path: Path) -> Iterator[Page]:
    broken = Page(width=0, height=0)
    pages = [read_page(document, number) or broken for number in range(len(document))]
    if any(page.fragments for page in pages):
        return iter(pages)
    if not has_ocr():
        raise BadInput(
            f"{shown(path)} has no text layer (a scan?); make it searchable with an OCR program, "
            "or install the extra kefu[ocr]."
        )
    return _recognised(document)


def _recognised(document: pypdfium2.PdfDocument) -> Iterator[Page]:
    images = import_module("kefu.parsing.images")
    for page in document:
        page_image = page.render(scale=_OCR_SCALE).to_numpy()
        yield images.recognise(page_image)
