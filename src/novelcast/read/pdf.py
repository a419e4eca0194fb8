"""PDF with a text layer -> Source: lines joined to paragraphs, headers, footers and page numbers set apart.

pdfminer.six (MIT) says where each character stands; what is a paragraph follows from the lines' places: a paragraph
begins at an indent, behind a short line or behind a gap.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from typing import Any

from novelcast.errors import InputError, SettingsError
from novelcast.read.archive import damaged, too_large
from novelcast.read.chapters import find_heading
from novelcast.read.pdf_page import Line, Row, in_reading_order, rows_of
from novelcast.read.source import MIB, Block, Builder, Source, Start, author_of, clean, load_bytes, title_of

REASON_EDGE = "a page's header, footer or number"
WHY_HYPHEN = "a hyphen at a line's end"

_MAX_PAGES = 20_000
_MAX_CHARACTERS = 50_000_000
_MAX_STREAM_BYTES = 64 * MIB
_MAX_PICTURE_BYTES = 512 * MIB
_MAX_TOTAL_BYTES = 4096 * MIB
_CHUNK_BYTES = 1 << 16
_UNKNOWN = 0.2  # of the letters may be signs of which nobody knows what they are
_FILTERS = 3  # that a stream may go through
_EDGE_LINES = 2  # of a page, at its top and its bottom, that may be header or footer
_REPEATED = 3  # pages that a header stands on, at least
_EDGE_LENGTH = 80  # characters of a header, at most
_INDENT = 0.8  # of the type size
_SHORT = 2.2  # type sizes that a line ends before the margin if its paragraph ends in it
_GAP = 1.5  # of the usual distance between lines
_LARGE = 1.15  # of the usual type size: a heading
_NUMBER = re.compile(r"\W*(?:第\s*)?(?:[0-9]{1,5}|[ivxlcIVXLC]{1,7})(?:\s*[/／|]\s*[0-9]{1,5})?(?:\s*页)?\W*")
_END = re.compile(r"[。！？!?….”」』’\"）)】：:—～~]$")
_HYPHENS = ("-", "\xad", "\u2010")


@dataclass(frozen=True)
class _Page:
    """A page, or one column of it: its lines, where each stands in the file (page, number), and its margins."""

    lines: list[Line]
    places: list[tuple[int, int]]
    left: float
    right: float


def read(path: Path) -> Source:
    data = load_bytes(path)
    if b"%PDF-" not in data[:1024]:
        raise InputError(f"{path} is not a PDF", hint="its name ends wrongly, or it is damaged: get it again")
    file = _load(path, data)
    letters = Counter(c == "\ufffd" for lines in file.pages for line in lines for c in line.text)
    if not letters:
        raise InputError(
            f"{path} has no text, only pictures of it (a scan)",
            hint="run it through text recognition (OCR) first",
        )
    if letters[True] > _UNKNOWN * letters.total():
        raise InputError(
            f"{path} doesn't say which letters its signs are",
            hint="run it through text recognition (OCR) first",
        )
    edges = _edges(file.pages)
    pages = [part for n, page in enumerate(file.pages) for part in _columns(page, edges, n)]
    blocks = _blocks(pages, edges)
    _start_chapters(blocks, file.outline)
    return Source(blocks, title=title_of(file.title), authors=author_of(file.author))


# ---------------------------------------------------------------- pdfminer


@dataclass(frozen=True)
class _File:
    """What a PDF holds: its lines by page, its bookmarks' titles, its title and its author."""

    pages: list[list[Line]]
    outline: list[str]
    title: str
    author: str


def _load(path: Path, data: bytes) -> _File:
    try:
        from pdfminer.pdfdocument import PDFPasswordIncorrect
        from pdfminer.psexceptions import PSException
    except ImportError as error:
        raise SettingsError(
            "PDF files need an extra that is not installed", hint='pip install "novelcast[pdf]"'
        ) from error
    _refuse_bombs(path, data)
    # What it logs about a damaged file goes to those who listen, not to the terminal.
    logging.getLogger("pdfminer").addHandler(logging.NullHandler())
    try:
        return _parse(path, data)
    except PDFPasswordIncorrect as error:
        raise InputError(f"{path} is locked with a password", hint="save an unlocked copy of it") from error
    except (InputError, MemoryError):
        raise
    except PSException as error:
        raise damaged(path, f"{type(error).__name__} {error}".strip()) from error
    except Exception as error:  # pdfminer lets through whatever a damaged file runs its code into
        raise damaged(path, type(error).__name__) from error


