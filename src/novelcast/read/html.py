"""A saved web page -> Source: the story on it; menus, comments and the like are skipped, not lost."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from novelcast.errors import InputError
from novelcast.read.chapters import find_heading
from novelcast.read.page import (
    Aside,
    aside_of_notes,
    classes_of,
    decode_page,
    note_marks,
    parse_page,
    skipped,
    tag_of,
    text_of,
    walk,
    words,
)
from novelcast.read.source import REASON_PAGE, Source, clean, load_bytes

if TYPE_CHECKING:
    from lxml import etree

_FURNITURE = words(
    "nav footer aside form button select option textarea input iframe object video audio canvas noscript svg dialog"
)
_FURNITURE_NAMES = words(
    "nav navbar menu footer sidebar breadcrumb breadcrumbs crumbs comment comments review reviews toolbar share recommend "
    "recommends related pagination pager ad ads advert banner copyright login topbar"
)
_HOLDERS = words("html body div section article main table tbody tr td center form")
_MAIN = 0.9  # of a page's prose is in its main part
_FURNITURE_AT_MOST = 0.3  # of a page's prose is in its menus and comments
_PROSE = re.compile(r"[。！？!?…，,.；;：:”」]")
_TITLE_MARKS = re.compile(r"[_|｜–—-]")


def read(path: Path) -> Source:
    data = load_bytes(path)
    if b"<" not in data:
        raise InputError(f"{path} is not a web page", hint="give it the ending .txt if it is text")
    root = parse_page(unicodedata.normalize("NFC", decode_page(path, data)), path)
    if root is None:
        raise InputError(f"there is no text in {path}", hint="save the page again, or as plain text")
    targets = [href.rpartition("#")[2] for _, href in note_marks(root) if href]
    page = walk(root, _aside(root, targets))
    blocks = [
        skipped(block, REASON_PAGE) if i in page.links and find_heading(block.text) is None else block
        for i, block in enumerate(page.blocks)
    ]
    author = clean(_meta(root, "og:novel:author", "author", "dc.creator"))
    return Source(
        tuple(blocks),
        title=_title(root),
        authors=(author,) if author else (),
        language=clean(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")),
    )


def _meta(root: etree._Element, *names: str) -> str:
    found: dict[str, str] = {}
    for meta in root.iter("{*}meta"):
        key = (meta.get("property") or meta.get("name") or "").lower()
        found.setdefault(key, meta.get("content") or "")
    return next((found[name] for name in names if found.get(name)), "")


def _title(root: etree._Element) -> str:
    """The book's; a page's own title is one only if it is no chapter's, and no site's name is tied to it."""
    named = clean(_meta(root, "og:novel:book_name", "dc.title"))
    if named:
        return named
    title = clean(text_of(next(root.iter("{*}title"), None)))
    return title if title and not _TITLE_MARKS.search(title) and find_heading(title) is None else ""


def _aside(root: etree._Element, targets: list[str]) -> Aside:
    prose = _prose(root)
    total = prose.get(root, 0)
    main = _main(root, prose)
    kept = {main, *_headings_over(root, main)}
    notes = aside_of_notes(root, targets)

    def aside(element: etree._Element, tag: str) -> str | None:
        if element in kept:
            return ""
        if element is root:
            return REASON_PAGE
        if tag in _FURNITURE or _is_furniture(element):
            return REASON_PAGE if prose.get(element, 0) <= _FURNITURE_AT_MOST * total else None
        return notes(element, tag)

    return aside


def _headings_over(root: etree._Element, main: etree._Element) -> list[etree._Element]:
    """The headings that stand before the main part but belong to it: those of chapters, else the nearest."""
    before = []
    for element in root.iter():
        if element is main:
            break
        if tag_of(element) in ("h1", "h2", "h3") and text_of(element):
            before.append(element)
    return [e for e in before if find_heading(text_of(e))] or before[-1:]


def _is_furniture(element: etree._Element) -> bool:
    names = classes_of(element) | {(element.get("id") or "").lower()}
    return any(not _FURNITURE_NAMES.isdisjoint(re.split(r"[-_]", name)) for name in names)


def _prose(root: etree._Element) -> dict[etree._Element, int]:
    """Characters of running text in each element: what has punctuation, outside of links and furniture."""
    from lxml import etree

    counts: dict[etree._Element, int] = {}
    apart = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = tag_of(element)
        quiet = tag in _FURNITURE or tag in ("a", "script", "style", "head")
        if event == "start":
            apart += quiet
            counts[element] = counts.get(element, 0) + (0 if apart else _weight(element.text))
            continue
        apart -= quiet
        parent = element.getparent()
        if parent is not None:
            counts[parent] = counts.get(parent, 0) + counts[element] + (0 if apart else _weight(element.tail))
    return counts


def _weight(text: str | None) -> int:
    words = (text or "").strip()
    return len(words) if _PROSE.search(words) else 0


def _main(root: etree._Element, prose: dict[etree._Element, int]) -> etree._Element:
    """The smallest element that holds nearly all of the page's prose."""
    total = prose.get(root, 0)
    main = root
    while total:
        inner = next(
            (e for e in main if tag_of(e) in _HOLDERS and prose.get(e, 0) >= _MAIN * total),
            None,
        )
        if inner is None:
            break
        main = inner
    return main
