"""An (X)HTML document -> blocks, for saved pages, EPUBs and Kindle books."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from novelcast.errors import InputError
from novelcast.read.archive import parse_xml
from novelcast.read.breaks import without_cuts
from novelcast.read.skip import REASON_CONTENTS
from novelcast.read.source import (
    REASON_FOOTNOTE,
    REASON_HIDDEN,
    WHY_NOTE_MARK,
    WHY_RUBY,
    Block,
    Builder,
)
from novelcast.read.text import decode_text

if TYPE_CHECKING:
    from lxml import etree

EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SILENT = words("script style head title template meta link base param source track col area map")
_BLOCKS = words(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol option optgroup p pre "
    "section select summary table tbody td tfoot th thead tr ul textarea button pagebreak"
)
_CELLS = frozenset(("td", "th"))
_RUBY = frozenset(("rt", "rp", "rtc"))
_VERSE = words("poem poetry verse stanza")
# What stands for a footnote in running text: [1], （2）, 3, *, ①, 注1, [注].
_MARK = re.compile(
    r"[\[(（〔【{<«]?\s*(?:[0-9]{1,3}|[*†‡§]{1,3}|[\u2460-\u2473\u24f5-\u24fe\u2776-\u277f]|[注註译譯](?:释|釋)?[0-9]{0,3}|[a-z]|[ivx]{1,4})"
    r"\s*[\])）〕】}>»]?"
)
_BRACKETED = re.compile(r"[\[(（〔【].+[\])）〕】]|[\u2460-\u2473*†‡§]+|[注註]\S*")
_NOTE_NAME = re.compile(r"note|^fn|^ftn|foot|zhu|annot|^f[0-9]+$|^n[0-9]+$", re.IGNORECASE)
_MARK_CLASSES = words("noteref footnote-ref footnote-reference fnref duokan-footnote footnote_ref note-ref")
_BODY_CLASSES = words(
    "footnote footnotes endnote endnotes rearnote rearnotes duokan-footnote-content duokan-footnote-item "
    "footnote-content footnote-text footnotetext"
)
_BODY_TYPES = words(
    "footnote footnotes endnote endnotes rearnote rearnotes doc-footnote doc-endnote doc-endnotes"
)
_FOOTNOTE = 3000  # characters that a footnote has at most, where only a link tells that it is one
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,31});")
_XML_NAMES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHARSET = re.compile(
    rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([A-Za-z0-9._:-]{2,30})|<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{2,30})",
    re.IGNORECASE,
)
# What browsers read under these names is their larger sisters.
_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "iso-8859-1": "cp1252", "latin1": "cp1252"}
# XML's empty elements whose end HTML would look for up to the end of the page.
_EMPTY = re.compile(r"<(?:title|script|style|textarea|iframe|noscript)\b[^<>]*/>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*>", re.IGNORECASE)

Aside = Callable[["etree._Element", str], "str | None"]
"""Element and tag -> why what is in it isn't the book; empty where it is, None where it is what is around it."""


@dataclass
class Page:
    """`anchors`: for each id, the number of the block that it stands in or before."""

    blocks: list[Block]
    anchors: dict[str, int]
    links: frozenset[int] = frozenset()
    """Blocks that are nothing but links."""


