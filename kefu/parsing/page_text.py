"""Reading a PDF page: its letters as fragments of lines."""

import ctypes
import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pypdfium2
import pypdfium2.raw as pdfium

from kefu.parsing.page_layout import Box, Fragment, Page
from kefu.parsing.ruled_tables import find_tables

_ASIDE_SIZE = 1.0
_WIDE_GAP = 1.2
_WORD_GAP = 0.22
_BACKWARDS = 1.0
_OBLIQUE_DEGREES = 5
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy", "demi", "cmbx", "-bd", "-medi")
_NO_LETTERS = frozenset({0, 0xFFFE, 0xFFFF, 0xFFFD})


@dataclass(frozen=True, slots=True)
class _Style:
    """What letters of one text object share; `turn` is a multiple of 90 degrees or None."""

    size: float
    is_bold: bool
    turn: int | None


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    style: _Style


@dataclass(slots=True)
class _Run:
    """The letters of a fragment while it grows."""

    letters: list[_Letter] = field(default_factory=list)
    has_space_pending: bool = False

    def goes_on_with(self, letter: _Letter) -> bool:
        last = self.letters[-1]
        height = min(last.bottom - last.top, letter.bottom - letter.top)
        overlap = min(last.bottom, letter.bottom) - max(last.top, letter.top)
        size = max(last.style.size, letter.style.size, 1.0)
        is_leftward = unicodedata.bidirectional(letter.text) in ("R", "AL")
        gap = last.left - letter.right if is_leftward else letter.left - last.right
        return overlap >= 0.4 * height and -_BACKWARDS * size <= gap <= _WIDE_GAP * size

    def add(self, letter: _Letter) -> None:
        if self.letters:
            last = self.letters[-1]
            is_apart = max(letter.left - last.right, last.left - letter.right) > (
                _WORD_GAP * letter.style.size
            )
            are_words = last.text < "\u2e80" and letter.text < "\u2e80"
            if self.has_space_pending or (is_apart and are_words):
                self.letters.append(replace(last, text=" "))
        self.has_space_pending = False
        self.letters.append(letter)

    def fragment(self) -> Fragment:
        letters = self.letters
        bold = sum(1 for each in letters if each.style.is_bold)
        sizes: dict[float, int] = defaultdict(int)
        for each in letters:
            sizes[each.style.size] += 1
        return Fragment(
            text="".join(each.text for each in letters),
            left=min(each.left for each in letters),
            top=min(each.top for each in letters),
            right=max(each.right for each in letters),
            bottom=max(each.bottom for each in letters),
            size=max(sizes, key=lambda size: sizes[size]),
            is_bold=bold > 0.9 * len(letters),
        )