def _refuse_bombs(path: Path, data: bytes) -> None:
    """Refuse streams that unpack to more than any page or font: pdfminer unpacks without a limit."""
    view, total = memoryview(data), 0
    for match in re.finditer(rb"stream\r?\n", data):
        about = data[max(0, match.start() - 400) : match.start()]
        picture = b"/Image" in about[about.rfind(b"obj") + 1 :]
        packed = (view[i : i + _CHUNK_BYTES] for i in range(match.end(), len(view), _CHUNK_BYTES))
        if picture:
            total += sum(map(len, _inflated(packed, path, _MAX_PICTURE_BYTES)))
        else:
            inner: Iterable[bytes | memoryview] = packed
            for _ in range(_FILTERS):
                inner = list(_inflated(inner, path, _MAX_STREAM_BYTES))
                total += sum(map(len, inner))
        if total > _MAX_TOTAL_BYTES:
            raise too_large(path)


def _inflated(chunks: Iterable[bytes | memoryview], path: Path, limit: int) -> Iterator[bytes]:
    """The unpacked data in small pieces; nothing where it isn't packed."""
    unpack, size = zlib.decompressobj(), 0
    try:
        for chunk in chunks:
            while len(chunk) and not unpack.eof:
                out = unpack.decompress(chunk, MIB)
                size += len(out)
                if size > limit:
                    raise too_large(path)
                yield out
                chunk = unpack.unconsumed_tail
            if unpack.eof:
                return
    except zlib.error:
        return


def _parse(path: Path, data: bytes) -> _File:
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    document = PDFDocument(PDFParser(io.BytesIO(data)))
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=None)
    interpreter = PDFPageInterpreter(resources, device)
    pages: list[list[Row]] = []
    total = 0
    for page in PDFPage.create_pages(document):
        interpreter.process_page(page)
        pages.append(rows_of(device.get_result()))
        total += sum(len(line.text) for row in pages[-1] for line in row)
        if len(pages) > _MAX_PAGES or total > _MAX_CHARACTERS:
            raise InputError(f"{path} has too much text for a book", hint="give it in parts")
    info = document.info[0] if document.info else {}
    return _File(in_reading_order(pages), _outline(document), _field(info, "Title"), _field(info, "Author"))


def _field(info: dict[str, Any], name: str) -> str:
    from pdfminer.pdftypes import resolve1
    from pdfminer.utils import decode_text

    value = resolve1(info.get(name))
    return clean(decode_text(value)) if isinstance(value, bytes) else ""


def _outline(document: Any) -> list[str]:
    from pdfminer.pdfdocument import PDFNoOutlines

    try:
        return [clean(title) for _, title, *_ in document.get_outlines()]
    except PDFNoOutlines:
        return []


# ---------------------------------------------------------------- pages


def _edges(pages: Sequence[Sequence[Line]]) -> set[tuple[int, int]]:
    """Which lines (page, number) are headers, footers or page numbers.

    A header is the same, but for numbers, at the same place of three pages and more, set off from the text by a gap
    or its size (or on so many pages that it needs neither). A page number counts the pages.
    """
    step = _step(pages)
    size = median(line.size for lines in pages for line in lines)
    headers: dict[tuple[str, int], list[tuple[int, int]]] = {}
    numbers: dict[tuple[int, int], list[tuple[int, int]]] = {}
    out = {(n, i) for n, lines in enumerate(pages) for i, line in enumerate(lines) if line.aside}
    for n, lines in enumerate(pages):
        order = sorted(range(len(lines)), key=lambda i: -lines[i].bottom)
        for i in {*order[:_EDGE_LINES], *order[-_EDGE_LINES:]}:
            line, place = lines[i], round(lines[i].bottom / 4)
            digits = re.search("[0-9]+", line.text)
            if _NUMBER.fullmatch(line.text):
                numbers.setdefault((int(digits[0]) - n if digits else 0, place), []).append((n, i))
            elif len(line.text) <= _EDGE_LENGTH:
                # Headings on top of pages differ by their number only, and are larger than headers.
                heading = line.size > _LARGE * size or find_heading(line.text)
                shape = line.text if heading else re.sub("[0-9]+", "#", line.text)
                shape += "\n" if _is_apart(lines, order, i, step, size) else ""
                headers.setdefault((shape, place), []).append((n, i))
        if len(lines) > 1 and lines[order[-1]].text.strip("-—– ") == str(n + 1):
            out.add((n, order[-1]))
    for (shape, _), places in headers.items():
        if len(places) >= (_REPEATED if shape.endswith("\n") else max(5, 0.4 * len(pages) + 1)):
            out.update(places)
    for places in numbers.values():
        if len(places) >= _REPEATED:
            out.update(places)
    return out