def decode_page(path: Path, data: bytes) -> str:
    """By the page's own word where that holds, else by what makes sense. Raises InputError where nothing does."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = (declared[1] or declared[2]).decode("ascii").lower()
        try:
            return data.decode(_LARGER.get(name, name))
        except (UnicodeError, LookupError):
            pass
    return decode_text(path, data)


def parse_page(text: str, path: Path) -> etree._Element | None:
    """The root of a document, well-formed or not; None where there is none. Raises InputError."""
    text = _NO_XML.sub("\ufffd", text.removeprefix("\ufeff"))
    if "xmlns" in text[:2000] or text.lstrip().startswith("<?xml"):
        root = parse_xml(_DOCTYPE.sub("", _NAMED.sub(_numbered, text), count=1), path=path)
        if root is not None:
            return root
    return _parse_html(text, path)


def _numbered(match: re.Match[str]) -> str:
    """HTML's names for characters, which XML doesn't know; what is no such name is text."""
    if match[1] in _XML_NAMES:
        return match[0]
    meant = html.unescape(match[0])
    return f"&amp;{match[1]};" if meant == match[0] else "".join(f"&#{ord(c)};" for c in meant)


def _parse_html(text: str, path: Path) -> etree._Element | None:
    from lxml import etree

    # Unclosed tags of sloppy pages nest: `huge_tree` lets them, to a depth of 2,048; it lifts no other limit here.
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    text = _EMPTY.sub("", re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1))
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise InputError(
            f"{path} is nested too deeply to be a book's page", hint="save it again, or as plain text"
        )
    return root


def tag_of(element: etree._Element) -> str:
    return re.split("[}:]", element.tag)[-1].lower() if isinstance(element.tag, str) else ""


def types_of(element: etree._Element) -> set[str]:
    """epub:type, and role, which took its place."""
    types = element.get(EPUB_TYPE) or element.get("epub:type") or ""
    return set(f"{types} {element.get('role') or ''}".lower().split())


def classes_of(element: etree._Element) -> set[str]:
    return set((element.get("class") or "").lower().split())


def text_of(element: etree._Element | None) -> str:
    """All text inside, white space once."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def hidden(element: etree._Element) -> bool:
    style = re.sub(r"\s", "", element.get("style") or "").lower()
    return element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style


@dataclass
class _Walk:
    aside: Aside
    page: Page = field(default_factory=lambda: Page([], {}))
    build: Builder = field(default_factory=Builder)
    reasons: list[str] = field(default_factory=lambda: [""])
    heading: int = 0
    verse: int = 0
    pre: int = 0
    silent: int = 0
    linked: int = 0
    in_link: int = 0
    length: int = 0
    links: set[int] = field(default_factory=set)
    breaks: int = 0
    soft: dict[int, int] = field(default_factory=dict)
    """For blocks that stand behind others in one element: how many <br> are between the two."""

    def run(self, root: etree._Element) -> Page:
        from lxml import etree

        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = tag_of(element)
            if event == "start":
                self.enter(element, tag)
                self.text(element.text)
            else:
                self.leave(element, tag)
                self.text(element.tail if element is not root else None)
        self.flush()
        blocks, places = without_cuts(self.build.blocks, self.soft, self.links)
        anchors = {name: places[n] for name, n in self.page.anchors.items()}
        return Page(blocks, anchors, frozenset(places[n] for n in self.links))

    def enter(self, element: etree._Element, tag: str) -> None:
        if tag in _BLOCKS and tag not in _CELLS:
            self.flush()
        if tag in _SILENT:
            self.silent += 1
        for name in (element.get("id"), element.get("name") if tag == "a" else None):
            if name:
                self.page.anchors.setdefault(name, len(self.build.blocks))
        reason = WHY_RUBY if tag in _RUBY else self.aside(element, tag)
        self.reasons.append(self.reasons[-1] if reason is None else reason)
        if tag[:1] == "h" and tag[1:] in "123456" and len(tag) == 2:
            self.heading = int(tag[1])
        self.verse += _is_verse(element)
        self.pre += tag == "pre"
        self.in_link += _is_link(element, tag)
        if tag == "br":
            self.line_end()
        elif tag == "hr" and not self.reasons[-1]:
            self.build.rule()

    def leave(self, element: etree._Element, tag: str) -> None:
        if tag in _CELLS:
            self.build.add(" ")
        elif tag in _BLOCKS:
            self.flush()
        if tag in _SILENT:
            self.silent -= 1
        self.reasons.pop()
        if tag[:1] == "h" and tag[1:] in "123456" and len(tag) == 2:
            self.heading = 0
        self.verse -= _is_verse(element)
        self.pre -= tag == "pre"
        self.in_link -= _is_link(element, tag)

    def text(self, text: str | None) -> None:
        if not text or self.silent:
            return
        why = self.reasons[-1]
        lines = text.splitlines() if self.pre else [text]
        for i, line in enumerate(lines):
            if i:
                self.flush()
            self.build.add(line, why)
        if not text.isspace():
            self.length += len(text)
            self.linked += len(text) if self.in_link else 0

    def line_end(self) -> None:
        if self.heading:
            self.build.add(" ")
        else:
            breaks = self.breaks
            self.breaks = 1 if self.flush() else breaks + (breaks > 0)

    def flush(self) -> bool:
        """The paragraph under way is complete; False where there was none."""
        number = len(self.build.blocks)
        if self.heading:
            made = self.build.end("heading", level=self.heading)
        else:
            made = self.build.end("verse" if self.verse else "body")
            if made and self.length and self.linked >= 0.9 * self.length:
                self.links.add(number)
            if made and self.breaks:
                self.soft[number] = self.breaks
        if made:
            self.length = self.linked = 0
        self.breaks = 0
        return made


