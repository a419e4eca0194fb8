"""EPUB 2 and 3 -> Source: the spine in order, chapters where its table of contents says, footnotes set apart."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from novelcast.errors import InputError
from novelcast.read.archive import Archive, open_archive, parse_member, too_large
from novelcast.read.chapters import find_heading
from novelcast.read.contents import Entry, flat, next_read, start_chapters
from novelcast.read.page import (
    Aside,
    Page,
    aside_of_notes,
    decode_page,
    note_marks,
    parse_page,
    skipped,
    tag_of,
    text_of,
    types_of,
    walk,
    without_contents,
    words,
)
from novelcast.read.skip import REASON_CONTENTS, REASON_FRONT
from novelcast.read.source import (
    MIB,
    REASON_COPYRIGHT,
    REASON_COVER,
    Block,
    Source,
    Start,
    clean,
    picture,
)

if TYPE_CHECKING:
    from lxml import etree

REASON_UNLISTED = "outside the book's reading order"

_MAX_TEXT_BYTES = 128 * MIB
_PAGE_TYPES = words("application/xhtml+xml text/html application/x-dtbook+xml text/x-oeb1-document")
_FONT_LOCKS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_RIGHTS = {
    "META-INF/rights.xml": "Adobe",
    "META-INF/sinf.xml": "Apple",
    "META-INF/license.lcpl": "Readium LCP",
}
# Parts of a book that nobody reads aloud, by their type in EPUB 2's guide, EPUB 3's landmarks or in the page.
_PARTS = {
    "cover": REASON_COVER,
    "title-page": REASON_FRONT,
    "titlepage": REASON_FRONT,
    "halftitlepage": REASON_FRONT,
    "toc": REASON_CONTENTS,
    "copyright-page": REASON_COPYRIGHT,
    "colophon": REASON_COPYRIGHT,
    "index": REASON_CONTENTS,
    "loi": REASON_CONTENTS,
    "lot": REASON_CONTENTS,
}
# The same by what a table of contents calls them.
_PART_NAMES = {
    "封面": REASON_COVER,
    "cover": REASON_COVER,
    "扉页": REASON_FRONT,
    "书名页": REASON_FRONT,
    "titlepage": REASON_FRONT,
    "目录": REASON_CONTENTS,
    "目錄": REASON_CONTENTS,
    "contents": REASON_CONTENTS,
    "tableofcontents": REASON_CONTENTS,
    "版权": REASON_COPYRIGHT,
    "版权页": REASON_COPYRIGHT,
    "版权信息": REASON_COPYRIGHT,
    "版權頁": REASON_COPYRIGHT,
    "copyright": REASON_COPYRIGHT,
    "copyrightpage": REASON_COPYRIGHT,
}
_PART_LENGTH = 3000  # characters that such a part has at most; more is a mistake of the file's
_MAX_AUTHORS = 50
_NAV_DEPTH = 64  # elements between a table of contents and its deepest entry
_UNKNOWN = re.compile(r"\[?(?:unknown|untitled|未知|佚名|无名|none)\]?", re.IGNORECASE)


@dataclass(frozen=True)
class _Item:
    name: str
    type: str
    properties: frozenset[str]


def read(path: Path) -> Source:
    with open_archive(path, "an EPUB") as archive:
        _refuse_locked(archive)
        name = _package_name(archive)
        package = parse_member(archive, name)
        return _Package(archive, package, posixpath.dirname(name)).source()


def _refuse_locked(archive: Archive) -> None:
    owner = next((who for name, who in _RIGHTS.items() if name in archive), "")
    if not owner and "META-INF/encryption.xml" in archive:
        root = parse_member(archive, "META-INF/encryption.xml")
        if any(m.get("Algorithm") not in _FONT_LOCKS for m in _find(root, "EncryptionMethod")):
            owner = "its shop"
    if owner:
        raise InputError(
            f"{archive.path} is locked by DRM ({owner}): only the shop's own programs can read it",
            hint="buy or export an edition without DRM",
        )


def _package_name(archive: Archive) -> str:
    if "META-INF/container.xml" in archive:
        root = parse_member(archive, "META-INF/container.xml")
        for file in _find(root, "rootfile"):
            name = _resolve("", file.get("full-path") or "")
            if name in archive:
                return name
    found = [n for n in archive.names() if n.lower().endswith(".opf")]
    if len(found) != 1:
        raise InputError(
            f"{archive.path} is not an EPUB: it names no package",
            hint="if it is a zip of chapters, unpack it",
        )
    return found[0]


class _Package:
    def __init__(self, archive: Archive, root: etree._Element, folder: str) -> None:
        self.archive = archive
        self.root = root
        self.folder = folder
        self.items = {
            i.get("id") or "": _Item(
                _resolve(folder, i.get("href") or ""),
                (i.get("media-type") or "").lower(),
                frozenset((i.get("properties") or "").split()),
            )
            for i in _find(root, "item")
        }

    def source(self) -> Source:
        entries = self._contents()
        blocks = self._blocks(entries)
        if not blocks:
            raise InputError(
                f"there is no text in {self.archive.path}", hint="it may hold pictures only (a comic, scans)"
            )
        series, index = self._series()
        return Source(
            blocks,
            title=_known(clean(text_of(next(_find(self.root, "title"), None)))),
            authors=tuple(dict.fromkeys(a for a in self._authors() if _known(a))),
            language=clean(text_of(next(_find(self.root, "language"), None))),
            series=series,
            series_index=index,
            cover=self._cover(),
        )

    # ------------------------------------------------------------ metadata

    def _metas(self, name: str) -> Iterator[etree._Element]:
        """EPUB 3's <meta property=name> elements."""
        return (m for m in _find(self.root, "meta") if m.get("property") == name)

    def _named(self, name: str) -> str:
        """The content of EPUB 2's <meta name=…>."""
        return next((m.get("content") or "" for m in _find(self.root, "meta") if m.get("name") == name), "")

    def _refining(self, element: etree._Element, name: str) -> str:
        about = "#" + (element.get("id") or "\0")
        return next((text_of(m) for m in self._metas(name) if m.get("refines") == about), "")

    def _authors(self) -> Iterator[str]:
        for creator in islice(_find(self.root, "creator"), _MAX_AUTHORS):
            role = creator.get("{http://www.idpf.org/2007/opf}role") or self._refining(creator, "role")
            if role in ("", "aut"):
                yield clean(text_of(creator))

    def _series(self) -> tuple[str, str]:
        named = clean(self._named("calibre:series"))
        if named:
            return named, clean(self._named("calibre:series_index"))
        for collection in self._metas("belongs-to-collection"):
            if self._refining(collection, "collection-type") in ("series", ""):
                return clean(text_of(collection)), self._refining(collection, "group-position")
        return "", ""

    def _cover(self) -> bytes | None:
        item = next((i for i in self.items.values() if "cover-image" in i.properties), None)
        item = item or self.items.get(self._named("cover"))
        return picture(self.archive.read(item.name)) if item and item.name in self.archive else None

    # ------------------------------------------------------------ the table of contents

    def _contents(self) -> list[Entry]:
        nav = next((i for i in self.items.values() if "nav" in i.properties), None)
        if nav and nav.name in self.archive:
            root = self._page(nav.name)
            found = (
                None if root is None else next((n for n in _find(root, "nav") if "toc" in types_of(n)), None)
            )
            entries = [] if found is None else _nav_entries(found, posixpath.dirname(nav.name))
            if entries:
                return entries
        spine = next(_find(self.root, "spine"), None)
        ncx = self.items.get(spine.get("toc") or "") if spine is not None else None
        ncx = ncx or next((i for i in self.items.values() if i.type == "application/x-dtbncx+xml"), None)
        if ncx is None or ncx.name not in self.archive:
            return []
        root = parse_member(self.archive, ncx.name)
        return _ncx_entries(next(_find(root, "navMap"), root), posixpath.dirname(ncx.name))

    def _parts(self, entries: Sequence[Entry]) -> dict[str, str]:
        """Files that a guide, landmarks or the table of contents call a cover, a copyright page and the like."""
        parts = {}
        for reference in _find(self.root, "reference"):
            reason = _PARTS.get((reference.get("type") or "").lower())
            if reason:
                parts[_resolve(self.folder, reference.get("href") or "").partition("#")[0]] = reason
        for item in self.items.values():
            if "nav" in item.properties:
                parts[item.name] = REASON_CONTENTS
                root = self._page(item.name) if item.name in self.archive else None
                for link in [] if root is None else _landmarks(root):
                    reason = next((r for t, r in _PARTS.items() if t in types_of(link)), "")
                    if reason:
                        parts[
                            _resolve(posixpath.dirname(item.name), link.get("href") or "").partition("#")[0]
                        ] = reason
        for entry in flat(entries):
            reason = _PART_NAMES.get("".join(entry.title.lower().split()))
            if reason:
                parts.setdefault(entry.file, reason)
        return parts

    # ------------------------------------------------------------ the text

    def _spine(self) -> list[tuple[str, bool]]:
        """The files in reading order, and whether each is in it; pages that no reading order names at the end."""
        out: dict[str, bool] = {}
        for reference in _find(self.root, "itemref"):
            item = self.items.get(reference.get("idref") or "")
            if item and _is_page(item) and item.name in self.archive:
                out.setdefault(item.name, (reference.get("linear") or "yes").lower() != "no")
        if not any(out.values()):
            out = dict.fromkeys(out, True)
        for item in self.items.values():
            if _is_page(item) and "nav" not in item.properties and item.name in self.archive:
                out.setdefault(item.name, False)
        return list(out.items())

    def _page(self, name: str) -> etree._Element | None:
        return self._parsed(self.archive.read(name))

    def _parsed(self, data: bytes) -> etree._Element | None:
        return parse_page(decode_page(self.archive.path, data), self.archive.path) if data else None

    def _blocks(self, entries: Sequence[Entry]) -> list[Block]:
        spine = self._spine()
        targets = self._note_targets([name for name, _ in spine])
        parts = self._parts(entries)
        blocks: list[Block] = []
        places: dict[tuple[str, str], int] = {}
        titles: dict[int, str] = {}
        for name, linear in spine:
            root = self._page(name)
            if root is None:
                continue
            page = walk(root, _aside(root, targets.get(name, ())))
            found = without_contents(page)
            reason = _reason(page, parts.get(name, "")) if linear else REASON_UNLISTED
            places[name, ""] = len(blocks)
            places |= {(name, id): len(blocks) + n for id, n in page.anchors.items()}
            titles[len(blocks)] = clean(text_of(next(root.iter("{*}title"), None)))
            blocks += [skipped(b, reason) for b in found] if reason else found
        start_chapters(blocks, entries, places)
        if not any(b.start or b.kind == "heading" or (not b.skip and find_heading(b.text)) for b in blocks):
            _start_files(blocks, titles)
        return blocks

    def _note_targets(self, names: Sequence[str]) -> dict[str, set[str]]:
        """For each file the ids that footnotes' marks link to."""
        targets: dict[str, set[str]] = {}
        size = 0
        for name in names:
            data = self.archive.read(name)
            size += len(data)
            if size > _MAX_TEXT_BYTES:
                raise too_large(self.archive.path)
            root = self._parsed(data) if b"<a" in data else None
            for _, href in [] if root is None else note_marks(root):
                file, _, id = href.partition("#")
                target = _resolve(posixpath.dirname(name), file) if file else name
                targets.setdefault(target, set()).add(unquote(id))
        return targets