def read_page(document: pypdfium2.PdfDocument, number: int) -> Page | None:
    """The page's text and ruled tables; None if the page itself is broken."""
    try:
        page = document[number]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return None
    box = page.get_cropbox()
    by_turn: dict[int, list[_Letter]] = defaultdict(list)
    for letter in _letters(text_page, box):
        if letter.style.turn is not None:
            by_turn[letter.style.turn].append(letter)
    turn = max(by_turn, key=lambda each: len(by_turn[each]), default=0)
    sheet = _Sheet(box[2] - box[0], box[3] - box[1], page.get_rotation())
    width, height = sheet.size(turn)
    fragments = list(_placed(by_turn.pop(turn, []), turn, sheet))
    tables, rest = find_tables(page, fragments, to_page=lambda x, y: _turned(x, y, turn, box))
    rest.extend(_aside(by_turn, height, sheet))
    return Page(width=width, height=height, fragments=rest, tables=tables)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The page as it is stored, and how it is turned (clockwise, in degrees) to be shown."""

    width: float
    height: float
    rotation: int

    def size(self, turn: int) -> tuple[float, float]:
        """Width and height with text of a turn upright."""
        return (self.height, self.width) if turn % 180 else (self.width, self.height)

    def shown(self, fragment: Fragment, turn: int) -> Box:
        """Where a fragment of upright text is seen."""
        width, height = self.size(turn)
        left, right = fragment.left / width, fragment.right / width
        top, bottom = fragment.top / height, fragment.bottom / height
        match (turn - self.rotation) % 360:
            case 90:
                seen = top, 1 - right, bottom, 1 - left
            case 180:
                seen = 1 - right, 1 - bottom, 1 - left, 1 - top
            case 270:
                seen = 1 - bottom, left, 1 - top, right
            case _:
                seen = left, top, right, bottom
        clipped = [min(max(edge, 0.0), 1.0) for edge in seen]
        return clipped[0], clipped[1], clipped[2], clipped[3]


def _placed(letters: list[_Letter], turn: int, sheet: _Sheet) -> Iterator[Fragment]:
    for fragment in _fragments(letters):
        yield replace(fragment, box=sheet.shown(fragment, turn))


def _aside(by_turn: dict[int, list[_Letter]], height: float, sheet: _Sheet) -> Iterator[Fragment]:
    """Text in another direction, such as along the margin, is read last."""
    top = height
    for turn, letters in by_turn.items():
        for fragment in _placed(letters, turn, sheet):
            top += 2 * fragment.size
            bottom = top + fragment.size
            yield replace(fragment, top=top, bottom=bottom, size=_ASIDE_SIZE, is_bold=False)


def _fragments(letters: list[_Letter]) -> Iterator[Fragment]:
    run = _Run()
    for letter in letters:
        if letter.text == " ":
            run.has_space_pending = bool(run.letters)
            continue
        if run.letters and (letter.text == "\n" or not run.goes_on_with(letter)):
            yield run.fragment()
            run = _Run()
        if letter.text != "\n":
            run.add(letter)
    if run.letters:
        yield run.fragment()


def _letters(
    text_page: pypdfium2.PdfTextPage, box: tuple[float, float, float, float]
) -> Iterator[_Letter]:
    styles: dict[int | None, _Style] = {}
    rectangle = pdfium.FS_RECTF()
    style = _Style(10.0, is_bold=False, turn=0)
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code in _NO_LETTERS or 0xD800 <= code <= 0xDFFF:
            continue
        text = chr(code)
        if text.isspace():
            yield _Letter("\n" if text in "\r\n" else " ", 0, 0, 0, 0, style)
            continue
        if text == "\x02":
            text = "-"
        owner = pdfium.FPDFText_GetTextObject(text_page, index)
        key = ctypes.cast(owner, ctypes.c_void_p).value
        if key not in styles:
            styles[key] = _style(text_page, index)
        style = styles[key]
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(rectangle)):
            continue
        corner = _turned(rectangle.left, rectangle.top, style.turn or 0, box)
        other = _turned(rectangle.right, rectangle.bottom, style.turn or 0, box)
        yield _Letter(
            text,
            min(corner[0], other[0]),
            min(corner[1], other[1]),
            max(corner[0], other[0]),
            max(corner[1], other[1]),
            style,
        )


def _turned(
    x: float, y: float, turn: int, box: tuple[float, float, float, float]
) -> tuple[float, float]:
    """From the page's own coordinates to those with the text upright and the origin top left."""
    left, bottom, right, top = box
    match turn:
        case 90:
            return y - bottom, x - left
        case 180:
            return right - x, y - bottom
        case 270:
            return top - y, right - x
        case _:
            return x - left, top - y


def _style(text_page: pypdfium2.PdfTextPage, index: int) -> _Style:
    matrix = pdfium.FS_MATRIX()
    size = pdfium.FPDFText_GetFontSize(text_page, index)
    turn: int | None = 0
    if pdfium.FPDFText_GetMatrix(text_page, index, ctypes.byref(matrix)):
        size *= math.hypot(matrix.c, matrix.d) or 1.0
        degrees = math.degrees(math.atan2(matrix.b, matrix.a)) % 360
        quarter = round(degrees / 90) * 90
        turn = quarter % 360 if abs(degrees - quarter) <= _OBLIQUE_DEGREES else None
    return _Style(round(size, 1), is_bold=_is_bold(text_page, index), turn=turn)


def _is_bold(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(text_page, index) >= _BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(256)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page, index, name, 256, ctypes.byref(flags))
    return any(word in name.value.decode("ascii", "ignore").lower() for word in _BOLD_NAMES)