def _is_link(element: etree._Element, tag: str) -> bool:
    """`filepos` is what a Kindle book links with."""
    return tag == "a" and (element.get("href") is not None or element.get("filepos") is not None)


def _is_verse(element: etree._Element) -> bool:
    return not _VERSE.isdisjoint(classes_of(element)) or "z3998:verse" in types_of(element)


def walk(root: etree._Element, aside: Aside) -> Page:
    """The document's blocks in order. Text of scripts, styles and its head is no text of it."""
    return _Walk(aside).run(root)


def without_contents(page: Page) -> list[Block]:
    """The blocks, rows of three links and more skipped: a table of contents."""
    blocks = list(page.blocks)
    row: list[int] = []
    for i in range(len(blocks) + 1):
        if i in page.links:
            row.append(i)
            continue
        if len(row) >= 3:
            for j in row:
                blocks[j] = skipped(blocks[j], REASON_CONTENTS)
        row = []
    return blocks


def skipped(block: Block, reason: str) -> Block:
    """The block as one that isn't the book; a reason it has already stays."""
    return replace(block, kind="body", level=0, cuts=(), start=None, skip=block.skip or reason)


# ---------------------------------------------------------------- footnotes


def note_marks(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Elements that are nothing but a footnote's mark, and the address they link to (empty for none)."""
    for element in root.iter():
        tag = tag_of(element)
        if tag == "a":
            href = element.get("href") or ""
            if _is_mark(element, href):
                yield element, href
        elif tag == "sup" and next(element.iter("{*}a"), None) is None:
            words = text_of(element)
            if _MARK.fullmatch(words) and _BRACKETED.fullmatch(words):
                yield element, ""


def _is_mark(link: etree._Element, href: str) -> bool:
    if types_of(link) & {"noteref", "doc-noteref"} or classes_of(link) & _MARK_CLASSES:
        return True
    words = text_of(link)
    if "#" not in href or not _MARK.fullmatch(words):
        return False
    parent = link.getparent()
    raised = (parent is not None and tag_of(parent) == "sup") or next(link.iter("{*}sup"), None) is not None
    name = href.rpartition("#")[2]
    return raised or (bool(_BRACKETED.fullmatch(words)) and _NOTE_NAME.search(name) is not None)


def footnote_bodies(root: etree._Element, targets: Iterable[str]) -> set[etree._Element]:
    """Elements that hold a footnote: marked as one, or a short block that a mark links to (ids in `targets`)."""
    wanted = set(targets)
    found = set()
    short: dict[etree._Element, bool] = {}
    for element in root.iter():
        tag = tag_of(element)
        marked = types_of(element) & _BODY_TYPES or (classes_of(element) & _BODY_CLASSES)
        if marked and tag not in ("a", "sup", "span", "img"):
            found.add(element)
        elif wanted and (element.get("id") in wanted or (tag == "a" and element.get("name") in wanted)):
            block = _block_around(element)
            if block is not None and block not in short:
                short[block] = len(text_of(block)) <= _FOOTNOTE
            if block is not None and short[block]:
                found.add(block)
    return found


def _block_around(element: etree._Element) -> etree._Element | None:
    """The paragraph, list entry or box of an element; None where it begins elsewhere in it or is a heading."""
    at = element
    while at is not None and tag_of(at) not in _BLOCKS:
        before = at.getprevious()
        parent = at.getparent()
        lead = (before.tail if before is not None else parent.text if parent is not None else "") or ""
        if lead.strip():
            return None
        at = parent
    if at is None or tag_of(at) in ("body", "html", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article"):
        return None
    return at


def aside_of_notes(root: etree._Element, targets: Iterable[str]) -> Aside:
    """What is not the book on any page: footnotes, their marks, what is hidden."""
    bodies = footnote_bodies(root, targets)
    marks = {element for element, _ in note_marks(root)}

    def aside(element: etree._Element, tag: str) -> str | None:
        if element in bodies:
            return REASON_FOOTNOTE
        if element in marks:
            return WHY_NOTE_MARK
        return REASON_HIDDEN if hidden(element) else None

    return aside