def _aside(root: etree._Element, targets: Iterable[str]) -> Aside:
    notes = aside_of_notes(root, targets)

    def aside(element: etree._Element, tag: str) -> str | None:
        types = types_of(element)
        if tag == "nav":
            return REASON_CONTENTS
        if types and tag in ("body", "section", "div"):
            part = next((_PARTS[t] for t in types if t in _PARTS), None)
            if part and len(text_of(element)) <= _PART_LENGTH:
                return part
        return notes(element, tag)

    return aside


def _reason(page: Page, reason: str) -> str:
    """`reason` if the page can be what it is called: short, or for a table of contents mostly links."""
    if reason == REASON_CONTENTS:
        return reason if 2 * len(page.links) >= len(page.blocks) else ""
    return reason if sum(len(b.text) for b in page.blocks) <= _PART_LENGTH else ""


def _start_files(blocks: list[Block], titles: dict[int, str]) -> None:
    """Without headings or a table of contents, each file is a chapter."""
    nexts = next_read(blocks)
    for n, (first, title) in enumerate(titles.items(), 1):
        at = nexts[first] if first < len(nexts) else None
        if at is not None and (at not in titles or at == first):
            blocks[at] = replace(blocks[at], start=Start(title or str(n), weak=True))


# ---------------------------------------------------------------- the files' own forms


