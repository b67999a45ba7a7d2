"""Word documents (.docx)."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.parsers.expat import ExpatError

import mammoth
from defusedxml.ElementTree import ParseError, fromstring

from kefu.parsing.encoding import tidy
from kefu.parsing.limits import ParseLimits, check_archive, not_a
from kefu.parsing.markup import convert_fragment
from kefu.parsing.metadata import pick_title
from kefu.parsing.records import ParsedDocument

_STYLES = "word/styles.xml"
_PROPERTIES = "docProps/core.xml"
_MAX_HEADING = 6
_BASE_STYLES = ("p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh")
_META = frozenset({"creator", "subject", "keywords", "description", "created", "modified"})


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:
    """One Word document, without headers, footers and comments."""
    check_archive(path, limits, program="Word")
    try:
        properties = _properties(path)
        with path.open("rb") as stream:
            markup = mammoth.convert_to_html(
                stream,
                style_map="\n".join((*_BASE_STYLES, *_heading_styles(path))),
                convert_image=mammoth.images.img_element(lambda _: {}),
                external_file_access=False,
            ).value
    except (zipfile.BadZipFile, KeyError, OSError, ExpatError, ParseError, ValueError) as error:
        raise not_a(path, "Word") from error
    markdown = tidy(convert_fragment(markup))
    title = properties.pop("title", "")
    yield ParsedDocument(
        title=pick_title(markdown, path, stated=title),
        markdown=markdown,
        format="docx",
        metadata=properties,
    )


def _properties(path: Path) -> dict[str, str]:
    root = _part(path, _PROPERTIES)
    if root is None:
        return {}
    found = {_local(element.tag): (element.text or "").strip() for element in root}
    return {name: text for name, text in found.items() if text and name in _META | {"title"}}


def _heading_styles(path: Path) -> list[str]:
    """Rules for styles that are headings by their outline level or by what they are based on."""
    root = _part(path, _STYLES)
    if root is None:
        return []
    styles = {
        _attribute(style, "styleId"): style
        for style in root
        if _local(style.tag) == "style" and _attribute(style, "type") == "paragraph"
    }
    rules = []
    for style in styles.values():
        level = _outline_level(style, styles)
        name = _child_value(style, "name")
        if level and name and "'" not in name and "\\" not in name:
            rules.append(f"p[style-name='{name}'] => h{level}:fresh")
    return rules


def _outline_level(style: Element, styles: dict[str, Element]) -> int | None:
    seen: set[str] = set()
    current: Element | None = style
    while current is not None:
        name = _child_value(current, "name").lower()
        found = re.fullmatch(r"(?:heading|标题) ?(\d)", name)
        if found:
            return min(int(found[1]), _MAX_HEADING)
        level = next((e for e in current.iter() if _local(e.tag) == "outlineLvl"), None)
        if level is not None:
            value = _attribute(level, "val")
            return int(value) + 1 if value.isdecimal() and int(value) < _MAX_HEADING else None
        base = _child_value(current, "basedOn")
        current = styles.get(base) if base not in seen else None
        seen.add(base)
    return None


def _part(path: Path, name: str) -> Element | None:
    with zipfile.ZipFile(path) as archive:
        if name not in archive.namelist():
            return None
        root: Element = fromstring(archive.read(name))
        return root


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _local(key) == name), "")


def _child_value(element: Element, name: str) -> str:
    return next((_attribute(child, "val") for child in element if _local(child.tag) == name), "")
