"""Word documents (.docx) -> Source: headings by their styles, footnotes set apart, tracked deletions left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from novelcast.errors import InputError
from novelcast.read.archive import Archive, open_archive, parse_member
from novelcast.read.breaks import without_cuts
from novelcast.read.page import tag_of, text_of
from novelcast.read.skip import REASON_CONTENTS
from novelcast.read.source import (
    REASON_FOOTNOTE,
    REASON_HIDDEN,
    WHY_RUBY,
    Block,
    Builder,
    Source,
    author_of,
    clean,
    title_of,
)

if TYPE_CHECKING:
    from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DOCUMENT = "word/document.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|目录)\s*(?:[1-9]|heading)", re.IGNORECASE)
_CHARACTERS = {"tab": " ", "ptab": " ", "noBreakHyphen": "-", "softHyphen": "\xad"}


def read(path: Path) -> Source:
    with open_archive(path, "a Word document (.docx)") as archive:
        if _DOCUMENT not in archive:
            raise InputError(f"{path} is not a Word document", hint="if it is a zip of chapters, unpack it")
        styles = _styles(archive)
        blocks = _blocks(parse_member(archive, _DOCUMENT), styles)
        for name in _NOTES:
            if name in archive:
                blocks += _notes(parse_member(archive, name), styles)
        title, author, language = _properties(archive)
    if not blocks:
        raise InputError(f"there is no text in {path}", hint="it may hold pictures only")
    over = [b.running for b in blocks if b.kind == "heading" and not b.level]
    return Source(
        blocks,
        title=over[0] if len(over) == 1 else title_of(title),
        authors=author_of(author),
        language=language,
    )


def _properties(archive: Archive) -> tuple[str, str, str]:
    if "docProps/core.xml" not in archive:
        return "", "", ""
    root = parse_member(archive, "docProps/core.xml")
    title, creator, language = (
        clean(text_of(next(root.iter("{*}" + name), None))) for name in ("title", "creator", "language")
    )
    return title, creator, language


def _styles(archive: Archive) -> dict[str, str]:
    """What each style's id says of a paragraph: `1` to `9` a heading's level, `0` the title, `toc` the contents."""
    if "word/styles.xml" not in archive:
        return {}
    names, parents, outlines = {}, {}, {}
    for style in parse_member(archive, "word/styles.xml").iter(f"{_W}style"):
        id = style.get(f"{_W}styleId") or ""
        names[id] = _value(style, "name")
        parents[id] = _value(style, "basedOn")
        outlines[id] = _value(style, "pPr/" + _W + "outlineLvl")
    return {id: kind for id in names if (kind := _style_kind(id, names, parents, outlines))}


def _style_kind(
    id: str, names: Mapping[str, str], parents: Mapping[str, str], outlines: Mapping[str, str]
) -> str:
    seen: set[str] = set()
    while id in names and id not in seen:
        seen.add(id)
        name = names[id].strip()
        if name.lower() == "title":
            return "0"
        if _CONTENTS_STYLE.fullmatch(name):
            return "toc"
        heading = _HEADING.fullmatch(name)
        if heading:
            return heading[1]
        if outlines[id].isdecimal() and int(outlines[id]) < 9:
            return str(int(outlines[id]) + 1)
        id = parents[id]
    return ""


def _value(element: etree._Element, path: str) -> str:
    found = element.find(_W + path)
    return "" if found is None else found.get(f"{_W}val") or ""


def _blocks(root: etree._Element, styles: Mapping[str, str], *, skip: str = "") -> list[Block]:
    """The paragraphs in order; a text box's stand before the paragraph that it is anchored in."""
    from lxml import etree

    blocks: list[Block] = []
    soft: dict[int, int] = {}
    open_paragraphs: list[_Paragraph] = []
    whys: list[str] = [""]
    doubled = 0  # inside of what is there a second time, for older programs
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if tag == "Fallback":
            doubled += 1 if event == "start" else -1
        if doubled:
            continue
        if event == "end":
            if tag in ("del", "moveFrom", "rt", "r"):
                whys.pop()
            if tag == "p" and open_paragraphs:
                open_paragraphs.pop().end(skip, soft)
        elif tag == "p":
            open_paragraphs.append(_Paragraph(Builder(blocks), _kind(element, styles)))
        elif tag in ("del", "moveFrom"):
            whys.append(REASON_HIDDEN)
        elif tag == "rt":
            whys.append(WHY_RUBY)
        elif tag == "r":
            whys.append(
                whys[-1] or (REASON_HIDDEN if element.find(f"{_W}rPr/{_W}vanish") is not None else "")
            )
        elif open_paragraphs:
            paragraph = open_paragraphs[-1]
            if tag in ("t", "delText"):
                paragraph.builder.add(element.text or "", whys[-1])
            elif tag in _CHARACTERS:
                paragraph.builder.add(_CHARACTERS[tag], whys[-1])
            elif tag in ("br", "cr") and paragraph.kind.isdecimal():
                paragraph.builder.add(" ")
            elif tag in ("br", "cr"):
                paragraph.line_end(skip, soft)
    return without_cuts(blocks, soft, ())[0]


@dataclass
class _Paragraph:
    """One under way. `breaks`: how many line ends stand before it since its last line that has text."""

    builder: Builder
    kind: str
    breaks: int = 0

    def end(self, skip: str, soft: dict[int, int]) -> bool:
        number = len(self.builder.blocks)
        made = _end(self.builder, self.kind, skip)
        if made and self.breaks:
            soft[number] = self.breaks
        return made

    def line_end(self, skip: str, soft: dict[int, int]) -> None:
        self.breaks = 1 if self.end(skip, soft) else self.breaks + (self.breaks > 0)


def _kind(paragraph: etree._Element, styles: Mapping[str, str]) -> str:
    properties = paragraph.find(f"{_W}pPr")
    if properties is None:
        return ""
    level = _value(properties, "outlineLvl")
    if level.isdecimal() and int(level) < 9:
        return str(int(level) + 1)
    return styles.get(_value(properties, "pStyle"), "")


def _end(builder: Builder, kind: str, skip: str) -> bool:
    if kind.isdecimal() and not skip:
        return builder.end("heading", level=int(kind))
    return builder.end(skip=skip or (REASON_CONTENTS if kind == "toc" else ""))


def _notes(root: etree._Element, styles: Mapping[str, str]) -> list[Block]:
    out: list[Block] = []
    for note in root:
        if tag_of(note) in ("footnote", "endnote") and note.get(f"{_W}type") in (None, "normal"):
            out += _blocks(note, styles, skip=REASON_FOOTNOTE)
    return out