def _find(root: etree._Element, name: str) -> Iterator[Any]:
    """Elements of this name in any name space."""
    found: Iterator[Any] = root.iter("{*}" + name)
    return found


def _is_page(item: _Item) -> bool:
    return item.type in _PAGE_TYPES or (not item.type and item.name.lower().endswith(("html", "htm")))


def _resolve(folder: str, href: str) -> str:
    """The member that an address means; the fragment stays on it. It never leads out of the archive."""
    name, mark, fragment = href.partition("#")
    path = posixpath.normpath(posixpath.join("/", folder, unquote(name))).lstrip("/") if name else ""
    return path + mark + unquote(fragment)


def _known(text: str) -> str:
    return "" if _UNKNOWN.fullmatch(text) else text


def _landmarks(root: etree._Element) -> Iterator[etree._Element]:
    return (a for nav in _find(root, "nav") if "landmarks" in types_of(nav) for a in _find(nav, "a"))


def _nav_entries(element: etree._Element, folder: str, depth: int = 0) -> list[Entry]:
    """The entries of the lists right under an element."""
    out: list[Entry] = []
    if depth > _NAV_DEPTH:
        return out
    for child in element:
        tag = tag_of(child)
        if tag != "li":
            out += _nav_entries(child, folder, depth + 1) if tag in ("ol", "ul", "div", "section") else []
            continue
        label = next((e for e in child.iter("{*}a", "{*}span")), None)
        href = "" if label is None else label.get("href") or ""
        inner = _nav_entries(child, folder, depth + 1)
        file, _, id = _resolve(folder, href).partition("#") if href else ("", "", "")
        out.append(Entry(clean(text_of(label)), file, id, inner))
    return out


def _ncx_entries(element: etree._Element, folder: str) -> list[Entry]:
    out = []
    for point in element:
        if tag_of(point) != "navpoint":
            continue
        label = next((c for c in point if tag_of(c) == "navlabel"), None)
        content = next((c for c in point if tag_of(c) == "content"), None)
        href = "" if content is None else content.get("src") or ""
        inner = _ncx_entries(point, folder)
        file, _, id = _resolve(folder, href).partition("#") if href else ("", "", "")
        out.append(Entry(clean(text_of(label)), file, id, inner))
    return out