def _is_apart(lines: Sequence[Line], order: Sequence[int], i: int, step: float, size: float) -> bool:
    """Whether a line at a page's edge is set off from the text: smaller, or with a gap on its inner side."""
    at = order.index(i)
    inner = order[at + 1 :] if at < len(order) / 2 else order[:at][::-1]
    # Headers to the left and to the right stand on one base line.
    gap = next((d for j in inner if (d := abs(lines[i].bottom - lines[j].bottom)) > 1), None)
    return gap is None or lines[i].size < 0.9 * size or gap > 1.3 * step


def _columns(lines: Sequence[Line], edges: set[tuple[int, int]], number: int) -> Iterator[_Page]:
    """The parts of a page that are read one after the other, each with its margins."""
    for _, part in groupby(range(len(lines)), lambda i: lines[i].column):
        numbers = list(part)
        column = lines[numbers[0]].column
        # A line over all columns has the page's own margins.
        own = [
            line for i, line in enumerate(lines) if (number, i) not in edges and column in (0, line.column)
        ]
        left, right = _margins(own or [lines[i] for i in numbers])
        yield _Page([lines[i] for i in numbers], [(number, i) for i in numbers], left, right)


def _margins(lines: Sequence[Line]) -> tuple[float, float]:
    """Where most lines begin and the longest ones end."""
    lefts = Counter(round(line.left) for line in lines)
    # Of the usual beginnings the left one: in dialogue most lines are indented.
    usual = [x for x, n in lefts.items() if n >= 2] or list(lefts)
    return float(min(usual)), max(line.right for line in lines)


def _blocks(pages: Sequence[_Page], edges: set[tuple[int, int]]) -> list[Block]:
    """The paragraphs; what stands at a page's edge comes before the first paragraph that ends behind it."""
    own = [line for p in pages for place, line in zip(p.places, p.lines, strict=True) if place not in edges]
    size = median(line.size for line in own) if own else 1.0
    step = _step([page.lines for page in pages])
    builder = Builder()
    last: tuple[Line, _Page] | None = None
    for page in pages:
        aside = []
        for place, line in zip(page.places, page.lines, strict=True):
            if place in edges:
                aside.append(line.text)
                continue
            if last is None or _begins(line, page, *last, step):
                _end(builder, None if last is None else last[0], size)
            _join(builder, line, None if last is None else last[0])
            last = (line, page)
        builder.blocks += [Block(clean(text), skip=REASON_EDGE) for text in aside]
    _end(builder, None if last is None else last[0], size)
    return builder.blocks


def _end(builder: Builder, last: Line | None, size: float) -> None:
    if last is not None and last.size > _LARGE * size:
        builder.end("heading", level=1 if last.size > 1.6 * size else 2)
    else:
        builder.end()


def _join(builder: Builder, line: Line, last: Line | None) -> None:
    """Add a line to the paragraph under way: Chinese without a space, a word parted by a hyphen in one."""
    if builder.pending and last is not None:
        parted = last.text[-1:] in _HYPHENS and last.text[-2:-1].isalpha() and line.text[:1].islower()
        if not parted:
            builder.add("\n")
    if line.text[-1:] in _HYPHENS and line.text[-2:-1].isalpha():
        builder.add(line.text[:-1])
        builder.add(line.text[-1], WHY_HYPHEN)
    else:
        builder.add(line.text)


def _step(pages: Iterable[Sequence[Line]]) -> float:
    """The usual distance from line to line."""
    steps = [a.bottom - b.bottom for lines in pages for a, b in pairwise(lines) if a.bottom > b.bottom]
    return median(steps) if steps else 0.0


def _begins(line: Line, page: _Page, last: Line, last_page: _Page, step: float) -> bool:
    """Whether a line begins a paragraph, seen from the line before it."""
    if abs(line.size - last.size) > 0.15 * max(line.size, last.size):
        return True
    if line.left > page.left + _INDENT * line.size:
        return True
    if page is last_page and step and last.bottom - line.bottom > _GAP * step:
        return True
    width = last_page.right - last_page.left
    short = last_page.right - last.right
    if short > 0.4 * width or find_heading(last.text) or find_heading(line.text):
        return True
    return short > max(_SHORT * last.size, 0.05 * width) and _END.search(last.text) is not None


def _start_chapters(blocks: list[Block], outline: Iterable[str]) -> None:
    """A bookmark that has the words of a paragraph makes it a chapter's heading, in the bookmarks' order."""
    places: dict[str, list[int]] = {}
    for i, block in enumerate(blocks):
        if not block.skip and len(block.text) <= _EDGE_LENGTH:
            places.setdefault("".join(block.running.split()), []).append(i)
    last = -1
    for title in outline:
        at = next((i for i in places.get("".join(title.split()), ()) if i > last), None)
        if at is not None:
            blocks[at] = replace(blocks[at], kind="heading", level=1, cuts=(), start=Start(title))
            last = at
